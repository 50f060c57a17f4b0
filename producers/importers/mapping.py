"""A mapping file: from which columns of any table a touchpoint is made (`docs/importers.md` has the whole form)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml

from producers.importers.constants import wrong_constant, wrong_format, wrong_properties
from schemas.fields import FIELDS, IDENTIFIER_FIELDS

GROUPS: Final = ("identifiers", "properties")
REQUIRED: Final = ("type", "occurred_at", "channel")
_NUMBERS: Final = frozenset({"amount", "quantity"})
_NO_DELIMITERS: Final = '"\r\n\0'
_OWN: Final = frozenset({"event_id", "history"})
_PLAIN: Final = frozenset(FIELDS) - _OWN | {"type", "occurred_at"}


class BadMapping(Exception):
    """The mapping file is unreadable, or says what cannot be: file, place, remedy."""


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A value out of a column.

    `values` translates what stands there (what it does not name is left out, or `otherwise`).
    `format` is of times: a `strptime` form, `epoch_s` or `epoch_ms`. `as` reads text as a number
    or a truth, or a number as text; without it a property stays what it is.
    """

    column: str
    values: dict[str, Any] | None = None
    otherwise: Any = None
    format: str | None = None
    kind: Literal["text", "number", "boolean"] | None = msgspec.field(default=None, name="as")


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the rows of a table become touchpoints. Every target is a constant or a `Column`."""

    name: str
    fields: Map[str, Any]
    identifiers: Map[str, Any]
    properties: Map[str, Any]
    zone: ZoneInfo
    delimiter: str
    empty: frozenset[str]
    """Texts that stand for nothing."""
    decimal: str = "."
    """What divides the whole from the rest in numbers that are text: `.` or `,`."""
    optional: frozenset[str] = frozenset()
    """Columns that a file may lack."""

    def columns(self) -> list[str]:
        """The names of all columns that it reads and a file must have."""
        targets = [*self.fields.values(), *self.identifiers.values(), *self.properties.values()]
        return sorted({target.column for target in targets if isinstance(target, Column)} - self.optional)

    def target(self, field: str) -> Any:
        """What a field is made of, named as faults name it (`properties.order_id`); None where nothing says."""
        group, _, name = field.rpartition(".")
        return (getattr(self, group, {}) if group in GROUPS else self.fields if not group else {}).get(name)


class _File(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    touchpoint: dict[str, Any]
    zone: str = "UTC"
    delimiter: str = ","
    empty: list[str] = []
    decimal: Literal[".", ","] = "."
    optional: list[str] = []


def load(path: Path) -> Mapping:
    """The mapping of a YAML file; BadMapping if it is none."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadMapping(f"{path}: {error.strerror}. Does the file exist, and may you read it?") from error
    except UnicodeDecodeError as error:
        raise BadMapping(f"{path}: not UTF-8 ({error.reason}). Save it as UTF-8.") from error
    return parse(text, str(path))


def parse(text: str, place: str) -> Mapping:
    try:
        file = msgspec.convert(yaml.safe_load(text), _File)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise BadMapping(f"{place}: {error}. See docs/importers.md for the form.") from error
    if len(file.delimiter) != 1 or file.delimiter in _NO_DELIMITERS:
        raise BadMapping(f"{place}: delimiter: {file.delimiter!r} is not one character that can stand between columns")
    targets = dict(file.touchpoint)
    groups = {name: _group(targets.pop(name, {}), name, place) for name in GROUPS}
    fields = {name: _target(value, name, place) for name, value in targets.items()}
    _known(fields, _PLAIN, "touchpoint", place)
    _known(groups["identifiers"], frozenset(IDENTIFIER_FIELDS), "identifiers", place)
    for name in REQUIRED:
        if fields.get(name) is None:
            raise BadMapping(f"{place}: touchpoint.{name} is missing: a constant, or {{column: …}}")
    _possible(fields, groups, place)
    fields = {name: _as(target, "number" if name in _NUMBERS else "text") for name, target in fields.items()}
    identifiers = {name: _as(target, "text") for name, target in groups["identifiers"].items()}
    found = Mapping(
        file.name, fields, identifiers, groups["properties"], _zone(file.zone, place), file.delimiter,
        frozenset(("", *file.empty)), file.decimal,
    )  # fmt: skip
    unread = sorted(set(file.optional).difference(found.columns()))
    if unread:
        what = f"no target reads the column {unread[0]}{_meant(unread[0], found.columns())}"
        raise BadMapping(f"{place}: optional: {what}")
    return dataclasses.replace(found, optional=frozenset(file.optional))


