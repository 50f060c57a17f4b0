"""The hours of the rollup that new rows touched, written anew, each as a whole.

An hour is one row, made of what `moments_now` has of it at that moment; of several
the last one made holds. So a repetition changes nothing, and a crash before the
batch is committed only means that the same hours are made again when it is read
again. Whoever stores a row makes its hour afterwards, so the last one made has
seen every row, however many members write.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

import polars as pl

from sinks.clickhouse.client import Reader
from sinks.clickhouse.literals import literal
from sinks.clickhouse.rows import TOUCHPOINTS, Block

HOURS: Final = "hours"
HOUR_MS: Final = 3_600_000
MOST: Final = 1_000
"""Hours of one statement, so that each ends in time and in little memory."""

_MS: Final = "toUnixTimestamp64Milli(occurred_at)"
_RESET: Final = "customer.reset"
_ASTRAY: Final = f"""
SELECT hour FROM
(
    SELECT intDiv({_MS}, {HOUR_MS}) * {HOUR_MS} AS hour, toInt64(countIf(type != '')) AS n FROM moments GROUP BY hour
    UNION ALL
    SELECT hour, -toInt64(arraySum(counts)) AS n FROM hours FINAL
)
GROUP BY hour HAVING sum(n) != 0
"""


def touched(blocks: Iterable[Block]) -> set[int]:
    """The hours (ms since 1970) whose touchpoints the blocks add to or hide."""
    found: set[int] = set()
    for block in blocks:
        if block.table == TOUCHPOINTS:
            times = block.rows.get_column("occurred_at").dt.epoch("ms")
            found.update((times - times % HOUR_MS).unique().to_list())
    return found


def begun_anew(blocks: Iterable[Block]) -> list[str]:
    """Customers whose past, handed over before, is theirs again: by that older hours change, too."""
    found: set[str] = set()
    for block in blocks:
        if block.table == TOUCHPOINTS:
            found.update(block.rows.filter(pl.col("type") == _RESET).get_column("customer_id").to_list())
    return sorted(found)


def handed_by(store: Reader, customers: Collection[str]) -> set[int]:
    """The hours of all that these customers handed over."""
    return _hours(store, "turnovers", "handed_from", customers)


def of_customers(store: Reader, customers: Collection[str]) -> set[int]:
    """The hours of all that these customers did, to be asked before it is deleted."""
    return _hours(store, "moments", "customer_id", customers)


def astray(store: Reader) -> set[int]:
    """The hours whose row is not there, or counts otherwise than there are touchpoints.

    That is all of them in an archive from before the rollup, and those of an erased customer
    where a crash came in between. What stands twice until it is merged makes more hours
    astray than are, never fewer.
    """
    found = store.query(_ASTRAY)
    return {int(str(hour)) for hour in found["hour"]}


def statements(hours: Collection[int]) -> Iterator[str]:
    """What writes these hours anew; each may be repeated."""
    ordered = sorted(hours)
    for start in range(0, len(ordered), MOST):
        yield _statement(ordered[start : start + MOST])


def _hours(store: Reader, table: str, column: str, customers: Collection[str]) -> set[int]:
    if not customers:
        return set()
    named = ", ".join(map(literal, customers))
    sql = f"SELECT DISTINCT intDiv({_MS}, {HOUR_MS}) * {HOUR_MS} AS hour FROM {table} WHERE {column} IN ({named})"
    return {int(str(hour)) for hour in store.query(sql)["hour"]}


def _statement(hours: list[int]) -> str:
    low, high = hours[0], hours[-1] + HOUR_MS
    chosen = ", ".join(map(str, hours))
    within = (
        f"occurred_at >= fromUnixTimestamp64Milli(toInt64({low}), 'UTC')"
        f" AND occurred_at < fromUnixTimestamp64Milli(toInt64({high}), 'UTC')"
    )
    of_hour = f"intDiv({_MS}, {HOUR_MS}) * {HOUR_MS} AS hour"
    # An hour from which everything was deleted is written, too: empty.
    return f"""
INSERT INTO {HOURS} (hour, minutes, channels, counts, types, initiators, purposes, type_counts, version)
SELECT hour, groupArrayIf(minute, part = 1), groupArrayIf(channel, part = 1), groupArrayIf(n, part = 1),
    groupArrayIf(type, part = 2), groupArrayIf(initiator, part = 2), groupArrayIf(purpose, part = 2),
    groupArrayIf(n, part = 2), toUInt64(toUnixTimestamp64Milli(now64(3)))
FROM
(
    SELECT {of_hour}, toUInt8(intDiv({_MS} % {HOUR_MS}, 60000)) AS minute, toString(channel) AS channel, '' AS type,
        '' AS initiator, '' AS purpose, toUInt32(count()) AS n, toUInt8(1) AS part
    FROM moments_now WHERE {within} AND hour IN ({chosen}) GROUP BY hour, minute, channel
    UNION ALL
    SELECT {of_hour}, toUInt8(0) AS minute, '' AS channel, toString(type) AS type,
        toString(initiator) AS initiator, toString(purpose) AS purpose, toUInt32(count()) AS n, toUInt8(2) AS part
    FROM moments_now WHERE {within} AND hour IN ({chosen}) GROUP BY hour, type, initiator, purpose
    UNION ALL
    SELECT toInt64(arrayJoin([{chosen}])) AS hour, toUInt8(0) AS minute, '' AS channel, '' AS type, '' AS initiator,
        '' AS purpose, toUInt32(0) AS n, toUInt8(0) AS part
)
GROUP BY hour
"""
