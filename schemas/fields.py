"""What each field of a touchpoint may hold: one reader a kind of field, in one table.

A reader returns the value as the record keeps it, or a `Wrong`. Nobody but
`schemas.contract` calls them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from schemas import times
from schemas.catalogue import Property, nearest
from schemas.judging import LARGEST_AMOUNT
from schemas.keys import COMPANY, NOBODY, RESERVED, SENTINELS, is_sentinel, key_is_sentinel
from schemas.records import CHANNELS, EVERYONE, INITIATORS

LONGEST_ID: Final = 1024
"""Characters of an event_id or an identifier: they become keys, and stand in state."""

DEEPEST: Final = 32
"""Levels of objects and lists. Without a bound, whether a program can read a line depends on who calls it."""

EXACT: Final = 1 << 53
"""Whole numbers below are floats as they are."""

_LONGEST_SENTINEL: Final = max(map(len, SENTINELS))
LEAST_DIGITS: Final = 3
MOST_DIGITS: Final = 24
"""Fifteen make the longest number of the world (E.164); an extension and 00 before it may stand beside."""
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)


class Wrong(NamedTuple):
    """Why a value can't stand, and what to do."""

    reason: str
    what: str
    remedy: str


NOT_FINITE: Final = Wrong("bad_value", "is not a finite number", "use a smaller number, or leave it out")

Read = Callable[[object], object]


def wrong_type(value: object, wanted: str, remedy: str) -> Wrong:
    """The wrong kind of JSON value."""
    return Wrong("wrong_type", f"is {_kind(value)} instead of {wanted}", remedy)


def text(value: object) -> str | Wrong:
    """Any text."""
    return value if isinstance(value, str) else wrong_type(value, "text", "put it in quotes")


def identifier(value: object) -> str | Wrong:
    """Text that names something, trimmed; not empty and no longer than `LONGEST_ID`."""
    if not isinstance(value, str):
        return wrong_type(value, "text", "put it in quotes")
    name = value.strip()
    if not name:
        return Wrong("bad_value", "is empty", "give it a value or leave the field out")
    if len(name) > LONGEST_ID:
        return Wrong("bad_value", f"has {len(name)} characters", f"use at most {LONGEST_ID}")
    return name


def person(value: object) -> str | Wrong:
    """An identifier of a customer; words that producers send for want of one are refused."""
    if not isinstance(value, str):
        return identifier(value)
    name = value.strip()
    if len(name) <= _LONGEST_SENTINEL and name.lower() in SENTINELS:
        return Wrong("sentinel_identifier", f"{name!r} identifies nobody", "leave the identifier out")
    return name if len(name) <= LONGEST_ID else identifier(name)


def customer(value: object) -> str | Wrong:
    """A customer_id; it becomes the key as it is, so it may not look like one of ours."""
    name = person(value)
    if isinstance(name, str) and (name == EVERYONE or (":" in name and name.startswith(RESERVED))):
        return Wrong("bad_value", f"{name!r} looks like a key of the line's own", "give the customer another id")
    return name


def endpoint(value: object) -> str | Wrong:
    """An end of a link: a key, or an identifier as `kind:value`."""
    name = person(value)
    if isinstance(name, Wrong):
        return name
    if key_is_sentinel(name):
        return Wrong("sentinel_identifier", f"{name!r} identifies nobody", "name an identifier that somebody has")
    nobodys = name == EVERYONE or name.startswith((f"{NOBODY}:", f"{COMPANY}:"))
    return Wrong("bad_value", f"{name!r} is nobody's", "name a customer, or kind:value") if nobodys else name


def email(value: object) -> str | Wrong:
    """An e-mail address in lower case: what has no name, @ and domain, or a blank in it, nobody can be written at."""
    name = person(value)
    if isinstance(name, Wrong):
        return name
    if _EMAIL.fullmatch(name) is None:
        remedy = "write it as name@domain, or send it as account"
        return Wrong("bad_value", f"{name[:40]!r} is no e-mail address", remedy)
    return name.lower()


def phone(value: object) -> str | Wrong:
    """A telephone number, however it is written: it has three digits at least, and no more than `MOST_DIGITS`."""
    name = person(value)
    if isinstance(name, Wrong):
        return name
    digits = sum(map(str.isdigit, name))
    if not LEAST_DIGITS <= digits <= MOST_DIGITS:
        remedy = "write it as +4915112345678, or leave it out"
        return Wrong("bad_value", f"{name[:40]!r} is no telephone number", remedy)
    return name


def social(value: object) -> str | Wrong:
    """`network:handle`."""
    name = person(value)
    if isinstance(name, Wrong):
        return name
    network, _, handle = name.partition(":")
    if not network or not handle:
        return Wrong("bad_value", f"{name!r} has no network or no handle", "write it as network:handle")
    if is_sentinel(handle):
        return Wrong("sentinel_identifier", f"{handle!r} identifies nobody", "leave the identifier out")
    return name


