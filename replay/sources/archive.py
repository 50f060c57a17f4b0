"""The resolved topic as the archive keeps it, ticks included."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from rapport.settings import Settings
from replay.source import CHUNK, Chunk, Piece, ReplayError
from replay.sources.records import records_of
from replay.sources.rounds import in_step
from schemas import topics
from sinks.archive import Extent, LogBlock, partitions, read_log
from sinks.clickhouse.client import StoreError
from sinks.clickhouse.connect import reader


class Archive:
    """One partition after the other, or all `in_step`, or one alone; from the first offset stored to the last there at
    the beginning.
    """

    def __init__(self, settings: Settings, only: int | None = None, *, in_step: bool = False) -> None:
        self._in_step = in_step
        self._store = reader(settings)
        try:
            self._extents = [each for each in partitions(self._store) if only in (None, each.partition)]
        except StoreError as error:
            raise ReplayError(f"archive: {error}") from error
        if not self._extents:
            raise ReplayError(f"archive: {self._store.where} holds no touchpoints yet; `rapport up` fills it")

    @property
    def log_order(self) -> bool:
        return True

    @property
    def total(self) -> int | None:
        return sum(extent.records for extent in self._extents)

    @property
    def numbers(self) -> list[int]:
        """The partitions that there are."""
        return [extent.partition for extent in self._extents]

    @property
    def partitions(self) -> int:
        return 0

    def close(self) -> None:
        self._store.close()

    def pieces(self) -> Iterator[Piece]:
        lanes = {extent.partition: self._lane(extent) for extent in self._extents}
        try:
            yield from in_step(lanes) if self._in_step else chain.from_iterable(lanes.values())
        except StoreError as error:
            raise ReplayError(f"archive: {error}") from error

    def _lane(self, extent: Extent) -> Iterator[Chunk]:
        for block in read_log(self._store, topics.RESOLVED, extent.partition, topic_id=extent.topic_id):
            yield from _chunks(block, extent.partition, extent.last)


def _chunks(block: LogBlock, partition: int, last: int) -> Iterator[Chunk]:
    count = sum(offset <= last for offset in block.offsets)
    for start in range(0, count, CHUNK):
        part = slice(start, min(start + CHUNK, count))
        columns = block.offsets[part], block.keys[part], block.sources[part], block.values[part]
        yield Chunk(partition, records_of(*columns))
