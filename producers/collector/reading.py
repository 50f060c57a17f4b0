"""JSON of a documented form, read as a struct: it, or a fault that names the field."""

from __future__ import annotations

import re
from typing import Final, TypeVar, get_args, get_type_hints

import msgspec

from schemas.contract import read_line
from schemas.faults import Fault, FieldFault

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
        return Fault(reason, (FieldFault(field[:200], what, _remedy(form, reason, path[1] if path else "")),), raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        read = read_line(raw)  # says what is wrong with it as JSON
        return (
            read if isinstance(read, Fault) else Fault("not_json", (FieldFault(place, "is no JSON", "mend it"),), raw)
        )


def _remedy(form: type[msgspec.Struct], reason: str, path: str) -> str:
    """What would stand there: the words that a field may have, or the fields that there are."""
    words = get_args(get_type_hints(form).get(path))
    if reason == "bad_value" and words and all(isinstance(word, str) for word in words):
        return f"use one of {', '.join(words)}"
    fields = ", ".join(form.__struct_encode_fields__)
    match reason:
        case "missing_field":
            return "every event has it"
        case "wrong_type":
            return "text in quotes, numbers without, lists in [ ], objects in { }"
    return f"the fields are {fields}"
