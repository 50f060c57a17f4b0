"""Reading back what the sink stored: the log for replay, the outputs for comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple, cast

import msgspec

from schemas.codec import decode_outputs
from schemas.records import Emitted, Rejected, Source, Undecodable
from schemas.topics import RESOLVED
from sinks.clickhouse.client import Reader
from sinks.clickhouse.rows import REJECTED, TABLES

BLOCK_RECORDS: Final = 20_000
BLOCK_BYTES: Final = 8 << 20
"""Bounds of one block: what a reader holds at a time. A single larger record is a block of its own."""

KINDS: Final = (*(schema for schema in TABLES if schema != "touchpoint"), "rejected")
"""Kinds of outputs, as `kind` names them in JSON."""


class Extent(NamedTuple):
    """What the archive has of one partition: offsets from `first` to `last`, both there, `records` of them."""

    topic_id: str
    partition: int
    first: int
    last: int
    records: int


@dataclass(frozen=True, slots=True)
class LogBlock:
    """Records of one partition in offset order, column by column. A value `b""` stood there without one."""

    offsets: list[int]
    timestamps: list[int]
    keys: list[bytes]
    sources: list[Source]
    values: list[bytes]


def topic_ids(store: Reader, topic: str = RESOLVED) -> list[str]:
    """Kafka's ids under which the topic is archived, the one that began last at the end."""
    sql = "SELECT topic_id FROM log WHERE topic = {topic:String} GROUP BY topic_id ORDER BY min(inserted_at), topic_id"
    return cast("list[str]", list(store.query(sql, {"topic": topic})["topic_id"]))


def partitions(store: Reader, topic: str = RESOLVED, topic_id: str | None = None) -> list[Extent]:
    """Partitions that have records, of the topic's current id unless another is given."""
    current = topic_id or _current(store, topic)
    sql = (
        "SELECT topic_id, partition, min(offset) AS first, max(offset) AS last, uniqExact(offset) AS records "
        "FROM log WHERE topic_id = {id:String} AND topic = {topic:String} "
        "GROUP BY topic_id, partition ORDER BY partition"
    )
    found = store.query(sql, {"id": current, "topic": topic})
    return [Extent(*cast("tuple[str, int, int, int, int]", row)) for row in found.rows()]


def read_log(
    store: Reader, topic: str, partition: int, from_offset: int = 0, topic_id: str | None = None
) -> Iterator[LogBlock]:
    """Every record from an offset on, each once, in order. Memory: one block."""
    current = topic_id or _current(store, topic)
    place: dict[str, str | int] = {"id": current, "topic": topic, "partition": partition}
    following: int | None = from_offset
    while following is not None:
        last, following = _bound(store, {**place, "start": following})
        if last is not None:
            yield _block(store, {**place, "start": from_offset, "end": last})
            from_offset = last + 1


_PLACE: Final = "topic_id = {id:String} AND topic = {topic:String} AND partition = {partition:Int32}"


def _bound(store: Reader, place: dict[str, str | int]) -> tuple[int | None, int | None]:
    """The last offset of the next block, and where the one after it begins; None, None at the end."""
    sql = (
        f"SELECT offset, length(value) AS size FROM log WHERE {_PLACE} AND offset >= {{start:Int64}} "
        f"ORDER BY offset LIMIT 1 BY offset LIMIT {BLOCK_RECORDS}"
    )
    found = store.query(sql, place)
    if not len(found):
        return None, None
    total = 0
    sizes = cast("list[tuple[int, int]]", list(found.rows()))
    for (before, _), (_, size) in pairwise([(-1, 0), *sizes]):
        total += size
        if total > BLOCK_BYTES and before >= 0:
            return before, before + 1
    last = sizes[-1][0]
    return last, last + 1


