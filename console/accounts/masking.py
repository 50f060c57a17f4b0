"""Contact data in words, out of sight until somebody gives a reason to see it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from schemas.records import IDENTIFIERS

SAID: Final = ("language", "preferred_channel", "member_since")
"""What customers told of themselves that anybody who serves them may say aloud."""
NAMING: Final = ("customer_id", "loyalty_card")
"""Identifiers by which we call a customer; the others are theirs: addresses, numbers, devices, a face."""
MASK: Final = "•••"
_MAIL: Final = re.compile(r"([\w.+-])[\w.+-]*@[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(r"(?<![\w:])\+?\d(?:[ ()/.-]{0,2}\d){6,18}(?!\w)", re.ASCII)


def masked(words: str) -> str:
    """Without e-mail addresses (the first letter stays) and without long numbers (the last two digits stay)."""
    return _NUMBER.sub(lambda found: f"{MASK}{found[0][-2:]}", _MAIL.sub(rf"\1{MASK}@{MASK}", words))


def hidden(content: Mapping[str, Any]) -> dict[str, Any]:
    """A touchpoint in JSON, however sound, without what is the customer's own: a face, devices, what they told of
    themselves."""
    found = dict(content)
    for name in (set(IDENTIFIERS) - set(NAMING)) & found.keys():
        found[name] = MASK
    for name in ("identifiers", "properties"):
        if isinstance(found.get(name), dict):
            found[name] = hidden(found[name])
    if isinstance(fields := found.get("fields"), dict):
        found["fields"] = {slot: value if slot in SAID else MASK for slot, value in fields.items()}
    return found
