"""JSON of a documented form, read as a struct: it, or a fault that names the field."""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec

from schemas.contract import Fault, FieldFault, read_line

_AT: Final = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_QUOTED: Final = re.compile(r"`([^`]+)`")
_REASONS: Final = (
    ("missing required field", "missing_field"),
    ("unknown field", "unknown_field"),
    ("Expected", "wrong_type"),
)
Form = TypeVar("Form", bound=msgspec.Struct)


def read_as(form: type[Form], raw: bytes, place: str = "") -> Form | Fault:
    """The struct of a JSON object; where it is none, why, by field. `place` stands before the field's name."""
    try:
        return msgspec.json.decode(raw, type=form)
    except msgspec.ValidationError as error:
        said = str(error)
        if not raw.lstrip().startswith(b"{"):
            return Fault("not_an_object", (FieldFault(place, "is JSON, but no object", "write one object"),), raw)
        path, what = _AT.search(said), _AT.sub("", said)
        reason = next((reason for words, reason in _REASONS if words in what), "bad_value")
        inner = _QUOTED.search(what) if reason in ("missing_field", "unknown_field") else None
        names = (place, path[1] if path else "", inner[1] if inner else "")
        field = ".".join(name for name in names if name)
        remedy = f"the fields are {', '.join(_fields(form))}" if reason == "unknown_field" else "see docs/sources.md"
        return Fault(reason, (FieldFault(field[:200], what, remedy),), raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        read = read_line(raw)  # says what is wrong with it as JSON
        return (
            read if isinstance(read, Fault) else Fault("not_json", (FieldFault(place, "is no JSON", "mend it"),), raw)
        )


def _fields(form: type[Any]) -> tuple[str, ...]:
    return tuple(str(name) for name in form.__struct_encode_fields__)