def _block(store: Reader, place: dict[str, str | int]) -> LogBlock:
    sql = (
        "SELECT offset, toUnixTimestamp64Milli(timestamp) AS at, key, source_partition, source_offset, source_n, value "
        f"FROM log WHERE {_PLACE} AND offset BETWEEN {{start:Int64}} AND {{end:Int64}} "
        "ORDER BY offset LIMIT 1 BY offset"
    )
    found = store.query(sql, place, binary=("key", "value"))
    sources = zip(found["source_partition"], found["source_offset"], found["source_n"], strict=True)
    return LogBlock(
        cast("list[int]", list(found["offset"])),
        cast("list[int]", list(found["at"])),
        cast("list[bytes]", list(found["key"])),
        [Source._make(cast("tuple[int, int, int]", each)) for each in sources],
        cast("list[bytes]", list(found["value"])),
    )


def _current(store: Reader, topic: str) -> str:
    known = topic_ids(store, topic)
    return known[-1] if known else ""


def read_outputs(store: Reader, kind: str) -> Iterator[Emitted]:
    """Every output of a kind once, as it was sent, ordered by id. Memory: one page. `ValueError`: no such kind."""
    if kind not in KINDS:
        raise ValueError(f"no output is of kind {kind!r}; kinds are {', '.join(KINDS)}")
    return _rejected(store) if kind == "rejected" else _outputs(store, TABLES[kind])


PAGE_ROWS: Final = 10_000
_KEYS: Final = {"measures": ("bucket", "scope", "id"), REJECTED: ("at", "id")}
_USUAL: Final = ("customer_id", "at", "id")
_TIMES: Final = ("at", "bucket")


def _outputs(store: Reader, table: str) -> Iterator[Emitted]:
    for values in _pages(store, table, ("value",)):
        for output in decode_outputs([cast("bytes", value) for (value,) in values]):
            if isinstance(output, Undecodable):
                raise ValueError(f"{table} holds a value that is no output: {output.reason}: {output.detail}")
            yield output


_LETTER: Final = ("id", "at", "stage", "reason", "detail", "cause_partition", "cause_offset", "original")


def _rejected(store: Reader) -> Iterator[Emitted]:
    """A dead letter carries no knowledge version: it is empty."""
    for rows in _pages(store, REJECTED, _LETTER):
        for row in rows:
            found = dict(zip(_LETTER, row, strict=True))
            found["partition"], found["offset"] = found.pop("cause_partition"), found.pop("cause_offset")
            yield msgspec.convert({**found, "kind": "rejected", "knowledge": ""}, Rejected, builtin_types=(bytes,))


def _pages(store: Reader, table: str, wanted: tuple[str, ...]) -> Iterator[list[tuple[object, ...]]]:
    """Rows in the order of the table's key, a page at a time, each from where the last one ended."""
    keys = _KEYS.get(table, _USUAL)
    chosen = ", ".join(_milliseconds(name) for name in (*wanted, *(f"{key} AS key_{key}" for key in keys)))
    after, params = "", dict[str, str | int]()
    while True:
        sql = f"SELECT {chosen} FROM {table} FINAL {after} ORDER BY {', '.join(keys)} LIMIT {PAGE_ROWS}"
        rows = list(store.query(sql, params, binary=("value", "original")).rows())
        if not rows:
            return
        yield [row[: len(wanted)] for row in rows]
        last = rows[-1][len(wanted) :]
        params = {key: cast("str | int", value) for key, value in zip(keys, last, strict=True)}
        place = ", ".join(_bound_key(key) for key in keys)
        # The first key again and alone, because only that lets ClickHouse skip what lies before it.
        after = f"WHERE {keys[0]} >= {_bound_key(keys[0])} AND ({', '.join(keys)}) > ({place})"


def _milliseconds(column: str) -> str:
    name, _, alias = column.partition(" AS ")
    return f"toUnixTimestamp64Milli({name}) AS {alias or name + '_ms'}" if name in _TIMES else column


def _bound_key(key: str) -> str:
    return f"fromUnixTimestamp64Milli({{{key}:Int64}}, 'UTC')" if key in _TIMES else f"{{{key}:String}}"
