"""Reading back from Kafka what a producer left there: the end of a topic, and what came since an offset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from producers.delivery import DeliveryFailed, Stored
from producers.kafka_writer import Own
from rapport.connection import Kafka
from rapport.reaching import opened

AGAIN = "Then start this again: it resumes."
START_KAFKA = f"Is the broker up (`rapport up`), and does RAPPORT_KAFKA name it? {AGAIN}"
MAKE_TOPICS = "`rapport init` makes the topics."
LOST = "What was sent meanwhile cannot be told any more; `--restart` begins anew and sends all of it again."

READ_WAIT_MS = 500
READ_PATIENCE = 60
"""Empty polls in a row before a read gives up: half a minute of silence from a broker that has more."""


def topic_id(kafka: Kafka, topic: str) -> str:
    """Kafka's own id of the topic; a topic made anew under the same name has another."""
    admin = opened(KafkaAdminClient, **kafka.client())
    try:
        (found,) = admin.describe_topics([topic])
        return str(found["topic_id"])
    except KafkaError as error:
        raise DeliveryFailed(topic, f"cannot be described ({error})", MAKE_TOPICS) from error
    finally:
        admin.close()


def starts(kafka: Kafka, topic: str, partitions: int) -> dict[int, int]:
    """The first offset that each partition still holds."""
    return _bounds(kafka, topic, partitions, KafkaConsumer.beginning_offsets)


def ends(kafka: Kafka, topic: str, partitions: int) -> dict[int, int]:
    """The offset that the next record of each partition will get."""
    return _bounds(kafka, topic, partitions, KafkaConsumer.end_offsets)


def _bounds(kafka: Kafka, topic: str, partitions: int, asked: Callable[..., Any]) -> dict[int, int]:
    consumer = _consumer(kafka)
    try:
        found = asked(consumer, [TopicPartition(topic, p) for p in range(partitions)])
    except KafkaError as error:
        raise DeliveryFailed(topic, f"where it begins and ends cannot be read ({error})", START_KAFKA) from error
    finally:
        consumer.close()
    return {tp.partition: offset for tp, offset in found.items()}


def read(kafka: Kafka, topic: str, since: Mapping[int, int], own: Own | None = None) -> Iterator[Stored]:
    """What lies in the topic from those offsets up to the end it has now; of one writer only, if that is asked."""
    consumer = _consumer(kafka)
    if own is not None:
        own.watch(consumer)
    try:
        wanted = {TopicPartition(topic, p): offset for p, offset in since.items()}
        ends = consumer.end_offsets(list(wanted))
        for tp, first in consumer.beginning_offsets(list(wanted)).items():
            if wanted[tp] < first:
                raise DeliveryFailed(topic, f"partition {tp.partition} begins at {first}, not at {wanted[tp]}", LOST)
        open_ = {tp for tp, offset in wanted.items() if offset < ends[tp]}
        if open_:
            consumer.assign(list(open_))
            for tp in open_:
                consumer.seek(tp, wanted[tp])
            for record in _until(consumer, topic, {tp: ends[tp] for tp in open_}):
                if own is None or own.has(topic, record.partition, record.offset):
                    yield record
    except KafkaError as error:
        raise DeliveryFailed(topic, f"cannot be read ({error})", START_KAFKA) from error
    finally:
        consumer.close()


def _until(consumer: KafkaConsumer, topic: str, ends: dict[TopicPartition, int]) -> Iterator[Stored]:
    silent = 0
    while ends:
        polled = consumer.poll(timeout_ms=READ_WAIT_MS)
        silent = 0 if polled else silent + 1
        if silent > READ_PATIENCE:
            raise DeliveryFailed(topic, "the broker holds more but gives nothing", START_KAFKA)
        for tp, records in polled.items():
            for record in records:
                if record.offset < ends.get(tp, 0):
                    yield Stored(
                        record.topic, record.partition, record.offset, record.timestamp,
                        record.key, record.value, tuple(record.headers),
                    )  # fmt: skip
        for tp in [tp for tp, end in ends.items() if consumer.position(tp) >= end]:
            del ends[tp]


def _consumer(kafka: Kafka) -> KafkaConsumer:
    return opened(
        KafkaConsumer,
        **kafka.client(),
        enable_auto_commit=False,
        auto_offset_reset="none",
        metrics_enabled=False,
        max_partition_fetch_bytes=20 * 1024 * 1024,
        max_poll_records=5_000,
    )
