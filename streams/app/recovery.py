"""Reads the states of one resolved partition back from their changelog, in bulk.

Its own reader, without a group: Faust's recovery goes record by record (5,100 a second).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from rapport.connection import Kafka
from streams.app import metrics
from streams.app.claims import PATIENCE
from streams.app.insisting import insist
from streams.app.outbox import FENCE

log = logging.getLogger(__name__)

STALL_SECONDS: Final = PATIENCE
"""Without any progress for so long recovery fails, and with it the worker."""
FETCH_BYTES: Final = 4 * 1024 * 1024
SLICE: Final = 2_000
"""Records restored before other tasks of the worker get their turn."""

Restore = Callable[[bytes, bytes | None], None]


class Stalled(Exception):
    """The changelog cannot be read to its end."""


async def recover(kafka: Kafka, topic: str, partition: int, restore: Restore) -> int:
    """Hand every record of the partition, up to its end as of now, to `restore`. Returns how many.

    Raises `Stalled` when the broker is away or brings nothing for `STALL_SECONDS`.
    """
    started = monotonic()
    consumer = AIOKafkaConsumer(
        **kafka.client(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=FETCH_BYTES,
        fetch_max_wait_ms=100,
        request_timeout_ms=15_000,
    )
    try:
        await insist(consumer.start, STALL_SECONDS)  # each attempt is bounded by the time of a request
        count = await _read(consumer, TopicPartition(topic, partition), restore)
    except (TimeoutError, KafkaError) as error:
        raise Stalled(
            f"{topic}[{partition}]: nothing to read in {STALL_SECONDS:.0f} s of recovery; is Kafka up and the"
            " topic there (`rapport init`)? The worker stops; started again, it recovers from the beginning"
        ) from error
    finally:
        await consumer.stop()
    seconds = monotonic() - started
    metrics.RECOVERY.observe(seconds)
    log.info("states of partition %d recovered: %d changelog records in %.2f s", partition, count, seconds)
    return count


async def _read(consumer: AIOKafkaConsumer, tp: TopicPartition, restore: Restore) -> int:
    consumer.assign([tp])
    async with asyncio.timeout(STALL_SECONDS):
        end = (await insist(lambda: consumer.end_offsets([tp]), STALL_SECONDS))[tp]
        first = (await insist(lambda: consumer.beginning_offsets([tp]), STALL_SECONDS))[tp]
    consumer.seek(tp, first)
    count = 0
    heard = monotonic()
    position = first
    while position < end:
        fetched = await consumer.getmany(tp, timeout_ms=1000)
        records = fetched.get(tp, [])
        for start in range(0, len(records), SLICE):
            for record in records[start : start + SLICE]:
                # A record without value is the mark of a holder, or says that the customer of the key was erased.
                if record.key != FENCE:
                    restore(record.key, record.value)
            await asyncio.sleep(0)
        count += len(records)
        metrics.RECOVERED.inc(len(records))
        before, position = position, await consumer.position(tp)
        if position > before:
            heard = monotonic()
        elif monotonic() - heard > STALL_SECONDS:
            raise TimeoutError
    return count
