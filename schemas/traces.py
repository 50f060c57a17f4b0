"""W3C trace context (`traceparent`) as it stands in record headers: found, judged, never part of a result."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

TRACEPARENT: Final = "traceparent"
"""Header by which a record belongs to a trace: version, trace id, id of the caller's span, flags."""

_LENGTH: Final = 55
_FORM: Final = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_SAMPLED: Final = 1


def carried(headers: Iterable[tuple[str, bytes | None]]) -> tuple[str, bytes] | None:
    """The header that goes on with what derives from a record, by its looks; the first one, if there are several."""
    for name, value in headers:
        if name == TRACEPARENT and value is not None and len(value) == _LENGTH:
            return name, value
    return None


def is_traceparent(value: bytes) -> bool:
    """Whether it is a `traceparent` of version 00; others are passed on and not understood."""
    return _FORM.fullmatch(value) is not None


def is_sampled(traceparent: bytes) -> bool:
    """Whether whoever began the trace records it."""
    return bool(int(traceparent[-2:], 16) & _SAMPLED)
