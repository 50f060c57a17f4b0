"""Between polars frames and what the ways to ClickHouse take or give."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import polars as pl

from sinks.clickhouse.client import Answer

_TEXT_LIST: Final = pl.List(pl.String)
_TIME: Final = pl.Datetime("ms", "UTC")
_WRAPPED: Final = re.compile(r"(Array|Nullable|LowCardinality)\((.+)\)")
_KINDS: Final[Mapping[str, pl.DataType]] = {
    "String": pl.String(), "Float32": pl.Float32(), "Float64": pl.Float64(), "Date": pl.Date(),
    "Int8": pl.Int8(), "Int16": pl.Int16(), "Int32": pl.Int32(), "Int64": pl.Int64(),
    "UInt8": pl.UInt8(), "UInt16": pl.UInt16(), "UInt32": pl.UInt32(), "UInt64": pl.UInt64(),
}  # fmt: skip


def answer(arrow: bytes, binary: Collection[str]) -> Answer:
    """The answer in an Arrow stream whose strings are bytes; those not in `binary` become text."""
    if not arrow:
        return Answer((), ())
    frame = pl.read_ipc_stream(io.BytesIO(arrow))
    columns = (_column(series, series.name in binary) for series in frame.get_columns())
    return Answer(tuple(frame.columns), tuple(columns))


def frame(arrow: bytes) -> pl.DataFrame:
    """The answer in an Arrow stream whose strings are bytes, as a frame whose strings are text."""
    if not arrow:
        return pl.DataFrame()
    return pl.DataFrame([_texts(series) for series in pl.read_ipc_stream(io.BytesIO(arrow)).get_columns()])


def _texts(series: pl.Series) -> pl.Series:
    if not _holds_bytes(series.dtype):
        return series
    kind = pl.String() if series.dtype == pl.Binary else _TEXT_LIST
    try:
        return series.cast(kind)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return pl.Series(series.name, [text(value) for value in series.to_list()], dtype=kind)


def framed(found: Answer, types: Sequence[str]) -> pl.DataFrame:
    """An answer as a frame; `types` are ClickHouse's, column by column."""
    each = zip(found.names, found.columns, types, strict=True)
    return pl.DataFrame([pl.Series(name, values, dtype=kind(type_), strict=False) for name, values, type_ in each])


def kind(named: str) -> pl.DataType | None:
    """A type of ClickHouse's as polars has it; None where the values must tell."""
    if named.startswith("DateTime"):
        return _TIME
    wrapped = _WRAPPED.fullmatch(named)
    if wrapped is None:
        return _KINDS.get(named)
    inner = kind(wrapped[2])
    return pl.List(inner) if wrapped[1] == "Array" and inner is not None else inner


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
