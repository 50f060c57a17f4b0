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
    name = place.plain
    return place.value if name is None else lambda properties, context: properties.get(name)


Targets = tuple[tuple[str, tuple[Place, ...]], ...]
"""Names, and where the value of each may stand."""
Readers = tuple[tuple[str, Reader], ...]


class Shape(NamedTuple):
    """What events that have the same names can hold something for."""

    texts: tuple[tuple[str, str], ...]
    """Fields of text that one property alone can hold: most of the work."""
    fields: Readers
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
        texts = tuple(
            (name, plain) for name, places in fields
            if name not in NO_TEXT and len(places) == 1 and (plain := places[0].plain) is not None
        )  # fmt: skip
        alone = dict(texts)
        here = {*properties, *dict(targets)}
        return Shape(
            texts,
            tuple((name, reader(places)) for name, places in fields if name not in alone),
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


NO_TEXT: Final[Mapping[str, Callable[[Any], Any]]] = {"amount": number, "quantity": number, "currency": currency}
"""How fields are read that are no text."""
