"""The leader's clock: one tick a second to every partition of the raw topic.

The leader is the worker that owns raw partition 0; a new owner goes on where the
log stands, for a tick that is not above the last one is ignored by the engine.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import Final

import msgspec
from aiokafka.structs import RecordMetadata

from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE, Touchpoint
from streams.app import metrics
from streams.app.claims import Claim
from streams.app.outbox import Entry, Outbox, Target

log = logging.getLogger(__name__)

LEADER: Final = 0
"""The raw partition whose owner writes the ticks."""
PERIOD_MS: Final = 1000
BROKER: Final = "broker"
LOG_APPEND_TIME: Final = 1
"""Kafka's number for records that the broker stamps."""


def tick(at: int, partition: int, partitions: int) -> Touchpoint:
    """The tick of one raw partition for the moment `at` (milliseconds)."""
    return Touchpoint(
        event_id=f"tick:{at}:{partition}",
        type="clock.tick",
        occurred_at=at,
        occurred_offset=0,
        channel="system",
        initiator="company",
        properties=msgspec.json.encode({"partition": partition, "partitions": partitions}).decode(),
    )


def skew(asked: float, answered: float, acknowledged: Sequence[RecordMetadata]) -> float:
    """Seconds by which our clock is ahead of the broker's, which stamped what it acknowledged in between.

    A stamp between the two moments is no skew: nothing tells it from the way there and back.
    """
    ahead = [
        max(0.0, asked - stamp) - max(0.0, stamp - answered)
        for stamp in (each.timestamp / 1000 for each in acknowledged if each.timestamp_type == LOG_APPEND_TIME)
    ]
    return max(ahead, key=abs, default=0.0)


async def keep_time(outbox: Outbox, claim: Claim, partitions: int) -> None:
    """Write ticks until cancelled. A slow broker costs ticks, never a burst of old ones.

    Raises `Superseded` when another worker has become leader.
    """
    log.info("this worker keeps the time")
    try:
        while True:
            now = time.time_ns() // 1_000_000
            due = now // PERIOD_MS * PERIOD_MS + PERIOD_MS
            await asyncio.sleep((due - now) / 1000)
            batches: dict[Target, list[Entry]] = {
                (claim.topic, p): [(EVERYONE.encode(), encode_touchpoint(tick(due, p, partitions)), [], due)]
                for p in range(partitions)
            }
            asked = time.time()
            acknowledged = await outbox.send(batches)
            metrics.TICKS.inc(partitions)
            metrics.SKEW.labels(BROKER).set(skew(asked, time.time(), acknowledged))
    finally:
        metrics.SKEW.remove(BROKER)
