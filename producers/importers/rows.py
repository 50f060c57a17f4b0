"""Rows of foreign text files: columns, local times, identifiers, and by name what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from producers.importers.columns import Columns, Refused, csv_columns, record_text, split
from producers.importers.header import cased, column_names, header, without
from producers.importers.records import records
from producers.lines import Line, Lines, UnreadableInput
from producers.numbers import ungrouped
from schemas.faults import Fault
from schemas.fields import LONGEST_ID
from schemas.judging import LARGEST_AMOUNT
from schemas.keys import RESERVED, is_sentinel
from schemas.records import EVERYONE, Touchpoint
from schemas.times import EARLIEST, LATEST

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(NamedTuple):
    """Milliseconds since 1970 UTC, and the offset of the local clock then, in minutes east."""

    at: int
    offset: int


Make = Callable[[Columns, str, Moment, str | None], Touchpoint]
"""Columns, `event_id`, moment and run of history to a touchpoint that keeps `contract.md`; raises Refused."""


@dataclass(frozen=True, slots=True)
class Rows:
    """An importer of a file whose records are rows of text. Times are local ones of `zone`.

    Columns may stand in any order among others, their names in any case, and those that are `optional` may be absent.
    They stand between one of the `delimiters`, in `header` and `split` between the first; a blank is one or more.
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
    optional: tuple[str, ...] = ()
    delimiters: str = ","

    @property
    def fingerprint(self) -> str:
        return self.name

    def of(self, file: Lines) -> Rows:
        """The importer itself; UnreadableInput if the file does not begin with its header."""
        beginning = f"not {self.name}: "
        text = header(file, beginning).strip()
        if text == self.header:
            return self
        usual = self.delimiters[0]
        delimiter = next((each for each in self.delimiters[1:] if each in text), usual)
        wanted = split(self.header, usual)
        there = cased(wanted, column_names(file, delimiter, beginning))
        lacks = without((name for name in wanted if name not in self.optional), there, delimiter, "write commas")
        if lacks is not None:
            raise UnreadableInput(f"{file.path}:1: {beginning}{lacks}. Its columns are {', '.join(wanted)}.")
        return replace(self, split=partial(_picked, wanted, there, delimiter))

    def records(self, file: Lines) -> Iterable[Line]:
        """What stands below the header."""
        below = islice(file, 1, None)
        return records(below, self.split) if self.spans_lines else below

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


def _picked(wanted: Sequence[str], there: Sequence[str], delimiter: str, text: str) -> Columns:
    """The wanted columns of a record that has those that are `there`; empty where it has none of the name."""
    found = dict(zip(there, csv_columns(there, text, delimiter), strict=True))
    return [found.get(name, "") for name in wanted]


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
    try:
        there = (local + timedelta(days=shift_days)).replace(tzinfo=zone)
        offset = there.utcoffset() or timedelta()
        at = (there - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        at = LATEST
    if not EARLIEST <= at < LATEST:
        raise Refused("bad_date", column, f"{local} lies outside 1970..2200", "Correct the year.")
    return Moment(at, offset // timedelta(minutes=1))


@lru_cache(maxsize=16_384)
def day_of(at: int, zone: ZoneInfo) -> int:
    """The number of the local day of an instant, growing by 1 a day."""
    return datetime.fromtimestamp(at / 1000, zone).toordinal()


def number(column: str, text: str) -> float:
    """A number that sums can be made of; thousands may be grouped, as in 1,250.50."""
    try:
        value = float(ungrouped(text))
    except ValueError as error:
        raise Refused("wrong_type", column, f"{text[:40]!r} is not a number", "Write digits.") from error
    return summable(column, value)


def summable(column: str, value: float) -> float:
    """The number, if sums can be made of it; of two such ones the product may be none."""
    if not math.isfinite(value):
        raise Refused("bad_value", column, f"{value} is not finite", "Write digits.")
    if abs(value) > LARGEST_AMOUNT:
        remedy = f"At most {LARGEST_AMOUNT:,.0f}, above zero or below."
        raise Refused("bad_value", column, f"{value:g} is more than there is", remedy)
    return value


@lru_cache(maxsize=65_536)
def customer(column: str, text: str) -> str | None:
    """A customer's id, trimmed, that identifies somebody and is no key of the line's own; None where it is empty."""
    if not text.strip():
        return None
    if is_sentinel(text):
        remedy = "Leave the column empty where nobody is known."
        raise Refused("sentinel_identifier", column, f"{text[:40]!r} identifies nobody", remedy)
    name = identifier(column, text)
    if name == EVERYONE or name.startswith(RESERVED):
        what = f"{name[:40]!r} looks like a key of the line's own"
        raise Refused("bad_value", column, what, "Give the customer another id.")
    return name


def identifier(column: str, text: str) -> str:
    """What names something, trimmed and no longer than the contract lets an identifier be."""
    name = text.strip()
    if len(name) > LONGEST_ID:
        raise Refused("bad_value", column, f"has {len(name)} characters", f"Use at most {LONGEST_ID}.")
    return name


def filled(column: str, text: str, why: str) -> str:
    """What stands in a column that must not be empty."""
    if not text.strip():
        raise Refused("missing_field", column, "is empty", why)
    return text
