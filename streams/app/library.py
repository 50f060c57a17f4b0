"""Versions of knowledge that the log names and this worker lacks, read from their topic."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from rapport.connection import Kafka
from streams.app.claims import PATIENCE
from streams.app.insisting import insist
from streams.knowledge.load import from_documents
from streams.knowledge.model import Knowledge

log = logging.getLogger(__name__)

REMIND_SECONDS: Final = 10.0


async def fetch(kafka: Kafka, topic: str, version: str) -> Knowledge:
    """The content of `version`; waits for it as long as it takes, saying so.

    The partition that needs it stands still meanwhile: going on with other rules
    would give results that no replay gives again.
    """
    async with _reader(kafka, topic) as reader:
        waiting = monotonic()
        while True:
            fetched = await reader.getmany(timeout_ms=1000)
            for records in fetched.values():
                for record in records:
                    if record.key == version.encode() and record.value is not None:
                        documents = msgspec.json.decode(record.value, type=dict[str, str])
                        return from_documents(documents)
            if monotonic() - waiting > REMIND_SECONDS:
                waiting = monotonic()
                log.warning(
                    "knowledge version %s is activated in the log but not on topic %s: the partition waits for it."
                    " Write it with `rapport knowledge activate`", version, topic,
                )  # fmt: skip


@asynccontextmanager
async def _reader(kafka: Kafka, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(
        **kafka.client(),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=16 * 1024 * 1024,
    )
    try:
        await insist(reader.start, PATIENCE)
        partition = TopicPartition(topic, 0)
        reader.assign([partition])
        await reader.seek_to_beginning(partition)
        yield reader
    finally:
        await reader.stop()
