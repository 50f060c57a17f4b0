"""Decoded columns as the columns of the tables. Absent text is empty text there, absent numbers and times are NULL."""

from __future__ import annotations

from typing import Final, get_args

import msgspec
import polars as pl

from schemas.contract import sound_fields
from schemas.letters import customer_of, headers_of
from schemas.recorded import Headers
from schemas.records import IDENTIFIERS, Touchpoint
from schemas.salvage import salvaged
from schemas.times import EARLIEST, LATEST
from schemas.topics import RESOLVED
from sinks.clickhouse.chunk import BY_ITSELF, TIME, Chunk
from sinks.clickhouse.decode import TIMES

_CLEAR: Final = ("customer_id", "loyalty_card")
"""Identifiers that may be read in the table; the others stand in the log's value only."""

_OFFSETS: Final = ("occurred_offset", "sent_offset", "received_offset")
_CAUSE: Final = {"partition": "cause_partition", "offset": "cause_offset"}
_KINDS: Final = {int: pl.Int64, float: pl.Float64, str: pl.String}
_TOUCHPOINT: Final = {
    field.name: _KINDS[(get_args(field.type) or (field.type,))[0]] for field in msgspec.structs.fields(Touchpoint)
}
"""Types of a touchpoint's fields as columns."""
_LETTER: Final = ("id", "stage", "reason", "detail", "topic", "partition", "offset", "at", "file", "line")


def touchpoint_columns(frame: pl.DataFrame, customers: pl.Series) -> pl.DataFrame:
    """`customers`: the resolved keys, which replace what the source said."""
    clear = [pl.col(name).alias(f"identifier_{name}") for name in _CLEAR]
    rest = [pl.col(name) for name in frame.columns if name not in IDENTIFIERS]
    shaped = frame.select(*clear, *rest).with_columns(pl.col(_OFFSETS).cast(pl.Int16))
    return pl.DataFrame([customers.alias("customer_id"), *_plain(shaped).get_columns()])


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
    key, original = chunk.places.get_column("key"), pl.Series("original", chunk.values, dtype=pl.Binary)
    return _refusals(chunk).with_columns(key, original)


def dead_letter_columns(chunk: Chunk) -> pl.DataFrame:
    """Dead letters with the columns of touchpoints, filled as far as their values can be read.

    Whom one is about its header says, which knows addresses by their keys as well: by that an erasure finds it.
    """
    found = [salvaged(value) for value in chunk.values]
    fields = [sound_fields(each.content or {}) for each in found]
    columns = [pl.Series(name, [each.get(name) for each in fields], kind) for name, kind in _TOUCHPOINT.items()]
    keys = chunk.places.get_column("key").to_list()
    said = [headers_of(headers).get("customer") for headers in chunk.headers]
    named = [who or customer_of(*each) or "" for who, *each in zip(said, keys, fields, strict=True)]
    customers = pl.Series(named, dtype=pl.String)
    forms = pl.Series("form", [each.form for each in found], dtype=pl.String)
    return touchpoint_columns(pl.DataFrame(columns), customers).hstack(_refusals(chunk)).with_columns(forms)


def replay_columns(chunk: Chunk) -> pl.DataFrame:
    """Marks of letters that were replayed; `at` is null, or `letter_id` empty, for one that is none."""
    marks = [headers_of(headers) for headers in chunk.headers]
    return pl.DataFrame(
        {
            "letter_id": [mark.get("letter", "") for mark in marks],
            "event_id": [mark.get("event_id", "") for mark in marks],
            "run": [mark.get("run", "") for mark in marks],
            "at": [mark.get("at", "") for mark in marks],
        },
        schema=dict.fromkeys(("letter_id", "event_id", "run", "at"), pl.String),
    ).with_columns(_moment("at"))


def repetition_columns(chunk: Chunk) -> pl.DataFrame:
    """Marks of touchpoints that only repeat one, as rows in place of theirs, without a type: by that they do not count.

    Of rows with one sorting key such a row takes the place of the very record that it speaks of and of later ones, not
    of one that stood before, which is the one that counts. `occurred_at` is null, or `event_id` empty, for one that is
    no mark.
    """
    marks = [headers_of(headers) for headers in chunk.headers]
    told = {name: [mark.get(name, "") for mark in marks] for name in ("event_id", "at", "partition", "offset")}
    keys = [key.decode("utf-8", "replace") for key in chunk.places.get_column("key").to_list()]
    rows = pl.DataFrame({"customer_id": keys, **told}, schema=dict.fromkeys(("customer_id", *told), pl.String))
    placed = rows.select(
        "customer_id",
        _moment("at").alias("occurred_at"),
        "event_id",
        pl.lit("").alias("type"),
        pl.lit(RESOLVED).alias("topic"),
        _number("partition", pl.Int32()),
        _number("offset", pl.Int64()),
    )
    times = chunk.places.get_column("timestamp")
    none = pl.lit(0, pl.Int16).alias("occurred_offset")
    return placed.with_columns(times, none, BY_ITSELF + 1)


def _refusals(chunk: Chunk) -> pl.DataFrame:
    letters = pl.DataFrame(list(map(_letter, chunk.headers)), schema=dict.fromkeys(_LETTER, pl.String), orient="row")
    return letters.select(
        "id",
        _moment("at"),
        "stage",
        "reason",
        "detail",
        pl.col("topic").alias("cause_topic"),
        _number("partition", pl.Int32()).alias("cause_partition"),
        _number("offset", pl.Int64()).alias("cause_offset"),
        "file",
        _number("line", pl.Int64()),
    )


def _moment(name: str) -> pl.Expr:
    at = pl.col(name).cast(pl.Int64, strict=False)
    return pl.when(at.is_between(EARLIEST, LATEST - 1)).then(at).cast(TIME).alias(name)


def _number(name: str, kind: pl.DataType) -> pl.Expr:
    return pl.col(name).cast(kind, strict=False).fill_null(-1)


def _letter(headers: Headers) -> tuple[str, ...]:
    found = headers_of(headers)
    return tuple(found.get(name, "") for name in _LETTER)
