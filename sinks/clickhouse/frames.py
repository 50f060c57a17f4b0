"""Between polars frames and what the ways to ClickHouse take or give."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import Any, Final

import polars as pl

from sinks.clickhouse.client import Answer

_TEXT_LIST: Final = pl.List(pl.String)


def answer(arrow: bytes, binary: Collection[str]) -> Answer:
    """The answer in an Arrow stream whose strings are bytes; those not in `binary` become text."""
    if not arrow:
        return Answer((), ())
    frame = pl.read_ipc_stream(io.BytesIO(arrow))
    columns = (_column(series, series.name in binary) for series in frame.get_columns())
    return Answer(tuple(frame.columns), tuple(columns))


def _column(series: pl.Series, binary: bool) -> Sequence[object]:
    if binary or not _holds_bytes(series.dtype):
        return series.to_list()
    try:
        return series.cast(pl.String if series.dtype == pl.Binary else _TEXT_LIST).to_list()
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return [text(value) for value in series.to_list()]


def _holds_bytes(dtype: pl.DataType) -> bool:
    return dtype == pl.Binary or dtype == pl.List(pl.Binary)


def text(value: Any) -> Any:
    """Bytes as text, bad bytes replaced; also inside sequences."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return [text(item) for item in value] if isinstance(value, list | tuple) else value


def native(rows: pl.DataFrame) -> list[list[Any]]:
    """Columns as lists that the native protocol's client writes fastest: bytes and whole numbers."""
    return [_native(series).to_list() for series in rows.get_columns()]


def _native(series: pl.Series) -> pl.Series:
    match series.dtype:
        case pl.String:
            return series.cast(pl.Binary)
        case pl.Datetime():
            return series.to_physical()
        case dtype if dtype == _TEXT_LIST:
            return series.cast(pl.List(pl.Binary))
        case _:
            return series
