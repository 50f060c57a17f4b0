"""A mapping file: what to do to every touchpoint before it is sent again. YAML or JSON, an object of fields.

    type: chat.message                     a value: set it
    amount: {from: amout}                  take it from another field, which goes
    properties.kind: null                  take it out
    currency: {default: CNY}               only where it lacks
    channel: {values: {shop: store}}       replace values that stand there
    quantity: {as: number}                 "12" becomes 12; "12,50" stays; `text` is the other way

A dot leads into an object: `identifiers.customer_id`, `properties.code`. Rules are applied in the order of the file.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
import yaml

from producers.numbers import ungrouped

Json = dict[str, Any]


class MappingError(ValueError):
    """The file cannot be used; the message names it, the field and the remedy."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from", "as_": "as"}):
    """In this order: taken from `from`, translated by `values`, converted, and given a default where it lacks."""

    from_: str | None = None
    values: dict[str, Any] = {}
    as_: Literal["number", "text"] | None = None
    default: Any = None


@dataclass(frozen=True, slots=True)
class Put:
    """A value for every touchpoint; None takes the field out."""

    value: Any


@dataclass(frozen=True, slots=True)
class Fixes:
    """Rules by field, in order."""

    rules: tuple[tuple[str, Rule | Put], ...] = ()

    def apply(self, touchpoint: Json) -> Json:
        """A touchpoint mapped; the one given stays as it is."""
        out = copy.deepcopy(touchpoint)
        for field, rule in self.rules:
            if isinstance(rule, Put):
                _set(out, field, copy.deepcopy(rule.value))
            else:
                _apply(out, field, rule)
        return out


_RULE: Final = ", ".join(("from", "values", "as", "default"))


def load(path: Path) -> Fixes:
    """The mapping in a file."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror}. Does the file exist, and may you read it?") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MappingError(f"{path}: neither YAML nor JSON: {' '.join(str(error).split())}") from error
    return parse(content, str(path))


def parse(content: object, name: str) -> Fixes:
    """The mapping of an object that is called `name` in errors."""
    if not isinstance(content, Mapping) or not content:
        raise MappingError(f"{name}: a mapping is an object of fields, such as `channel: store`")
    return Fixes(tuple((str(field), _rule(str(field), given, name)) for field, given in content.items()))


def _rule(field: str, given: object, name: str) -> Rule | Put:
    if not isinstance(given, Mapping):
        return Put(given)
    try:
        return msgspec.convert({**given, "values": _texts(given.get("values"))}, Rule)
    except (msgspec.ValidationError, AttributeError) as error:
        remedy = f"a rule has {_RULE}; to set an object, set its fields one by one ({field}.<name>: …)"
        raise MappingError(f"{name}: {field}: {error}; {remedy}") from error


def _texts(values: Any) -> dict[str, Any]:
    """YAML reads the names of `{1: a, true: b}` as what they look like; a touchpoint's value is compared as text."""
    return {_text(value): to for value, to in (values or {}).items()}


def _apply(out: Json, field: str, rule: Rule) -> None:
    value = _get(out, field)
    if rule.from_ is not None:
        taken = _get(out, rule.from_)
        if taken is not None:
            value = taken
            _set(out, rule.from_, None)
    if value is not None and not isinstance(value, dict | list):
        value = rule.values.get(_text(value), value)
        value = _converted(value, rule.as_)
    _set(out, field, copy.deepcopy(rule.default) if value is None else value)


def _converted(value: Any, to: str | None) -> Any:
    """What cannot be converted stays, for the contract to name it."""
    if to == "text":
        return _text(value)
    if to == "number" and isinstance(value, str):
        try:
            number = float(ungrouped(value))
        except ValueError:
            return value
        return int(number) if number.is_integer() else number
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _get(content: Json, field: str) -> Any:
    """None where it, or an object on the way to it, lacks."""
    here: Any = content
    for name in field.split("."):
        here = here.get(name) if isinstance(here, dict) else None
    return here


def _set(content: Json, field: str, value: Any) -> None:
    """Objects on the way are made; None takes the field out, and the objects that are empty then."""
    *way, last = field.split(".")
    here, passed = content, [content]
    for name in way:
        found = here.get(name)
        if not isinstance(found, dict):
            if value is None:
                return
            found = here[name] = {}
        here = found
        passed.append(here)
    if value is not None:
        here[last] = value
        return
    here.pop(last, None)
    for name, owner in zip(reversed(way), reversed(passed[:-1]), strict=True):
        if not owner[name]:
            del owner[name]
