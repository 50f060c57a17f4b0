"""Records as a fetch brings them, without what nobody reads.

aiokafka makes a frozen dataclass of eleven fields of each record, by as many calls; a touchpoint is
fetched twice. Batches, checksums and positions stay aiokafka's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, Final, cast

import msgspec
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords


class FetchedRecord(msgspec.Struct, gc=False):
    """What our rooms know as `Recorded`. Without the bookkeeping of cycles: it holds none."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


NO_HEADERS: Final[Sequence[tuple[str, bytes | None]]] = ()


class _Slim:
    """Iterates without a call a record in between."""

    _records_iterator: Iterator[FetchedRecord]

    def __iter__(self) -> Iterator[FetchedRecord]:
        # The same generator each time: a look at a part of the records goes on where the last one ended.
        return self._records_iterator

    def _consumer_record(self, tp: TopicPartition, record: Any) -> FetchedRecord:
        return FetchedRecord(
            tp.partition, record.offset, record.timestamp, record.key, record.value, record.headers or NO_HEADERS
        )


SlimRecords: Final = type("SlimRecords", (_Slim, PartitionRecords), {})
"""Made by a call, for aiokafka says nothing of its types."""


def use_slim_records() -> None:
    """All consumers of this process fetch `FetchedRecord`s from now on: aiokafka offers no setting."""
    cast(Any, import_module(PartitionRecords.__module__)).PartitionRecords = SlimRecords
