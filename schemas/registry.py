"""Which schema has which id. The ids are fixed: they stand in every record ever written."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import fastavro
from fastavro.types import Schema

from schemas.records import (
    Alert,
    AlertChange,
    CustomerCard,
    Decision,
    Emitted,
    Measure,
    Shift,
    Signal,
    Touchpoint,
)

FOLDER: Final = Path(__file__).parent / "avro"
MAGIC: Final = b"\x00"
"""First byte of Confluent's wire format; the schema's id follows, four bytes, big-endian."""
FRAME: Final = 5


class Registered(NamedTuple):
    """One schema: its id on the wire, its name, its file and the structs it carries."""

    id: int
    name: str
    file: str
    struct: type[Touchpoint] | type[Emitted]

    @property
    def prefix(self) -> bytes:
        """The five bytes before every body of this schema."""
        return MAGIC + self.id.to_bytes(4, "big")

    def source(self) -> dict[str, Any]:
        """The schema as it stands in its file."""
        return _source(self.file)

    def parsed(self) -> Schema:
        """The schema as fastavro wants it, parsed once."""
        return _parsed(self.file)


REGISTERED: Final[tuple[Registered, ...]] = (
    Registered(1001, "touchpoint", "touchpoint.avsc", Touchpoint),
    Registered(1002, "shift", "shift.avsc", Shift),
    Registered(1003, "signal", "signal.avsc", Signal),
    Registered(1004, "decision", "decision.avsc", Decision),
    Registered(1005, "alert", "alert.avsc", Alert),
    Registered(1006, "alert_change", "alert_change.avsc", AlertChange),
    Registered(1007, "card", "card.avsc", CustomerCard),
    Registered(1008, "measure", "measure.avsc", Measure),
)
"""A new version of a schema is a new line with a new id; a line is never changed."""

BY_NAME: Final[dict[str, Registered]] = {entry.name: entry for entry in REGISTERED}
BY_PREFIX: Final[dict[bytes, Registered]] = {entry.prefix: entry for entry in REGISTERED}
TOUCHPOINT: Final = BY_NAME["touchpoint"]


@cache
def _source(file: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((FOLDER / file).read_text(encoding="utf-8"))
    return content


@cache
def _parsed(file: str) -> Schema:
    return fastavro.parse_schema(_source(file))
