"""Outputs from rows of their Avro schema. How they are written: `schemas.nested`."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from schemas.nested import OBJECTS
from schemas.records import Alert, AlertChange, CustomerCard, Decision, Emitted, Measure, Shift, Signal
from schemas.registry import REGISTERED, Registered

Row = dict[str, Any]

_BY_STRUCT: Final = {entry.struct: entry for entry in REGISTERED}
_ANY_OUTPUT: Final = Shift | Signal | Decision | Alert | AlertChange | CustomerCard | Measure


def registered(kind: type[Emitted]) -> Registered:
    """The schema of a kind of outputs; `KeyError` for `Rejected`, which has none."""
    return _BY_STRUCT[kind]


def from_row(row: Row) -> Emitted:
    """The output of a row that fastavro or polars read; `msgspec.DecodeError` if it is none."""
    fields = {name: value for name, value in row.items() if value is not None or name == "since"}
    for name in OBJECTS:
        if name in fields:
            fields[name] = msgspec.json.decode(fields[name])
    output: Emitted = msgspec.convert(fields, type=_ANY_OUTPUT)
    return output
