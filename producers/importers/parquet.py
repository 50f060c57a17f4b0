"""The rows of a Parquet file as lines of JSON."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from producers.lines import Line, Lines, UnreadableInput

PARQUET_ROWS: Final = 10_000
_JSON: Final = msgspec.json.Encoder()
_FAR_DAY: Final = 719_162
"""Days from the year 1 to 1970; of times further from 1970 than that a program has none."""
_TICKS: Final = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}

Nested = dict[str, Any]


class ParquetRows(Lines):
    """The rows of a Parquet file as JSON lines, numbered from 1."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._read = 0

    @property
    def read_bytes(self) -> int:
        return self._read

    def names(self) -> Nested:
        """The names of the columns, and behind them those of the fields inside."""
        with self._reading():
            return {name: _inside(kind) for name, kind in pl.scan_parquet(self.path).collect_schema().items()}

    def __iter__(self) -> Iterator[Line]:
        with self._reading():
            table = pl.scan_parquet(self.path)
            total = int(table.select(pl.len()).collect().item())
            for start in range(0, total, PARQUET_ROWS):
                rows = table.slice(start, PARQUET_ROWS).collect()
                for number, row in enumerate(_rows(rows), start + 1):
                    yield Line(number, _JSON.encode({name: _plain(value) for name, value in row.items()}))
                self._read = (self.size_bytes or 0) * (start + rows.height) // total

    @contextmanager
    def _reading(self) -> Iterator[None]:
        if not Path(self.path).is_dir():  # a folder of parts is read as one table
            self.opened().close()
        try:
            yield
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
            raise UnreadableInput(f"{self.path}: {error}. Is it a whole Parquet file?") from error


def _inside(kind: pl.DataType) -> Nested | None:
    return {each.name: _inside(each.dtype) for each in kind.fields} if isinstance(kind, pl.Struct) else None  # type: ignore[arg-type]


def _rows(frame: pl.DataFrame) -> Iterator[Nested]:
    """Rows by name. A time that no calendar here has is the number that it is, for its row alone to be refused."""
    far = dict[int, Nested]()
    for name, kind in frame.schema.items():
        if isinstance(kind, pl.Date | pl.Datetime):
            numbers = frame[name].to_physical()
            bound = _FAR_DAY * (86_400 * _TICKS[kind.time_unit] if isinstance(kind, pl.Datetime) else 1)
            beyond = (numbers < -bound) | (numbers > 4 * bound)
            for at in beyond.arg_true():
                far.setdefault(at, {})[name] = numbers[at]
            if beyond.any():
                frame = frame.with_columns(pl.when(~beyond).then(pl.col(name)).alias(name))
    for at, row in enumerate(frame.iter_rows(named=True)):
        yield row | far[at] if at in far else row


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    return value.hex() if isinstance(value, bytes) else value