def number(value: object) -> float | Wrong:
    """A finite number; true and false are none."""
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and -EXACT < value < EXACT:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return wrong_type(value, "a number", "write it without quotes, as 12.5")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    return found if math.isfinite(found) else NOT_FINITE


def instant(value: object) -> times.Instant | Wrong:
    """A time of RFC 3339 with an offset."""
    if not isinstance(value, str):
        return wrong_type(value, "a time", 'write it as "2026-11-23T10:30:00.000+08:00"')
    try:
        return times.read(value)
    except ValueError as error:
        return Wrong("bad_date", f"{value[:40]!r}: {error}", "write it as 2026-11-23T10:30:00.000+08:00")


def currency(value: object) -> str | Wrong:
    """Three capital letters of ISO 4217."""
    if not isinstance(value, str):
        return wrong_type(value, "text", "put it in quotes")
    good = _CURRENCY.fullmatch(value) is not None
    return value if good else Wrong("bad_value", f"{value[:40]!r} is no currency", "use a code of ISO 4217, as CNY")


def one_of(names: tuple[str, ...]) -> Read:
    """A reader of one of these words."""
    known = frozenset(names)

    def read(value: object) -> str | Wrong:
        if not isinstance(value, str):
            return wrong_type(value, "text", "put it in quotes")
        if value in known:
            return value
        close = nearest(value, names)
        remedy = f"did you mean {close}?" if close else f"use one of {', '.join(names)}"
        return Wrong("bad_value", f"{value[:40]!r} is not known", remedy)

    return read


def amount(value: object) -> float | Wrong:
    """A number that sums can be made of: at most `LARGEST_AMOUNT` of it, below zero for what is taken back."""
    found = number(value)
    if isinstance(found, float) and abs(found) > LARGEST_AMOUNT:
        return Wrong("bad_value", "is more than there is", f"at most {LARGEST_AMOUNT:,.0f}, above zero or below")
    return found


FIELDS: Final[Mapping[str, Read]] = {
    "event_id": identifier,
    "channel": one_of(CHANNELS),
    "initiator": one_of(INITIATORS),
    "text": text, "language": text, "location_id": text, "staff_id": text, "session_id": text,
    "campaign_id": text, "order_id": text, "item_id": text, "category": text, "complaint_id": text,
    "amount": amount, "currency": currency, "quantity": amount, "history": identifier,
}  # fmt: skip
"""Fields whose value stands for itself; type, times, identifiers and properties have ways of their own."""

IDENTIFIER_FIELDS: Final[Mapping[str, Read]] = {
    "customer_id": customer, "loyalty_card": person, "email": email, "phone": phone, "account": person,
    "social": social, "device": person, "cookie": person, "face_token": person,
}  # fmt: skip

_PROPERTY_KINDS: Final[Mapping[str, tuple[type | tuple[type, ...], str]]] = {
    "string": (str, "text"),
    "boolean": (bool, "true or false"),
    "scalar": ((str, int, float, bool), "text, a number, true or false"),
    "object": (dict, "an object"),
    "list": (list, "a list"),
}


def check_property(value: object, known: Property) -> Wrong | None:
    """What is wrong with a property that the catalogue names."""
    if known.type in ("number", "time"):
        read = number(value) if known.type == "number" else instant(value)
        return read if isinstance(read, Wrong) else None
    kind, words = _PROPERTY_KINDS[known.type]
    if not isinstance(value, kind):
        return wrong_type(value, words, f"make it {words}")
    if known.values and value not in known.values:
        close = nearest(str(value), known.values)
        guess = f"did you mean {close}? " if close else ""
        return Wrong("bad_value", f"{str(value)[:40]!r} is not known", f"{guess}use one of {', '.join(known.values)}")
    return None


def too_deep(content: object) -> bool:
    """Whether something lies deeper than `DEEPEST`; level by level, so that depth itself is no danger."""
    level = [content]
    for _ in range(DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
    return bool(level)


def not_finite(path: str, value: object) -> Iterator[str]:
    """The places of NaN and of endless numbers within, which `too_deep` has passed."""
    if isinstance(value, float):
        if not math.isfinite(value):
            yield path
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from not_finite(f"{path}.{name}".removeprefix("."), each)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from not_finite(f"{path}[{at}]", each)


def _inside(each: object) -> Iterable[object]:
    if isinstance(each, dict):
        return each.values()
    return each if isinstance(each, list) else ()


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = ((bool, "true or false"), (str, "text"), (int | float, "a number"), (list, "a list"))
    return next((name for kind, name in names if isinstance(value, kind)), "an object")
