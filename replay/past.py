"""Time travel: the state of one customer as of a moment, folded again from the log in the archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from rapport.settings import Settings
from replay.drive import Drive
from replay.library import fetch_from
from replay.source import Chunk, Passing, Piece, ReplayError
from replay.sources.placing import TICK
from replay.sources.records import records_of
from schemas.keys import partition_for
from schemas.records import EVERYONE, Record, Touchpoint
from sinks.clickhouse.client import StoreError
from sinks.clickhouse.connect import reader
from sinks.clickhouse.one_customer import read_one
from streams.customers.customer import Customer
from streams.knowledge.model import Knowledge

ARCHIVE = "archive"


def state_at(settings: Settings, key: str, at: int, knowledge: Knowledge) -> Customer | None:
    """The customer as of `at` (ms): by every record that is about that moment or earlier; None if there was none.

    A record that came late counts from when it happened. What fell due until then has; a moment that
    lies ahead of the log is taken for its end. Where the log's knowledge can't be had, `knowledge` holds.
    Raises ReplayError.
    """
    partition = partition_for(key.encode(), settings.partitions)
    try:
        with closing(reader(settings)) as store:
            block = read_one(store, partition, key)
    except StoreError as error:
        raise ReplayError(f"archive: {error}") from error
    records = records_of(block.offsets, block.keys, block.sources, block.values)
    if all(record.key == EVERYONE for record in records):
        return None
    try:
        return folded(records, partition, key, at, knowledge, settings, own_rules=False)
    except ReplayError:
        return folded(records, partition, key, at, knowledge, settings, own_rules=True)


def folded(
    records: list[Record], partition: int, key: str, at: int, knowledge: Knowledge, settings: Settings, *,
    own_rules: bool,
) -> Customer | None:  # fmt: skip
    """The state that the records make by `at`."""
    source = _Until(partition, records, at)
    drive = Drive(source, knowledge, fetch_from([ARCHIVE], settings), lambda _: None, own_rules=own_rules)
    for piece in source.pieces():
        drive.take(piece)
    live = drive.states[partition].live(key) if partition in drive.states else None
    return None if live is None else live.customer


class _Until:
    """The records of one partition that are about `at` or earlier; then time passes until there."""

    log_order = True
    partitions = 0

    def __init__(self, partition: int, records: list[Record], at: int) -> None:
        self._partition = partition
        self._records = [each for each in records if isinstance(each.body, Touchpoint) and each.body.occurred_at <= at]
        ticks = [_at(each) for each in records if isinstance(each.body, Touchpoint) and each.body.type == TICK]
        self._end = min(at, max(ticks, default=at))

    @property
    def total(self) -> int:
        return len(self._records)

    def pieces(self) -> Iterator[Piece]:
        yield Chunk(self._partition, self._records)
        yield Passing(self._end, inclusive=True)


def _at(record: Record) -> int:
    return record.body.occurred_at if isinstance(record.body, Touchpoint) else 0