def _possible(fields: Map[str, Any], groups: Map[str, Map[str, Any]], place: str) -> None:
    """BadMapping for a constant that no touchpoint can have: it would be wrong in every row."""
    named = {**fields, **{f"identifiers.{name}": target for name, target in groups["identifiers"].items()}}
    _fitting({**named, **{f"properties.{name}": target for name, target in groups["properties"].items()}}, place)
    for name, target in named.items():
        form = target.format if isinstance(target, Column) and name == "occurred_at" else None
        wrongs = [wrong_constant(name, value) for value in _constants(target)]
        for wrong in [*wrongs, None if form is None else wrong_format(form)]:
            if wrong is not None:
                raise BadMapping(f"{place}: touchpoint.{name}: {wrong}")
    properties = {name: _constants(target) for name, target in groups["properties"].items()}
    impossible = wrong_properties(fields["type"], properties)
    if impossible is not None:
        raise BadMapping(f"{place}: touchpoint.properties.{impossible[0]}: {impossible[1]}")


def _fitting(targets: Map[str, Any], place: str) -> None:
    """BadMapping for what a column says and nothing heeds there."""
    for name, target in targets.items():
        if not isinstance(target, Column):
            continue
        if name != "occurred_at" and target.format is not None:
            remedy = "take it out; a property that is a time is written as its column has it"
            raise BadMapping(f"{place}: touchpoint.{name}: only occurred_at has a format: {remedy}")
        if name == "occurred_at" and (target.values is not None or target.otherwise is not None):
            given = "values" if target.values is not None else "otherwise"
            remedy = "take it out; how a time is written says `format`"
            raise BadMapping(f"{place}: touchpoint.occurred_at: a time has no `{given}`: {remedy}")
        if name == "occurred_at" and target.kind is not None:
            raise BadMapping(f"{place}: touchpoint.occurred_at: a time has no `as`: take it out")


def _constants(target: Any) -> list[Any]:
    given = [*(target.values or {}).values(), target.otherwise] if isinstance(target, Column) else [target]
    return [value for value in given if value is not None]


def _as(target: Any, kind: Literal["text", "number"]) -> Any:
    bare = isinstance(target, Column) and target.kind is None
    return msgspec.structs.replace(target, kind=kind) if bare else target


def _group(value: object, name: str, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadMapping(f"{place}: touchpoint.{name} is no object of names")
    return {str(key): _target(each, f"{name}.{key}", place) for key, each in value.items()}


def _target(value: object, name: str, place: str) -> Any:
    if not isinstance(value, dict):
        return value
    try:
        return msgspec.convert(value, Column)
    except msgspec.ValidationError as error:
        raise BadMapping(f"{place}: touchpoint.{name}: {error}. Write a constant, or {{column: …}}.") from error


def _known(given: Map[str, Any], known: frozenset[str], group: str, place: str) -> None:
    for name in given:
        if name in _OWN:
            raise BadMapping(f"{place}: {group}.{name} is given by the import itself (file and line). Take it out.")
        if name not in known:
            remedy = _meant(name, known) or ". Put it under touchpoint.properties."
            raise BadMapping(f"{place}: {group}.{name} is no field of a touchpoint{remedy}")


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f". Did you mean {near[0]}?" if near else ""


def _zone(name: str, place: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadMapping(f"{place}: zone: {name!r} is no time zone (write e.g. Europe/Paris)") from error
