"""Rows of foreign text files: columns, local times, identifiers, and by name what is wrong with them."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from producers.lines import Line, Lines, UnreadableInput
from schemas.contract import Fault, FieldFault
from schemas.keys import RESERVED, is_sentinel
from schemas.records import EVERYONE, Touchpoint
from schemas.times import EARLIEST, LATEST

MOST_LINES = 200
"""Lines of one record. A quote that never closes would else swallow the rest of the file."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Refused(Exception):
    """What is wrong with one column: the reason's code, the column, what stands there, the remedy."""

    def __init__(self, reason: str, column: str, what: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.fault = reason, FieldFault(column, what, remedy)


class Moment(NamedTuple):
    """Milliseconds since 1970 UTC, and the offset of the local clock then, in minutes east."""

    at: int
    offset: int


Columns = list[str]
Make = Callable[[Columns, str, Moment, str | None], Touchpoint]
"""Columns, `event_id`, moment and run of history to a touchpoint that keeps `contract.md`; raises Refused."""


@dataclass(frozen=True, slots=True)
class Rows:
    """An importer of a file whose records are rows of text. Times are local ones of `zone`.

    Columns of CSV may stand in any order among others, and those that are `unused` may be absent.
    A record is at most `most_bytes` long; its time stands in the column `dated`. With
    `spans_lines` a quoted column may hold line breaks; the record's number is that of its first line.
    """

    name: str
    attribution: str
    header: str
    zone: ZoneInfo
    split: Callable[[str], Columns]
    dated: str
    when: Callable[[Columns], datetime]
    make: Make
    most_bytes: int
    spans_lines: bool = False
    unused: tuple[str, ...] = ()

    @property
    def headed(self) -> bool:
        return True

    @property
    def fingerprint(self) -> str:
        return self.name

    def of(self, file: Lines) -> Rows:
        """The importer itself; UnreadableInput if the file does not begin with its header."""
        first = next(iter(file), None)
        found = first.content if first is not None and isinstance(first.content, bytes) else b""
        text = found.decode("utf-8", "replace").strip()
        if text == self.header:
            return self
        wanted, there = self.header.split(","), _names(text)
        lacking = [name for name in wanted if name not in there and name not in self.unused]
        if lacking or len(wanted) == 1:
            raise UnreadableInput(f"{file.path}:1: not {self.name}: the first line is {self.header}")
        return replace(self, split=partial(_picked, wanted, there))

    def at(self, line: bytes, shift_days: int) -> int | None:
        try:
            return self._moment(self._columns(line), shift_days).at
        except Refused:
            return None

    def day(self, at: int) -> int:
        return day_of(at, self.zone)

    def touchpoint(
        self, line: bytes, event_id: str, shift_days: int = 0, history: str | None = None
    ) -> Touchpoint | Fault:
        """One record, validated once: what this returns keeps `contract.md`."""
        try:
            columns = self._columns(line)
            return self.make(columns, event_id, self._moment(columns, shift_days), history)
        except Refused as refused:
            return Fault(refused.reason, (refused.fault,), line, event_id)

    def _columns(self, line: bytes) -> Columns:
        return self.split(record_text(line, self.most_bytes))

    def _moment(self, columns: Columns, shift_days: int) -> Moment:
        return _instant(self.dated, self.when(columns), shift_days, self.zone)


def records(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines with those joined that a quoted column spans, under the number of the first of them."""
    first, parts, last = 0, list[bytes](), 0
    for line in lines:
        if not isinstance(line.content, bytes):
            yield from _joined(first, parts)
            parts = []
            yield line
            continue
        if not parts:
            first = line.number
        # Blank lines were left out on the way; inside of quotes they belong to the text.
        parts += [b""] * (line.number - last - 1) if parts else []
        parts.append(line.content)
        last = line.number
        if sum(part.count(b'"') for part in parts) % 2 == 0 or len(parts) >= MOST_LINES:
            yield from _joined(first, parts)
            parts = []
    yield from _joined(first, parts)


def _joined(number: int, parts: Sequence[bytes]) -> Iterator[Line]:
    if parts:
        yield Line(number, b"\n".join(parts))


def record_text(line: bytes, most_bytes: int) -> str:
    """The text of one record; Refused if it is too long, no UTF-8, or holds what no text may."""
    if len(line) > most_bytes:
        raise Refused("too_large", "line", f"{len(line)} bytes", f"A line has at most {most_bytes} bytes.")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise Refused("bad_encoding", "line", f"byte {error.start} is not UTF-8", "Save the file as UTF-8.") from error
    if "\0" in text:
        raise Refused("nul_character", "line", "holds the character NUL", "Remove it.")
    return text.rstrip("\r")


def _names(header: str) -> Columns:
    try:
        return [name.strip() for name in _split(header, ",")]
    except csv.Error:
        return []


def _picked(wanted: Sequence[str], there: Sequence[str], text: str) -> Columns:
    """The wanted columns of a CSV record that has those that are `there`; empty where it has none of the name."""
    found = dict(zip(there, csv_columns(there, text), strict=True))
    return [found.get(name, "") for name in wanted]


def csv_columns(names: Sequence[str], text: str, delimiter: str = ",") -> Columns:
    """The columns of one CSV record, as many as there are names."""
    try:
        columns = _split(text, delimiter)
    except csv.Error as error:
        raise Refused("bad_value", "line", f"is not CSV: {error}", "Do its quotes close?") from error
    return counted(names, columns)


def _split(text: str, delimiter: str) -> Columns:
    return text.split(delimiter) if '"' not in text else next(csv.reader([text], strict=True, delimiter=delimiter))


def counted(names: Sequence[str], columns: Columns) -> Columns:
    """The columns, if they are as many as their names."""
    if len(columns) != len(names):
        what = f"has {len(columns)} columns instead of {len(names)}"
        raise Refused("missing_field", "line", what, f"The columns are {', '.join(names)}.")
    return columns


@lru_cache(maxsize=16_384)
def local_time(column: str, text: str, forms: tuple[str, ...], example: str) -> datetime:
    """A local clock as the file writes it, without a zone, in the first of the `strptime` forms that fits."""
    for form in forms:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    raise Refused("bad_date", column, f"{text[:40]!r} is no time of this calendar", f"Times look like {example}.")


@lru_cache(maxsize=16_384)
def _instant(column: str, local: datetime, shift_days: int, zone: ZoneInfo) -> Moment:
    """A local time, so many days later by the local clock, as an instant with its offset."""
    there = (local + timedelta(days=shift_days)).replace(tzinfo=zone)
    offset = there.utcoffset() or timedelta()
    at = (there - _EPOCH) // timedelta(milliseconds=1)
    if not EARLIEST <= at < LATEST:
        raise Refused("bad_date", column, f"{local} lies outside 1970..2200", "Correct the year.")
    return Moment(at, offset // timedelta(minutes=1))


@lru_cache(maxsize=16_384)
def day_of(at: int, zone: ZoneInfo) -> int:
    """The number of the local day of an instant, growing by 1 a day."""
    return datetime.fromtimestamp(at / 1000, zone).toordinal()


def number(column: str, text: str) -> float:
    """A finite number."""
    try:
        value = float(text)
    except ValueError as error:
        raise Refused("wrong_type", column, f"{text[:40]!r} is not a number", "Write digits.") from error
    if not math.isfinite(value):
        raise Refused("bad_value", column, f"{text[:40]!r} is not finite", "Write digits.")
    return value


@lru_cache(maxsize=65_536)
def customer(column: str, text: str) -> str:
    """A customer's id that identifies somebody and is no key of the line's own."""
    if is_sentinel(text):
        remedy = "Leave the column empty where nobody is known."
        raise Refused("sentinel_identifier", column, f"{text[:40]!r} identifies nobody", remedy)
    if text == EVERYONE or text.startswith(RESERVED):
        what = f"{text[:40]!r} looks like a key of the line's own"
        raise Refused("bad_value", column, what, "Give the customer another id.")
    return text


def filled(column: str, text: str, why: str) -> str:
    """What stands in a column that must not be empty."""
    if not text.strip():
        raise Refused("missing_field", column, "is empty", why)
    return text
