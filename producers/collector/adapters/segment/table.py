"""`knowledge/sources/segment.yaml`: which touchpoint each of Segment's events is, with users' own names over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from sys import intern
from typing import Any, Final

import msgspec

from producers.collector.adapters.segment.places import CONTEXT, Shapes, Targets, place
from producers.collector.config import table
from schemas import catalogue
from schemas.catalogue import TouchpointType
from schemas.fields import FIELDS
from schemas.records import CHANNELS

FILE: Final = Path(__file__).resolve().parents[4] / "knowledge" / "sources" / "segment.yaml"
MOST_NAMES: Final = 10_000
"""Names of events that are remembered; they come from outside."""

Places = Mapping[str, tuple[str, ...]]
"""A field or property, and where its value may stand: the first that is there."""


class Each(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A list in the event, of which every entry makes a touchpoint of its own."""

    in_: str = msgspec.field(name="in")
    type: str
    fields: dict[str, tuple[str, ...]] = {}
    properties: dict[str, tuple[str, ...]] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an event becomes."""

    type: str
    channel: str | None = None
    fields: dict[str, tuple[str, ...]] = {}
    properties: dict[str, tuple[str, ...]] = {}
    set: dict[str, str | int | float | bool] = {}
    each: Each | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: dict[str, tuple[str, ...]]
    properties: dict[str, tuple[str, ...]]
    traits: dict[str, str]
    context: dict[str, str]
    events: dict[str, Rule]


class Found(msgspec.Struct, frozen=True):
    """A rule, ready for use: the type it makes, and every place split into the names on the way to it."""

    kind: TouchpointType
    channel: str | None
    shapes: Shapes
    """Of its fields, its properties, what is kept of the context, and what the type knows of properties."""
    set: tuple[tuple[str, Any], ...]
    each_in: str | None = None
    each: Found | None = None


class Table:
    """The table, checked: `ValueError` names a type, channel or field that there is not."""

    def __init__(self, own: Mapping[str, Rule] | None = None, file: Path = FILE) -> None:
        read = table(file, _File)
        _known_fields(read.fields, "fields")
        self._fields = dict(_targets(read.fields))
        self._properties = read.properties
        self.traits: Mapping[str, str] = read.traits
        self._context = tuple((name, (place(f"{CONTEXT}.{at}"),)) for name, at in read.context.items())
        rules = {**read.events, **(own or {})}
        self._events = {_plain(name): self._ready(name, rule) for name, rule in rules.items()}
        self._seen: dict[str, Found | None] = {}
        self.other = self._ready("", Rule("app.event"))
        self.page = self._ready("", Rule("web.viewed", properties={"title": ("title", "name")}))
        self.screen = self._ready("", Rule("screen.viewed"))
        self.person = self._ready("", Rule("profile.updated"))
        self.link = self._ready("", Rule("identity.linked"))

    def event(self, name: str) -> Found | None:
        """The rule of an event by name, if it has one."""
        try:
            return self._seen[name]
        except KeyError:
            found = self._events.get(_plain(name))
            if len(self._seen) < MOST_NAMES:
                self._seen[name] = found
            return found

    def _ready(self, name: str, rule: Rule) -> Found:
        at = f"events: {name}: "
        if rule.channel is not None and rule.channel not in CHANNELS:
            raise ValueError(f"{at}no channel is called {rule.channel!r}")
        _known_fields(rule.fields, f"{at}fields")
        kind, each = _kind(rule.type, at), rule.each
        usual = {name: places for name, places in self._properties.items() if name in kind.properties}
        return Found(
            kind,
            rule.channel,
            Shapes(
                tuple({**self._fields, **dict(_targets(rule.fields))}.items()),
                _targets({**usual, **rule.properties}),
                self._context,
                kind.properties,
            ),
            tuple(rule.set.items()),
            None if each is None else each.in_,
            None if each is None else self._ready(name, Rule(each.type, rule.channel, each.fields, each.properties)),
        )


def _targets(places: Places) -> Targets:
    # A name that Python holds once is found in a struct without comparing letters.
    return tuple((intern(name), tuple(map(place, each))) for name, each in places.items())


def _plain(name: str) -> str:
    return "".join(each for each in name.lower() if each not in " _-")


def _kind(name: str, place: str) -> TouchpointType:
    types = catalogue.standard()
    kind = types.types.get(name)
    if kind is None or kind.line:
        raise ValueError(f"{place}no touchpoint is called {name!r} (nearest: {types.nearest(name)})")
    return kind


def _known_fields(fields: Mapping[str, object], place: str) -> None:
    for name in fields:
        if name not in FIELDS or name in ("event_id", "channel", "history"):
            raise ValueError(f"{place}: a touchpoint has no such field as {name!r}; put it under properties")
