"""Sending a person on: the address as a header may have it."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from producers.collector.adapter import Answer

_KEPT: Final = "%/:=&?~#+!$,;'@()*[]"


def sent_to(target: str, *headers: tuple[str, str]) -> Answer:
    """302, not to be kept. What an address cannot hold (Chinese, blanks, ends of lines) is written in percent."""
    location = quote(target, safe=_KEPT, errors="replace")
    return Answer(302, b"", (("location", location), ("cache-control", "no-store"), *headers))
