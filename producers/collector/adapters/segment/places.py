"""Where a value stands in an event: `total`, `context.page.url`, `price*quantity`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from schemas.catalogue import Property
from schemas.fields import EXACT

_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)
CONTEXT: Final = "context"
MOST_SHAPES: Final = 256

Json = dict[str, Any]
Reader = Callable[[Json, Json], Any]
"""From the properties and the context of an event to the value that stands there; None where none does."""


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
        return found if self.times is None else product(found, self.times.value(properties, context))


def place(text: str) -> Place:
    first, star, second = text.partition("*")
    steps = tuple(first.strip().split("."))
    in_context = steps[0] == CONTEXT and len(steps) > 1
    plain = text if len(steps) == 1 and not star else None
    return Place(in_context, steps[1:] if in_context else steps, place(second) if star else None, plain)


def reader(places: Sequence[Place]) -> Reader:
    """Reads the first value that is there."""
    readers = tuple(map(_reader, places))
    if len(readers) == 1:
        return readers[0]

    def first(properties: Json, context: Json) -> Any:
        for read in readers:
            found = read(properties, context)
            if found is not None:
                return found
        return None

    return first


def _reader(place: Place) -> Reader:
    """As `place.value`, for the usual places without a step too many."""
    name, other = place.plain, place.times
    if name is not None:
        return lambda properties, context: properties.get(name)
    if other is not None and other.plain is not None and len(place.steps) == 1 and not place.in_context:
        (one,), two = place.steps, other.plain
        return lambda properties, context: product(properties.get(one), properties.get(two))
    return place.value


Targets = tuple[tuple[str, tuple[Place, ...]], ...]
"""Names, and where the value of each may stand."""
Readers = tuple[tuple[str, Reader], ...]
Made = Callable[[Any], Any]
Field = tuple[str, str | None, Reader, Made | None]
"""Of the touchpoint: its name; the property, if it is one and there, under which its value stands first; where else it
may stand; and what is made of it, where it is no text. A plain tuple: it is unpacked for every event."""


class Shape(NamedTuple):
    """What events that have the same names can hold something for."""

    fields: tuple[Field, ...]
    properties: Readers
    kept: Readers
    known: tuple[tuple[str, Property], ...]


class Shapes:
    """A rule's targets, for each shape less what it can hold nothing for: events repeat their shape."""

    __slots__ = ("_found", "_known", "_rule")

    def __init__(self, fields: Targets, properties: Targets, kept: Targets, known: Mapping[str, Property]) -> None:
        self._rule = fields, properties, kept
        self._known = known
        self._found: dict[tuple[str | None, ...], Shape] = {}

    def of(self, properties: Json, context: Json) -> Shape:
        names = (*properties, None, *context)
        found = self._found.get(names)
        if found is None:
            found = self._shape(properties, context)
            if len(self._found) < MOST_SHAPES:  # they come from outside
                self._found[names] = found
        return found

    def _shape(self, properties: Json, context: Json) -> Shape:
        fields, targets, kept = (_possible(each, properties, context) for each in self._rule)
        here = {*properties, *dict(targets)}
        return Shape(
            tuple((name, places[0].plain, reader(places), NO_TEXT.get(name)) for name, places in fields),
            tuple((name, reader(places)) for name, places in targets),
            tuple((name, reader(places)) for name, places in kept),
            tuple((name, wanted) for name, wanted in self._known.items() if name in here),
        )


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


def product(one: object, other: object) -> float | None:
    """Of two numbers, to a millionth."""
    if (left := number(one)) is None or (right := number(other)) is None:
        return None
    return round(left * right, 6)


def words(value: object) -> str | None:
    """Text, also of a number."""
    if type(value) is str:
        return value or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)
    return None


def currency(value: object) -> str | None:
    """Three letters of ASCII, as capitals."""
    return value.upper() if type(value) is str and len(value) == 3 and value.isascii() and value.isalpha() else None


NO_TEXT: Final[Mapping[str, Made]] = {"amount": number, "quantity": number, "currency": currency}
"""How fields are read that are no text."""
