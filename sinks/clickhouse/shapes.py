"""Decoded columns as the columns of the tables. Absent text is empty text there, absent numbers and times are NULL."""

from __future__ import annotations

from typing import Final

import polars as pl

from schemas.records import IDENTIFIERS
from schemas.times import EARLIEST, LATEST
from sinks.clickhouse.chunk import TIME, Chunk, Headers
from sinks.clickhouse.decode import TIMES

_CLEAR: Final = ("customer_id", "loyalty_card")
"""Identifiers that may be read in the table; the others stand in the log's value only."""

_OFFSETS: Final = ("occurred_offset", "sent_offset", "received_offset")
_CAUSE: Final = {"partition": "cause_partition", "offset": "cause_offset"}
_LETTER: Final = ("id", "stage", "reason", "detail", "topic", "partition", "offset", "at", "file", "line")


def touchpoint_columns(frame: pl.DataFrame, customers: pl.Series) -> pl.DataFrame:
    """`customers`: the resolved keys, which replace what the source said."""
    clear = [pl.col(name).alias(f"identifier_{name}") for name in _CLEAR]
    rest = [pl.col(name) for name in frame.columns if name not in IDENTIFIERS]
    shaped = frame.select(*clear, *rest).with_columns(pl.col(_OFFSETS).cast(pl.Int16))
    return _plain(shaped).insert_column(0, customers.alias("customer_id"))


def output_columns(frame: pl.DataFrame) -> pl.DataFrame:
    """An output of any kind: its own partition and offset become the cause's, reasons three arrays."""
    if not frame.width:
        return frame
    reasons = [
        pl.col("because").list.eval(pl.element().struct.field(field)).alias(f"because_{column}")
        for field, column in (("event_id", "events"), ("what", "what"), ("weight", "weights"))
    ]
    objects = [pl.col(name).struct.json_encode() for name, kind in frame.schema.items() if isinstance(kind, pl.Struct)]
    flags = [pl.col(name).cast(pl.UInt8) for name, kind in frame.schema.items() if kind == pl.Boolean]
    return _plain(frame.with_columns(*reasons, *objects, *flags).drop("kind", "because").rename(_CAUSE))


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns without any value are left out: ClickHouse fills them, which costs nearly nothing."""
    kept = frame.select([series.name for series in frame.get_columns() if series.null_count() < frame.height])
    times = [pl.col(name).cast(TIME) for name in TIMES if name in kept.columns]
    texts = [pl.col(name).fill_null("") for name, kind in kept.schema.items() if kind == pl.String]
    return kept.with_columns(*times, *texts)


def rejected_columns(chunk: Chunk) -> pl.DataFrame:
    """Dead letters from their headers; `at` is null, or `id` empty, for one that is none."""
    letters = pl.DataFrame(list(map(_letter, chunk.headers)), schema=dict.fromkeys(_LETTER, pl.String), orient="row")
    at = pl.col("at").cast(pl.Int64, strict=False)
    return letters.select(
        "id",
        pl.when(at.is_between(EARLIEST, LATEST - 1)).then(at).cast(TIME).alias("at"),
        "stage",
        "reason",
        "detail",
        pl.col("topic").alias("cause_topic"),
        _number("partition", pl.Int32()).alias("cause_partition"),
        _number("offset", pl.Int64()).alias("cause_offset"),
        "file",
        _number("line", pl.Int64()),
        chunk.places.get_column("key"),
        pl.Series("original", chunk.values, dtype=pl.Binary),
    )


def _number(name: str, kind: pl.DataType) -> pl.Expr:
    return pl.col(name).cast(kind, strict=False).fill_null(-1)


def _letter(headers: Headers) -> tuple[str, ...]:
    found = {name: (value or b"").decode("utf-8", "replace") for name, value in headers}
    return tuple(found.get(name, "") for name in _LETTER)
