"""What must not get in by accident: card numbers and national ids in words, and where exactly somebody stood.

Masked is what a check digit proves; the rest of the words stays. How many were masked stands in the touchpoint's
properties as `masked`. A position without the source's word that its customer agreed (`consents: {location: true}`)
is coarsened to two decimals, about a kilometre.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec
from stdnum import luhn
from stdnum.cn import ric
from stdnum.us import ssn

from schemas import hints
from schemas.keys import IdentityKey
from schemas.records import Touchpoint
from schemas.sealing import NAMES
from schemas.wire import properties

MASK: Final = "█"
SPOKEN: Final = ("note", "body", "message", "comment", "subject", "description")
"""Properties in which people write freely."""
PLACES: Final = ("lat", "lon", "latitude", "longitude")
DECIMALS: Final = 2

_LONG: Final = re.compile(r"(?<![\d.])\d(?:[ -]?\d){7,18}[Xx]?(?![\d.])")
_CARD: Final = range(13, 20)
_SSN: Final = re.compile(r"\d{3}-\d{2}-\d{4}")
_HINTS: Final = re.compile(f'"(?:{"|".join((*SPOKEN, *PLACES))})"')
_ANY: Final = re.compile(f'"(?:{"|".join((*NAMES, *SPOKEN, *PLACES))})"')
"""Looking once for all names takes no longer than for some of them."""
_json: Final = msgspec.json.Encoder().encode


def discreet(touchpoint: Touchpoint, identity: IdentityKey) -> Touchpoint:
    """The touchpoint as it may be kept: addresses and numbers sealed, then `guarded`; itself where there is nothing."""
    said = touchpoint.properties
    if (
        touchpoint.text is None and touchpoint.email is None and touchpoint.phone is None
        and touchpoint.type not in hints.PEOPLES and (said is None or _ANY.search(said) is None)
    ):  # fmt: skip
        return touchpoint
    return guarded(hints.private(touchpoint, identity))


def guarded(touchpoint: Touchpoint) -> Touchpoint:
    """The touchpoint itself where it holds none of it, else what may get in."""
    text, found = masked(touchpoint.text) if touchpoint.text else (touchpoint.text, 0)
    said = touchpoint.properties
    looked = said is not None and _HINTS.search(said) is not None
    facts = properties(touchpoint) if looked or found else {}
    kept, more = _guarded(facts)
    if not found and kept == facts:
        return touchpoint
    if found + more:
        kept["masked"] = found + more
    return msgspec.structs.replace(touchpoint, text=text, properties=_json(kept).decode())


def masked(text: str) -> tuple[str, int]:
    """The text with the digits of card numbers and national ids (China, USA) covered, and how many there were."""
    found = 0

    def cover(match: re.Match[str]) -> str:
        nonlocal found
        number = match.group()
        if not _is_secret(number):
            return number
        found += 1
        return MASK * 4 + number[-4:] if _is_card(number) else MASK * 4

    return _LONG.sub(cover, text), found


def _guarded(facts: dict[str, Any]) -> tuple[dict[str, Any], int]:
    kept, found = dict(facts), 0
    consents = facts.get("consents")
    exactly = isinstance(consents, dict) and consents.get("location") is True
    for name, value in facts.items():
        if name in SPOKEN and isinstance(value, str):
            kept[name], count = masked(value)
            found += count
        elif name in PLACES and isinstance(value, int | float) and not exactly:
            kept[name] = round(value, DECIMALS)
    return kept, found


def _is_card(number: str) -> bool:
    digits = re.sub(r"[ -]", "", number)
    return len(digits) in _CARD and digits.isdigit() and len(set(digits)) > 1 and luhn.is_valid(digits)


def _is_secret(number: str) -> bool:
    if _is_card(number) or (len(number.strip()) == 18 and ric.is_valid(number)):
        return True
    return _SSN.fullmatch(number) is not None and ssn.is_valid(number)
