"""Any table (CSV, JSON lines, Parquet) by a mapping file. What it makes passes the contract like any line."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from producers.importers.columns import Refused, csv_columns, record_text
from producers.importers.constants import EPOCHS
from producers.importers.header import column_names, listed, near, without
from producers.importers.mapping import Column, Mapping
from producers.importers.parquet import ParquetRows
from producers.importers.records import records
from producers.importers.rows import day_of
from producers.importers.rows import number as number_of
from producers.lines import Line, Lines, UnreadableInput
from producers.numbers import ungrouped
from schemas import times
from schemas.contract import LARGEST, read_line
from schemas.faults import MISSING, Fault, FieldFault
from schemas.fields import DEEPEST, too_deep
from schemas.records import Touchpoint

LOOKED_AT: Final = 100_000
"""Lines of JSON that are looked through for the columns; mostly the first has them all."""
EMPTY: Final = "is empty"
NAMED: Final = 80
"""Characters of the names that a value may have, where it has none of them."""
_TRUTHS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_JSON: Final = msgspec.json.Encoder()
_WITH_COMMA: Final = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?")
_TOO_DEEP: Final = (f"is nested more than {DEEPEST} deep", "Flatten it.")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Row = dict[str, Any]


def lines_of(path: str) -> Lines:
    """The records of a file, by what its name ends with."""
    return ParquetRows(path) if path.lower().endswith(".parquet") else Lines(path)


@dataclass(frozen=True, slots=True)
class Table:
    """The importer of tables that a mapping describes. `of` binds it to one file and its columns."""

    mapping: Mapping
    split: Callable[[str], Row] | None = None
    delimiter: str | None = None
    """Of the file that it is bound to, if that is CSV."""

    @property
    def name(self) -> str:
        return self.mapping.name

    @property
    def attribution(self) -> str:
        return f"{self.name}: by a mapping file"

    @property
    def fingerprint(self) -> str:
        """Another for another mapping, so that an interrupted import is not taken up with it."""
        each = self.mapping
        said = repr((
            each.fields, each.identifiers, each.properties, sorted(each.empty),
            each.zone.key, each.delimiter, each.decimal,
        ))  # fmt: skip
        return f"table {self.name} {hashlib.blake2b(said.encode(), digest_size=8).hexdigest()}"

    def of(self, file: Lines) -> Table:
        """The importer of this file; UnreadableInput if it has not the columns, or is of no known kind."""
        kind = Path(file.path.removesuffix(".gz")).suffix.lower()
        if kind == ".parquet" and not isinstance(file, ParquetRows):
            raise UnreadableInput(f"{file.path}: Parquet is compressed inside. Unpack it (`gunzip`) and import that")
        if kind in (".jsonl", ".ndjson", ".json", ".parquet"):
            self._sought(file)
            return replace(self, split=_object)
        if kind not in (".csv", ".tsv", ".txt"):
            raise UnreadableInput(f"{file.path}: is it a table? Name it .csv, .tsv, .jsonl or .parquet (.gz after it)")
        delimiter = "\t" if kind == ".tsv" and self.mapping.delimiter == "," else self.mapping.delimiter
        names = _header(file, delimiter, self.mapping.columns())
        return replace(self, split=partial(_named, names, delimiter), delimiter=delimiter)

    def _sought(self, file: Lines) -> None:
        wanted = self.mapping.columns()
        if isinstance(file, ParquetRows):
            names = file.names()
            lacking, where = [name for name in wanted if not _holds(names, name)], ""
        else:
            (lacking, names), where = _never_held(file, wanted), f" in its first {LOOKED_AT:,} lines"
        if lacking:
            guess = near(lacking, names) or f" If it may lack: `optional: [{lacking[0]}]` in the mapping."
            what = f"no column {', '.join(lacking)}{where}; there are {listed(names)}.{guess}"
            raise UnreadableInput(f"{file.path}: {what}")

    def records(self, file: Lines) -> Iterable[Line]:
        """Rows of CSV below their header, else every line."""
        if self.delimiter is None or self.split is None:
            return file
        return records(islice(file, 1, None), self.split, self.delimiter)

    def at(self, line: bytes, shift_days: int) -> int | None:
        try:
            return times.read(self._occurred(self._row(line), shift_days)).at
        except (Refused, ValueError):
            return None

    def day(self, at: int) -> int:
        return day_of(at, self.mapping.zone)

    def touchpoint(
        self, line: bytes, event_id: str, shift_days: int = 0, history: str | None = None
    ) -> Touchpoint | Fault:
        """One row, validated as any line is; a fault names the field, and carries the row as it came."""
        try:
            row = self._row(line)
            content = self._content(row, shift_days)
        except Refused as refused:
            return Fault(refused.reason, (refused.fault,), line, event_id)
        given = {"event_id": event_id, **content} | ({"history": history} if history is not None else {})
        found = read_line(_JSON.encode(given))
        return self._told(found, row, line, event_id) if isinstance(found, Fault) else found

    def _told(self, fault: Fault, row: Row, line: bytes, event_id: str) -> Fault:
        """What the contract says of a row; of a field that lacks by what stands in its column."""
        why = [self._lacking(each, row) for each in fault.faults]
        unnamed = fault.reason == "missing_field" and not any(each.what in (MISSING, EMPTY) for each in why)
        return Fault("bad_value" if unnamed else fault.reason, tuple(why), line, event_id)

    def _lacking(self, fault: FieldFault, row: Row) -> FieldFault:
        """Of a field that its column leaves without a value: that the column is empty, or what it holds instead."""
        target = self.mapping.target(fault.field)
        if fault.what != MISSING or not isinstance(target, Column):
            return fault
        value = self._cell(target, row)
        if value is None:
            return FieldFault(target.column, EMPTY, f"fill it, or give {fault.field} `otherwise:` in the mapping")
        names = ", ".join(target.values or {})
        names = names if len(names) <= NAMED else f"{names[:NAMED]} …"
        remedy = "add it in the mapping, or give `otherwise:`"
        return FieldFault(target.column, f"{str(value)[:40]!r} is in none of values ({names})", remedy)

    def _row(self, line: bytes) -> Row:
        assert self.split is not None
        return self.split(record_text(line, LARGEST))

    def _content(self, row: Row, shift_days: int) -> dict[str, Any]:
        found = {
            name: self._value(target, row) for name, target in self.mapping.fields.items() if name != "occurred_at"
        }
        found["occurred_at"] = self._occurred(row, shift_days)
        for group in ("identifiers", "properties"):
            targets = getattr(self.mapping, group)
            values = {name: self._value(target, row) for name, target in targets.items()}
            found[group] = {name: value for name, value in values.items() if value is not None} or None
        return {name: value for name, value in found.items() if value is not None}

    def _value(self, target: Any, row: Row) -> Any:
        if not isinstance(target, Column):
            return target
        value = self._cell(target, row)
        if target.values is not None:
            key = str(value).lower() if isinstance(value, bool) else str(value)
            return target.values.get(key, target.otherwise) if value is not None else target.otherwise
        if value is None:
            return target.otherwise
        if isinstance(value, str) and target.kind == "number":
            return self._number(target.column, value)
        if isinstance(value, str) and target.kind == "boolean":
            if value.lower() not in _TRUTHS:
                remedy = f"Write {', '.join(_TRUTHS)}."
                raise Refused("wrong_type", target.column, f"{value[:40]!r} is no truth", remedy)
            return _TRUTHS[value.lower()]
        # An id that a file holds as a number is the same id as text; 17850.0 is what spreadsheets make of 17850.
        if target.kind == "text" and isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(int(value)) if isinstance(value, int) or value.is_integer() else str(value)
        return value

    def _number(self, column: str, text: str) -> float:
        if self.mapping.decimal == ",":
            if not _WITH_COMMA.fullmatch(text.strip()):
                what = f"{text[:40]!r} is not a number with a decimal comma"
                raise Refused("wrong_type", column, what, "Write it as 12,5.")
            text = text.strip().replace(".", "").replace(",", ".")
        elif _WITH_COMMA.fullmatch(text.strip()) and "," in ungrouped(text):
            what, remedy = f"{text[:40]!r} is not a number", 'Where commas are decimal: `decimal: ","` in the mapping.'
            raise Refused("wrong_type", column, what, remedy)
        return number_of(column, text)

    def _cell(self, target: Column, row: Row) -> Any:
        value: Any = row
        for part in (target.column,) if target.column in row else target.column.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, str) and value.strip() in self.mapping.empty:
            return None
        return None if isinstance(value, float) and math.isnan(value) else value

    def _occurred(self, row: Row, shift_days: int) -> str:
        target = self.mapping.fields["occurred_at"]
        if not isinstance(target, Column):
            moment, column = _moment(str(target), None, "occurred_at"), "occurred_at"
        else:
            value, column = self._cell(target, row), target.column
            if value is None:
                raise Refused("missing_field", column, EMPTY, "Every row has a time.")
            moment = _moment(value, target.format, column)
        try:
            if moment.tzinfo is None:
                moment = (moment + timedelta(days=shift_days)).replace(tzinfo=self.mapping.zone)
            elif shift_days:
                moment = moment + timedelta(days=shift_days)
            offset = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
            return times.write((moment - _EPOCH) // timedelta(milliseconds=1), offset)
        except OverflowError as error:
            raise Refused("bad_date", column, f"{moment} lies outside 1970..2200", "Correct the year.") from error


def _moment(value: Any, form: str | None, column: str) -> datetime:
    """A time with or without a zone, as the column has it."""
    example = form or "2026-05-31T09:30:00+02:00"
    try:
        if form is None:
            return datetime.fromisoformat(str(value))
        if form in EPOCHS:
            if not isinstance(value, (int, float, str)) or isinstance(value, bool):
                raise ValueError("neither a number nor text")
            return _EPOCH + timedelta(milliseconds=float(value) * EPOCHS[form])
        return datetime.strptime(str(value), form)
    except (ValueError, OverflowError) as error:
        remedy = f"Times look like {example}."
        raise Refused("bad_date", column, f"{str(value)[:40]!r} is no such time", remedy) from error


def _header(file: Lines, delimiter: str, wanted: list[str]) -> list[str]:
    names = column_names(file, delimiter)
    twice = sorted({name for name in names if names.count(name) > 1 and name})
    if twice:
        raise UnreadableInput(f"{file.path}:1: the column {listed(twice)} stands twice")
    lacks = without(wanted, names, delimiter, "say so by `delimiter` in the mapping")
    if lacks is not None:
        raise UnreadableInput(f"{file.path}:1: {lacks}")
    return names


def _holds(names: Row, column: str) -> bool:
    """Whether a column, or a path into nested ones, is there, be it empty."""
    here: Any = names
    for part in (column,) if column in names else column.split("."):
        if not isinstance(here, dict) or part not in here:
            return False
        here = here[part]
    return True


def _never_held(file: Lines, wanted: list[str]) -> tuple[list[str], Row]:
    """Columns that none of the first objects holds, and the names that they do hold."""
    names: Row = {}
    for line in islice(file, LOOKED_AT):
        row = _as_object(line)
        if row is not None:
            names |= row
            wanted = [name for name in wanted if not _holds(row, name)]
        if not wanted:
            break
    return (wanted, names) if names else ([], names)


def _as_object(line: Line) -> Row | None:
    """What is no object is refused later, by its line."""
    try:
        return _object(record_text(line.content, LARGEST)) if isinstance(line.content, bytes) else None
    except Refused:
        return None


def _named(names: list[str], delimiter: str, text: str) -> Row:
    return dict(zip(names, csv_columns(names, text, delimiter), strict=True))


def _object(text: str) -> Row:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise Refused("not_json", "line", str(error), "Write one JSON object a line.") from error
    except RecursionError as error:
        raise Refused("bad_value", "line", *_TOO_DEEP) from error
    if not isinstance(found, dict):
        raise Refused("not_an_object", "line", "is JSON, but no object", "Write one JSON object a line.")
    if text.count("{") + text.count("[") > DEEPEST and too_deep(found):
        raise Refused("bad_value", "line", *_TOO_DEEP)
    return found
