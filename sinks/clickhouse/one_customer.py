"""What a customer's state depends on, out of the log: their own records, and what concerned everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from schemas.records import EVERYONE, Source
from schemas.topics import RESOLVED
from sinks.archive import LogBlock, topic_ids
from sinks.clickhouse.client import Answer, Parameter, Reader

_COLUMNS: Final = (
    "offset, toUnixTimestamp64Milli(timestamp) AS at, key, source_partition, source_offset, source_n, value"
)
_PLACE: Final = "topic_id = {id:String} AND topic = {topic:String} AND partition = {partition:Int32}"
_TICK: Final = "position(value, 'clock.tick') > 0"
CUTS: Final = 500
"""Own records whose ticks are asked for at a time."""


def read_one(store: Reader, partition: int, key: str) -> LogBlock:
    """The customer's own records, company-wide ones, and of the ticks the last before each of them and of all.

    In the order of the log. A tick only moves time, and before each record it has moved as far as here; so
    what is left out cannot be seen in the customer's state. Only a raw partition that was left behind for
    more than a minute and caught up between two of these records could be.
    """
    known = topic_ids(store, RESOLVED)
    place: dict[str, Parameter] = {"id": known[-1] if known else "", "topic": RESOLVED, "partition": partition}
    own = _ask(store, f"key = {{key:String}} OR (key = {{all:String}} AND NOT {_TICK})", {
        **place, "key": key, "all": EVERYONE,
    })  # fmt: skip
    rows = {cast("int", row[0]): row for row in own.rows()}
    if not rows:
        return LogBlock([], [], [], [], [])
    cuts = sorted(rows)
    for start in range(0, len(cuts), CUTS):
        part = cuts[start : start + CUTS]
        for tick in _ticks(store, place, part, cuts[start - 1] if start else -1, start + CUTS >= len(cuts)):
            rows[cast("int", tick[0])] = tick
    found = [rows[offset] for offset in sorted(rows)]
    return LogBlock(
        [cast("int", row[0]) for row in found],
        [cast("int", row[1]) for row in found],
        [cast("bytes", row[2]) for row in found],
        [Source._make(cast("tuple[int, int, int]", row[3:6])) for row in found],
        [cast("bytes", row[6]) for row in found],
    )


def _ask(store: Reader, condition: str, asked: dict[str, Parameter]) -> Answer:
    sql = f"SELECT {_COLUMNS} FROM log WHERE {_PLACE} AND ({condition}) ORDER BY offset LIMIT 1 BY offset"
    return store.query(sql, asked, binary=("key", "value"))


def _ticks(
    store: Reader, place: dict[str, Parameter], cuts: Sequence[int], after: int, last: bool
) -> list[tuple[object, ...]]:  # fmt: skip
    """The last of each raw partition before each cut, and behind the last one if that is the end."""
    end = "" if last else " AND offset < {end:Int64}"
    found = store.query(
        f"SELECT max(offset) AS last FROM log WHERE {_PLACE} AND key = {{all:String}} AND {_TICK}"
        f" AND offset > {{after:Int64}}{end}"
        " GROUP BY arrayFirst(x -> x > offset, {cuts:Array(Int64)}), source_partition",
        {**place, "all": EVERYONE, "after": after, "end": cuts[-1], "cuts": cuts},
    )  # fmt: skip
    if not len(found):
        return []
    wanted = ", ".join(str(int(each)) for each in cast("Sequence[int]", found["last"]))
    return list(_ask(store, f"offset IN ({wanted})", place).rows())
