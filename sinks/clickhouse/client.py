"""What the program asks of ClickHouse, wherever it runs: a server, or embedded in the `store` process."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    import polars as pl

Parameter: TypeAlias = str | bytes | int | float | Sequence[str] | Sequence[int]


class StoreError(Exception):
    """Something ClickHouse said no to. `code` is its own number for it, 0 if it said nothing."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class StoreAway(StoreError):
    """Not now: no connection, no memory, too many parts. The same request may be repeated unchanged."""


class StoreRefused(StoreError):
    """The server is there and does not let us in: password, user or certificate. Waiting does not mend it."""


class RowsRefused(StoreError):
    """At least one row of the block is not acceptable; repeating the block will not help."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a query, column by column. Times are aware datetimes in UTC."""

    names: tuple[str, ...]
    columns: tuple[Sequence[object], ...]

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def __getitem__(self, name: str) -> Sequence[object]:
        return self.columns[self.names.index(name)]

    def rows(self) -> Iterator[tuple[object, ...]]:
        return zip(*self.columns, strict=True)

    def dicts(self) -> Iterator[dict[str, object]]:
        return (dict(zip(self.names, row, strict=True)) for row in self.rows())


class Reader(Protocol):
    """SQL that only reads."""

    @property
    def where(self) -> str:
        """The place, for messages."""

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        """All rows of one SELECT; `{name:Type}` stands for a parameter.

        Columns named in `binary` come as bytes, all other strings as text, in which
        bytes that are no UTF-8 are replaced. Raises StoreAway or StoreError.
        """

    def close(self) -> None: ...


class Frames(Reader, Protocol):
    """A reader that also answers in columns as they are, without a Python object for each value."""

    def frame(self, sql: str, params: Mapping[str, Parameter] | None = None) -> pl.DataFrame:
        """All rows of one SELECT, typed as ClickHouse types them; strings as text, as in `query`."""


class Store(Frames, Protocol):
    """A reader that also writes. One object serves any number of threads."""

    def execute(self, sql: str) -> None:
        """One statement that returns nothing."""

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        """All rows as one block: when it returns they are stored.

        Raises RowsRefused, or StoreAway: then they may be stored or not, and the
        identical block is to be sent again; what is stored twice collapses.
        """

    def rendered(self, sql: str, form: str, limits: Limits) -> bytes:
        """The answer to a stranger's checked SELECT in one of `FORMATS`, under these limits, read-only."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query of a stranger may use: seconds, bytes, rows of its result, threads."""

    seconds: int = 10
    memory: int = 1 << 30
    rows: int = 1_000_000
    result: int = 256 << 20
    threads: int = 2

    def settings(self) -> dict[str, str]:
        """As ClickHouse names them. `readonly` comes last: nothing can be set after it."""
        return {
            "max_execution_time": str(self.seconds),
            "max_memory_usage": str(self.memory),
            "max_result_rows": str(self.rows),
            # Alone, that one lets any number through if they come in a single block; this cuts the block.
            "limit": str(self.rows + 1),
            "max_result_bytes": str(self.result),
            "max_threads": str(self.threads),
            "result_overflow_mode": "throw",
            "timeout_overflow_mode": "throw",
            "readonly": "1",
        }


READING: Final[Mapping[str, str]] = {
    # A row that FINAL collapses never changes its month: time is part of every sorting key.
    "do_not_merge_across_partitions_select_final": "1",
}
WRITING: Final[Mapping[str, str]] = {
    "async_insert": "0",
    # One block may hold the touchpoints of decades.
    "max_partitions_per_insert_block": "0",
    "input_format_null_as_default": "0",
}

FORMATS: Final[tuple[str, ...]] = ("JSONEachRow", "TSV", "Arrow", "ArrowBytes")
"""`TSV` begins with a line of names; `Arrow` is a stream; in `ArrowBytes` its strings are bytes, as they are stored."""

ROW_CODES: Final[frozenset[int]] = frozenset(
    {6, 26, 27, 32, 33, 38, 41, 43, 53, 69, 70, 72, 117, 131, 321, 349, 395, 407, 441, 467, 469, 691}
)
"""ClickHouse's codes for a value that does not parse, convert, fit or pass a constraint."""

_UNKNOWN: Final = frozenset({16, 47, 60, 81})
"""No such column, identifier, table, database."""

_FULL: Final = 243
_NO_SPACE: Final = "No space left"
_CAUSES: Final[Mapping[int, str]] = {
    164: "read_only", 242: "read_only", 241: "memory", 252: "too_many_parts", 209: "away", 210: "away",
    **dict.fromkeys(_UNKNOWN, "missing_table"), **dict.fromkeys(ROW_CODES, "rows"),
}  # fmt: skip
_STATES: Final = frozenset({"read_only", "disk_full", "memory", "too_many_parts"})
CAUSES: Final[frozenset[str]] = frozenset({"disk_full", "other", *_CAUSES.values()})

_CODE: Final = re.compile(r"Code: (\d+)")


def code_in(message: str) -> int:
    """The first error code of a ClickHouse message, 0 without one."""
    found = _CODE.search(message)
    return int(found.group(1)) if found else 0


def cause_of(error: StoreError) -> str:
    """Why the store does not take a block, in one word for a label: one of `CAUSES`."""
    if error.code == _FULL or _NO_SPACE in str(error):
        return "disk_full"
    return _CAUSES.get(error.code, "away" if error.code == 0 else "other")


def passes(error: StoreError) -> bool:
    """Whether it is the store's state that refuses, which may change, and not what was asked or who asks."""
    return isinstance(error, StoreAway) or cause_of(error) in _STATES


def insert_failed(where: str, table: str, code: int, message: str) -> StoreError:
    """The error of a failed insert: about its rows, or about the store, which may recover."""
    text = f"{where}: insert into {table} failed: {_short(message)}"
    if code in ROW_CODES:
        return RowsRefused(f"{text}; a row of the block is at fault", code)
    if code in _UNKNOWN:
        return StoreAway(f"{text}; run `rapport init` to create what is missing", code)
    return StoreAway(f"{text}; the block is kept and sent again", code)


def query_failed(where: str, code: int, message: str) -> StoreError:
    text = f"{where}: {_short(message)}"
    if code in _UNKNOWN:
        text += "; docs/data-dictionary.md names tables and columns, `rapport init` makes those that are missing"
    return StoreError(text, code)


def _short(message: str) -> str:
    first = message.split("Stack trace", maxsplit=1)[0].strip()
    return first if len(first) <= 600 else f"{first[:600]}…"
