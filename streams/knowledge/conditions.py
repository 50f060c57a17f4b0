"""The few conditions that a rule may put on a touchpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from operator import attrgetter, ge, lt
from typing import Literal, TypeAlias

import msgspec

from schemas.records import Touchpoint

Test: TypeAlias = Literal["is", "not", "contains", "at_least", "below", "not_below", "present"]
Holds: TypeAlias = Callable[[Touchpoint, Mapping[str, object]], bool]
"""Of a touchpoint and its properties."""
TESTS: tuple[Test, ...] = ("is", "not", "contains", "at_least", "below", "not_below", "present")

KEPT = 256
"""Answers of a condition that are kept."""
SHORT = 64
"""Letters of a word whose answer is worth keeping."""
FIELDS: tuple[str, ...] = (
    "channel", "initiator", "text", "location_id", "staff_id", "campaign_id", "order_id", "item_id", "category",
    "complaint_id", "amount", "currency", "quantity",
)  # fmt: skip
"""Fields of a touchpoint that a condition may name; who somebody is, is none of them (S0-02)."""


class Condition(msgspec.Struct, frozen=True):
    """`field` of the touchpoint, or of its properties, against `values`: any of them is enough.

    Words are compared without regard to case. A field that is not there satisfies only `not`,
    `not_below` and `present: false`. `at_least`, `below` and `not_below` compare numbers; what
    is no number counts as not there.
    """

    field: str
    in_properties: bool
    test: Test
    values: tuple[str | float | bool, ...]


@cache
def holding(conditions: tuple[Condition, ...]) -> Holds:
    """Whether all of them hold, put together once: every touchpoint of a type is asked for every rule of it."""
    if not conditions:
        return lambda _touchpoint, _properties: True
    first, rest = _holds(conditions[0]), conditions[1:]
    if not rest:
        return first
    others = holding(rest)
    return lambda touchpoint, properties: first(touchpoint, properties) and others(touchpoint, properties)


def _holds(condition: Condition) -> Holds:
    judge, field = _answered_once(_judge(condition)), condition.field
    absent, value = judge(None), attrgetter(field)

    def in_properties(_: Touchpoint, properties: Mapping[str, object]) -> bool:
        found = properties.get(field)  # most that a rule asks for is not there
        return absent if found is None else judge(found)

    return in_properties if condition.in_properties else lambda touchpoint, _: judge(value(touchpoint))


def _answered_once(judge: Callable[[object], bool]) -> Callable[[object], bool]:
    """The same answers; those for short words are kept, for most touchpoints bring the same few (pages, channels)."""
    known = lru_cache(maxsize=KEPT)(judge)
    return lambda value: known(value) if type(value) is str and len(value) <= SHORT else judge(value)


def _judge(condition: Condition) -> Callable[[object], bool]:
    match condition.test:
        case "present":
            present = condition.values[0]
            return lambda value: (value is not None) is present
        case "at_least":
            return _compares(condition.values[0], ge, absent=False)
        case "below":
            return _compares(condition.values[0], lt, absent=False)
        case "not_below":
            return _compares(condition.values[0], ge, absent=True)
        case "contains":
            parts = tuple(str(_plain(each)) for each in condition.values)
            return lambda value: value is not None and _contains(str(_plain(value)), parts)
        case "is":
            values = tuple(_plain(each) for each in condition.values)
            return lambda value: value is not None and _plain(value) in values
        case "not":
            values = tuple(_plain(each) for each in condition.values)
            return lambda value: value is None or _plain(value) not in values


def _contains(text: str, parts: Sequence[str]) -> bool:
    return any(part in text for part in parts)


def _compares(limit: object, compare: Callable[[float, float], bool], *, absent: bool) -> Callable[[object], bool]:
    """`absent` is the answer where there is no number."""

    def compares(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(limit, int | float):
            return absent
        return compare(value, limit)

    return compares


def _plain(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
