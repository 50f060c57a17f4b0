"""The state of one customer from its changelog, read from the end backwards: who was here lately is found at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import msgspec
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from rapport.connection import Kafka
from rapport.reaching import Refused, opened, reach
from schemas import topics
from schemas.keys import partition_for
from streams.customers.customer import Customer
from streams.engine import Partition, UnreadableState
from streams.engine.partition import CUSTOMER

FIRST: Final = 4_000
"""Offsets of the first look, each further one takes four times as many."""
CONNECT_S: Final = 3.0
_POLL_MS: Final = 200
_SILENT: Final = 25
"""Empty polls in a row after which a broker that has more is taken for gone."""


class StreamAway(Exception):
    """Kafka does not answer, or has not what it should."""


class StateDeep(Exception):
    """The changelog holds more than could be read in the time that was given."""


def read(kafka: Kafka, customer_id: str, patience_s: float) -> Customer | None:
    """The customer's last state; None if the changelog knows none, or says that they were erased.

    What one look finds is restored as a worker restores it. StateDeep after `patience_s` seconds; UnreadableState.
    """
    limit = time.monotonic() + patience_s

    def reader(timeout_ms: int) -> KafkaConsumer:
        return opened(
            KafkaConsumer, **kafka.client(), client_id="rapport-customer", enable_auto_commit=False,
            auto_offset_reset="earliest", fetch_max_wait_ms=20, max_poll_records=FIRST, metrics_enabled=False,
            max_partition_fetch_bytes=8 * 1024 * 1024, bootstrap_timeout_ms=timeout_ms,
        )  # fmt: skip

    try:
        consumer = reach(kafka, reader, CONNECT_S)
    except Refused as error:
        raise StreamAway(str(error)) from error
    except KafkaError as error:
        raise StreamAway(f"Kafka at {kafka} does not answer ({error})") from error
    try:
        return _last(consumer, customer_id, limit)
    except KafkaError as error:
        raise StreamAway(f"Kafka at {kafka}: {error}") from error
    except msgspec.MsgspecError as error:
        raise UnreadableState(f"the state cannot be read: {error}") from error
    finally:
        consumer.close()


def _last(consumer: KafkaConsumer, customer_id: str, limit: float) -> Customer | None:
    partitions = consumer.partitions_for_topic(topics.STATES)
    if not partitions:
        raise StreamAway(f"there is no topic {topics.STATES}; `rapport init` makes it")
    key = customer_id.encode()
    tp = TopicPartition(topics.STATES, partition_for(key, len(partitions)))
    consumer.assign([tp])
    end, begin = consumer.end_offsets([tp])[tp], consumer.beginning_offsets([tp])[tp]
    size = FIRST
    while end > begin:
        start = max(begin, end - size)
        states, found = Partition(tp.partition), False
        for value in _values(consumer, tp, start, end, CUSTOMER + key, limit):
            found = True
            if value is None:  # erased: what came before is gone
                states = Partition(tp.partition)
            else:
                states.restore(CUSTOMER + key, value)
        if found:
            live = states.live(customer_id)
            return None if live is None else live.customer
        end, size = start, 4 * size
    return None


def _values(
    consumer: KafkaConsumer, tp: TopicPartition, start: int, end: int, key: bytes, limit: float
) -> Iterator[bytes | None]:
    """Values of the key between two offsets."""
    consumer.seek(tp, start)
    silent = 0
    while (position := consumer.position(tp)) < end:
        if time.monotonic() > limit:
            raise StateDeep
        records = consumer.poll(timeout_ms=_POLL_MS).get(tp, ())
        silent = 0 if consumer.position(tp) > position else silent + 1
        if silent > _SILENT:
            raise StreamAway(f"the broker holds more of {tp.topic} and gives nothing")
        yield from (record.value for record in records if record.key == key and record.offset < end)
