"""Where a value stands in an event: `total`, `context.page.url`, `price*quantity`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from schemas.fields import EXACT

_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Za-z]{3}", re.ASCII)
CONTEXT: Final = "context"
MOST_SHAPES: Final = 256

Json = dict[str, Any]


class Place(msgspec.Struct, frozen=True):
    """`steps` lead from the properties (or from the event's `context`) to the value; `times` to a second factor."""

    in_context: bool
    steps: tuple[str, ...]
    times: Place | None = None
    plain: str | None = None
    """Its name, where it is a property's and nothing more."""

    def value(self, properties: Json, context: Json) -> Any:
        """None where nothing stands."""
        found: Any = context if self.in_context else properties
        for step in self.steps:
            if not isinstance(found, dict):
                return None
            found = found.get(step)
        if self.times is None or found is None:
            return found
        one, other = number(found), number(self.times.value(properties, context))
        return None if one is None or other is None else round(one * other, 6)


def place(text: str) -> Place:
    first, star, second = text.partition("*")
    steps = tuple(first.strip().split("."))
    in_context = steps[0] == CONTEXT and len(steps) > 1
    plain = text if len(steps) == 1 and not star else None
    return Place(in_context, steps[1:] if in_context else steps, place(second) if star else None, plain)


def first(places: Sequence[Place], properties: Json, context: Json) -> Any:
    """The first value that is there."""
    for each in places:
        found = properties.get(each.plain) if each.plain is not None else each.value(properties, context)
        if found is not None:
            return found
    return None


Targets = tuple[tuple[str, tuple[Place, ...]], ...]
"""Names, and where the value of each may stand."""


class Shapes:
    """Several targets, each less what an event of the same names can hold nothing for: events repeat their shape."""

    __slots__ = ("_known", "_targets")

    def __init__(self, *targets: Targets) -> None:
        self._targets = targets
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Targets, ...]] = {}

    def of(self, properties: Json, context: Json) -> tuple[Targets, ...]:
        shape = tuple(properties), tuple(context)
        found = self._known.get(shape)
        if found is None:
            found = tuple(_possible(targets, properties, context) for targets in self._targets)
            if len(self._known) < MOST_SHAPES:  # they come from outside
                self._known[shape] = found
        return found


def _possible(targets: Targets, properties: Json, context: Json) -> Targets:
    possible = [
        (name, tuple(each for each in places if each.steps[0] in (context if each.in_context else properties)))
        for name, places in targets
    ]
    return tuple((name, places) for name, places in possible if places)


def number(value: object) -> float | None:
    """A finite number, also one that is text, as shops send prices."""
    if type(value) is float and math.isfinite(value):
        return value
    if type(value) is int and -EXACT < value < EXACT:
        return float(value)
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value.strip()) else None
    if not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def words(value: object) -> str | None:
    """Text, also of a number."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
    return None


def currency(value: object) -> str | None:
    return value.upper() if isinstance(value, str) and _CURRENCY.fullmatch(value) else None
