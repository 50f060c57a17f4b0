"""The least that a Python program can do with a record: a bare aiokafka loop that counts keys, nothing durable."""

from __future__ import annotations

import asyncio
import os
from collections import Counter

from aiokafka import AIOKafkaConsumer

from bench.peers.result import COUNT, KAFKA, NAME, TOPIC, Watch


async def count(watch: Watch) -> None:
    """Reads from the beginning until the watch ends the process."""
    consumer = AIOKafkaConsumer(
        os.environ[TOPIC], bootstrap_servers=os.environ[KAFKA], group_id=os.environ[NAME],
        auto_offset_reset="earliest", enable_auto_commit=False, max_partition_fetch_bytes=4 * 1024 * 1024,
    )  # fmt: skip
    await consumer.start()
    counts: Counter[bytes] = Counter()
    watch.begin()  # before the first fetch: what a fetch brings is decoded before it is handed over
    while True:
        fetched = await consumer.getmany(timeout_ms=1000)
        for records in fetched.values():
            for record in records:
                counts[record.key] += 1
            watch.done(len(records))


if __name__ == "__main__":
    asyncio.run(count(Watch(int(os.environ[COUNT]))))
