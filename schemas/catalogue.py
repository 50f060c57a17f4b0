"""The catalogue of touchpoint types (`knowledge/touchpoints.yaml`), typed and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from schemas.records import CHANNELS, Initiator

FILE: Final = Path(__file__).parent.parent / "knowledge" / "touchpoints.yaml"

LOADER: Final[type[yaml.SafeLoader | yaml.CSafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where there is one: it takes a tenth of the time."""

PropertyType = Literal["string", "number", "boolean", "scalar", "time", "object", "list"]


class Property(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a property of a type must be; `values` is empty where any value will do."""

    type: PropertyType
    required: bool = False
    values: tuple[str, ...] = ()


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    channels: tuple[str, ...]
    initiator: Initiator = "customer"
    company_wide: bool = False
    line: bool = False
    properties: dict[str, Property | PropertyType] = {}


@dataclass(frozen=True, slots=True)
class TouchpointType:
    """One type: the usual channels, the default initiator, whom it concerns and what it carries."""

    name: str
    group: str
    channels: tuple[str, ...]
    initiator: Initiator
    company_wide: bool
    line: bool
    properties: Mapping[str, Property]
    required: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All types by name."""

    types: Mapping[str, TouchpointType]

    def nearest(self, name: str) -> str | None:
        """The known type whose name looks most like this one, if any does."""
        return nearest(name, self.types)

    def company_wide(self) -> frozenset[str]:
        """Types that concern no one customer and go to every partition."""
        return frozenset(name for name, kind in self.types.items() if kind.company_wide)

    def line(self) -> frozenset[str]:
        """Types that only the line itself writes."""
        return frozenset(name for name, kind in self.types.items() if kind.line)


class CatalogueError(ValueError):
    """The catalogue can't be used; the message is `file:line: what is wrong`."""


def nearest(
    name: str, known: Mapping[str, object] | tuple[str, ...] | frozenset[str], alike: float = 0.6
) -> str | None:  # fmt: skip
    """The known name that looks most like this one, if any is `alike` enough, from 0 to 1."""
    found = get_close_matches(name[:64], sorted(known), n=1, cutoff=alike)
    return found[0] if found else None


@cache
def standard() -> Catalogue:
    """The catalogue that comes with Rapport, read once."""
    return load(FILE)


def load(file: Path) -> Catalogue:
    """The catalogue in a file; `CatalogueError` if it is no such thing."""
    return parse(file.read_text(encoding="utf-8"), str(file))


def parse(text: str, name: str = "touchpoints.yaml") -> Catalogue:
    """The catalogue of a YAML text that is called `name` in errors."""
    try:
        content, lines = yaml.load(text, LOADER), _lines(text)
    except yaml.MarkedYAMLError as error:
        line = min(error.problem_mark.line + 1, len(text.splitlines()) or 1) if error.problem_mark else 1
        raise CatalogueError(f"{name}:{line}: not YAML: {error.problem}") from error
    if not isinstance(content, dict):
        raise CatalogueError(f"{name}:1: the catalogue is an object of groups of types")
    types: dict[str, TouchpointType] = {}
    for group, entries in content.items():
        if not isinstance(entries, dict):
            raise CatalogueError(f"{name}:{lines.get((str(group),), 1)}: group {group} is no object of types")
        for type_name, entry in entries.items():
            place = f"{name}:{lines.get((str(group), str(type_name)), 1)}: {type_name}"
            if type_name in types:
                raise CatalogueError(f"{place}: stands in two groups")
            types[type_name] = _type(str(type_name), str(group), entry, place)
    return Catalogue(types)


def _type(name: str, group: str, content: object, place: str) -> TouchpointType:
    try:
        entry = msgspec.convert(content, _Entry)
    except msgspec.ValidationError as error:
        raise CatalogueError(f"{place}: {error}") from error
    for channel in entry.channels:
        if channel not in CHANNELS:
            raise CatalogueError(f"{place}: no channel is called {channel!r} (nearest: {nearest(channel, CHANNELS)})")
    properties = {
        key: value if isinstance(value, Property) else Property(value) for key, value in entry.properties.items()
    }
    required = tuple(key for key, value in properties.items() if value.required)
    return TouchpointType(
        name, group, entry.channels, entry.initiator, entry.company_wide, entry.line, properties, required
    )


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Where each group and each type stands, counted from 1."""
    root = yaml.compose(text, LOADER)
    lines: dict[tuple[str, ...], int] = {}
    for group, entries in root.value if isinstance(root, yaml.MappingNode) else ():
        lines[(group.value,)] = group.start_mark.line + 1
        for key, _ in entries.value if isinstance(entries, yaml.MappingNode) else ():
            lines[(group.value, key.value)] = key.start_mark.line + 1
    return lines
