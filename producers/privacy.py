"""What must not get in by accident: card numbers and national ids in words, and where exactly somebody stood.

Masked is what a check digit proves; the rest of the words stays. How many were masked stands in the touchpoint's
properties as `masked`. A position without the source's word that its customer agreed (`consents: {location: true}`)
is coarsened to two decimals, about a kilometre. Properties are looked at by name, at any depth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
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
SPOKEN: Final = (
    "note", "notes", "body", "message", "comment", "comments", "subject", "description", "remark", "transcript",
    "feedback", "query", "review_body", "message_body",
)  # fmt: skip
"""Properties in which people write freely."""
PLACES: Final = ("lat", "lon", "latitude", "longitude")
DECIMALS: Final = 2

_LONG: Final = re.compile(r"(?<!\d)(?<!\d\.)\d(?:[\s\-‐‑–]?\d){7,}[Xx]?(?!\d|\.\d)")
"""Digits, also full-width ones, in groups; not those of a fraction."""
_GROUP: Final = re.compile(r"\d+[Xx]?")
_CARD: Final = range(13, 20)
_MOST_DIGITS: Final = _CARD[-1]
_WRITTEN: Final = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (6, 13), (6, 8, 4), (3, 2, 4)})
"""Groups of cards, of a Chinese and an American id."""
_MOST_GROUPS: Final = max(map(len, _WRITTEN))
_ID: Final = 18
_SSN: Final = re.compile(r"\d{3}\D\d{2}\D\d{4}")
_NUMBER: Final = re.compile(r"\s*-?\d{1,3}\.\d+\s*", re.ASCII)


def _quoted(names: Iterable[str]) -> re.Pattern[str]:
    """Finds one of these words in quotes: letter by letter down the tree of them, as most quotes begin none."""
    tree: dict[str, Any] = {}
    for name in names:
        branch = tree
        for letter in (*name, '"'):
            branch = branch.setdefault(letter, {})

    def pattern(branch: dict[str, Any]) -> str:
        parts = [re.escape(letter) + pattern(below) for letter, below in sorted(branch.items())]
        return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})" if parts else ""

    return re.compile(f'"(?=[{"".join(map(re.escape, sorted(tree)))}]){pattern(tree)}')


_HINTS: Final = _quoted((*SPOKEN, *PLACES))
_ANY: Final = _quoted((*NAMES, *SPOKEN, *PLACES))
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
        run = match.group()
        kept, done = [], 0
        for start, end in _secrets(run):
            number = run[start:end]
            kept += [run[done:start], MASK * 4 + number[-4:] if _is_card(_digits(number)) else MASK * 4]
            done = end
            found += 1
        return "".join([*kept, run[done:]])

    return _LONG.sub(cover, text), found


def _guarded(facts: dict[str, Any]) -> tuple[dict[str, Any], int]:
    consents = facts.get("consents")
    exactly = isinstance(consents, dict) and consents.get("location") is True
    found = 0

    def kept(name: str, value: Any) -> Any:
        nonlocal found
        match value:
            case dict():
                return {inner: kept(inner, each) for inner, each in value.items()}
            case list():
                return [kept(name, each) for each in value]
            case str() if name in SPOKEN:
                covered, count = masked(value)
                found += count
                return covered
            case int() | float() if name in PLACES and not exactly:
                return round(value, DECIMALS)
            case str() if name in PLACES and not exactly and _NUMBER.fullmatch(value):
                return str(round(float(value), DECIMALS))
        return value

    return {name: kept(name, value) for name, value in facts.items()}, found


def _secrets(run: str) -> list[tuple[int, int]]:
    """Where the secrets stand in a run of digits: it may hold a date of expiry, or another number, beside one."""
    if len(run) <= 2 * _MOST_DIGITS and _is_secret(run):
        return [(0, len(run))]
    groups = [each.span() for each in _GROUP.finditer(run)]
    found: list[tuple[int, int]] = []
    first = 0
    while first < len(groups):
        counts = _sizes(groups[first : first + _MOST_GROUPS])
        taken = next((count for count in counts if _is_secret(_text(run, groups, first, count))), 0)
        if taken:
            found.append((groups[first][0], groups[first + taken - 1][1]))
        first += max(taken, 1)
    return found


def _sizes(groups: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Of how many groups a secret can be that begins with the first: as a card or an id is written."""
    sizes = tuple(end - start for start, end in groups)
    for count in range(len(sizes), 0, -1):
        if sizes[:count] in _WRITTEN or (count == 1 and sizes[0] >= _CARD[0]):
            yield count


def _text(run: str, groups: Sequence[tuple[int, int]], first: int, count: int) -> str:
    return run[groups[first][0] : groups[first + count - 1][1]]


def _is_card(digits: str) -> bool:
    return len(digits) in _CARD and digits.isdigit() and len(set(digits)) > 1 and luhn.is_valid(digits)


def _is_secret(number: str) -> bool:
    digits = _digits(number)
    if _is_card(digits) or (len(digits) == _ID and ric.is_valid(digits)):
        return True
    return _SSN.fullmatch(number) is not None and ssn.is_valid(f"{digits[:3]}-{digits[3:5]}-{digits[5:]}")


def _digits(number: str) -> str:
    """In ASCII: full-width digits say the same."""
    return "".join(str(unicodedata.digit(each)) if each.isdecimal() else each for each in number if each.isalnum())
