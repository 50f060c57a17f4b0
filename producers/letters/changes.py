"""What a mending has changed in a touchpoint, field by field."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

Json: TypeAlias = dict[str, Any]


class Change(NamedTuple):
    """One field, a dot leading into objects; None: it was not there, or is not any more."""

    field: str
    before: Any
    after: Any


def changes(before: Json, after: Json) -> list[Change]:
    """In the order of the fields as they stood, then of those that are new."""
    old, new = _flat(before), _flat(after)
    names = dict.fromkeys((*old, *new))
    return [Change(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]


def _flat(content: Json, prefix: str = "") -> Json:
    found: Json = {}
    for name, value in content.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
