"""What an import of history taught: what of it is archived, and what it made of its customers. Nobody was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from rapport.voice import Voice
from sinks.clickhouse.client import Reader
from streams.relationships.turning import STRANGER

MOST: Final = 12
"""Relationships and signals that are named to a person; a program is told all."""


class Taught(msgspec.Struct, frozen=True):
    """Counts of one run. `first` and `last`: event times (ms), None where nothing of it is archived yet.

    `relationships`: of the customers in the run, as they are declared now, live touchpoints since then included.
    `alerts`: what would have been told; they stay in the archive. `begun` and `ended`: partitions that have its two
    marks.
    """

    run: str
    touchpoints: int
    nobody: int
    customers: int
    first: int | None
    last: int | None
    begun: int
    ended: int
    relationships: dict[str, int]
    signals: dict[str, int]
    shifts: int
    alerts: int

    @property
    def whole(self) -> bool:
        return 0 < self.begun == self.ended


_SUMS: Final = """
    SELECT count() AS touchpoints, countIf(startsWith(customer_id, 'none:')) AS nobody,
        uniqExactIf(customer_id, NOT startsWith(customer_id, 'none:')) AS customers,
        toUnixTimestamp64Milli(min(occurred_at)) AS first, toUnixTimestamp64Milli(max(occurred_at)) AS last
    FROM touchpoints_now WHERE history = {run:String}"""
_MARKS: Final = """
    SELECT type, uniqExact(event_id) AS n FROM touchpoints_now
    WHERE type IN ('history.begun', 'history.ended') AND visitParamExtractString(properties, 'run') = {run:String}
    GROUP BY type"""
_RELATIONSHIPS: Final = """
    SELECT relationship AS name, count() AS n FROM customers_now WHERE customer_id IN (
        SELECT customer_id FROM touchpoints_now WHERE history = {run:String}
    ) GROUP BY name ORDER BY n DESC, name"""
_SIGNALS: Final = """
    SELECT name, count() AS n FROM signals_now WHERE history = {run:String} GROUP BY name ORDER BY n DESC, name"""
_SHIFTS: Final = "SELECT count() AS n FROM shifts_now WHERE history = {run:String}"
_ALERTS: Final = "SELECT count() AS n FROM alerts_now WHERE history = {run:String}"


def taught(store: Reader, run: str) -> Taught:
    """Of what the archive has by now. StoreError."""

    def ask(sql: str) -> list[dict[str, Any]]:
        return list(store.query(sql, {"run": run}).dicts())

    (sums,) = ask(_SUMS)
    marks = {row["type"]: int(row["n"]) for row in ask(_MARKS)}
    there, customers = int(sums["touchpoints"]) > 0, int(sums["customers"])
    relationships = Counter({row["name"]: int(row["n"]) for row in ask(_RELATIONSHIPS)})
    # Of whom nothing could be seen there is no card.
    relationships[STRANGER] += customers - relationships.total()
    return Taught(
        run=run, touchpoints=int(sums["touchpoints"]), nobody=int(sums["nobody"]), customers=customers,
        first=int(sums["first"]) if there else None, last=int(sums["last"]) if there else None,
        begun=marks.get("history.begun", 0), ended=marks.get("history.ended", 0),
        relationships={name: count for name, count in relationships.most_common() if count},
        signals={row["name"]: int(row["n"]) for row in ask(_SIGNALS)},
        shifts=int(ask(_SHIFTS)[0]["n"]), alerts=int(ask(_ALERTS)[0]["n"]),
    )  # fmt: skip


def lines(found: Taught, voice: Voice) -> list[str]:
    """The same for a person."""
    if not found.touchpoints:
        return [f"{found.run}: nothing of it is archived (yet): was it imported with --history?"]
    days = " to ".join(f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}" for at in (found.first, found.last) if at)
    said = [f"{found.run}: {found.touchpoints:,} touchpoints, {days}, of {found.customers:,} customers,"
            f" {found.nobody:,} of nobody"]  # fmt: skip
    if not found.whole:
        said.append(f"not all of it yet: {found.ended} of {found.begun} partitions are at its end")
    said.append(f"{found.shifts:,} shifts; they are now: {_most(found.relationships, voice.relationship)}")
    said.append(f"noticed: {_most(found.signals, str)}")
    said.append(f"{found.alerts:,} alerts would have been sent and were not; they stand in the archive")
    return said


def _most(counts: dict[str, int], name: Callable[[str], str]) -> str:
    first: Sequence[str] = [f"{name(each)} {count:,}" for each, count in list(counts.items())[:MOST]]
    rest = len(counts) - len(first)
    return ", ".join(first) + (f" and {rest} more" if rest else "") or "nothing"
