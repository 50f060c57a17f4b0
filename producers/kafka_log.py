"""The producer over a real Kafka, by kafka-python: idempotent, acks=all, bounded, every acknowledgement looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy

from kafka import KafkaProducer
from kafka.errors import InvalidProducerEpochError, KafkaError, OutOfOrderSequenceNumberError, UnknownProducerIdError

from producers import kafka_reading
from producers.delivery import DeliveryFailed, Headers, Overtaken, Stored, Writer
from producers.kafka_batches import Lanes
from producers.kafka_reading import AGAIN, MAKE_TOPICS, START_KAFKA
from producers.kafka_writer import Own, go_on_as, writer_of
from producers.tracing import USUAL_SHARE, Tracing
from rapport.connection import Kafka
from rapport.reaching import Refused, reach
from schemas.topics import DLQ, RAW

MAX_REQUEST_BYTES = 20 * 1024 * 1024
"""A dead letter carries its original, and that may be 16 MB."""

MAX_WAITING_BYTES = 32 * 1024 * 1024
"""kafka-python 3 has no `buffer.memory`: it takes whatever it is given. This is the bound that it lacks."""

ACKNOWLEDGE_S = 120.0
"""How long a broker may be away before a record counts as refused; a restart takes seconds."""

SILENCE_S = ACKNOWLEDGE_S + 30.0
METADATA_S = 10.0
"""How long a topic may stay unknown to a cluster that answers: it was just made, or it is not there."""

CLOSE_S = 5.0

WRITER_S = 30.0
"""How long the cluster may take to give a producer its id: at the very first it makes a topic for that."""

_OTHERWISE = (OutOfOrderSequenceNumberError, InvalidProducerEpochError, UnknownProducerIdError)
"""The log holds other records of this writer than it believes."""

RECONNECT_MS = 1_000
"""Longest pause between two attempts to reach a broker; with the client's 30 s one that restarts stays unseen."""

_TRACED = frozenset({RAW, DLQ})


class KafkaLog:
    """`Producer` over a Kafka cluster. Not for several threads at once.

    Waits `wait_s` for a broker, then raises `DeliveryFailed`; at once where it does not let
    us in. Nothing lingers: a lone record leaves at once, a flood forms batches while the
    batch before is on its way. A `trace_share` of touchpoints and dead letters begins a
    trace, if its headers name none.
    """

    def __init__(self, kafka: Kafka, wait_s: float = 30.0, *, trace_share: float = USUAL_SHARE) -> None:
        self._where = kafka
        self._tracing = Tracing(trace_share)
        self._wait_s = wait_s
        self._before = 0
        self._open()

    def _open(self) -> None:
        try:
            self._kafka = reach(self._where, self._client, self._wait_s)
        except Refused as error:
            raise DeliveryFailed(str(self._where), f"it does not let us in: {error.why}", AGAIN) from error
        except KafkaError as error:
            raise DeliveryFailed(str(self._where), f"no Kafka there ({error})", START_KAFKA) from error
        self._lanes = Lanes(self._kafka, MAX_WAITING_BYTES, SILENCE_S)
        self._partitions: dict[str, int] = {}

    def _client(self, timeout_ms: int) -> KafkaProducer:
        return KafkaProducer(
            **self._where.client(),
            client_id="rapport-producer",
            enable_idempotence=True,
            acks="all",
            linger_ms=0,
            max_request_size=MAX_REQUEST_BYTES,
            delivery_timeout_ms=int(ACKNOWLEDGE_S * 1000),
            reconnect_backoff_max_ms=RECONNECT_MS,
            allow_auto_create_topics=False,
            bootstrap_timeout_ms=timeout_ms,
            max_block_ms=int(min(self._wait_s, METADATA_S) * 1000),
            metrics_enabled=False,
        )

    @property
    def acknowledged(self) -> int:
        return self._before + self._lanes.acknowledged

    def partitions(self, topic: str) -> int:
        known = self._partitions.get(topic)
        if known is None:
            try:
                known = len(self._kafka.partitions_for(topic) or ())
            except KafkaError as error:
                raise DeliveryFailed(topic, f"no such topic at {self._where} ({error})", MAKE_TOPICS) from error
            if known == 0:
                raise DeliveryFailed(topic, f"no such topic at {self._where}", MAKE_TOPICS)
            self._partitions[topic] = known
        return known

    def send(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None:
        if partition >= (self._partitions.get(topic) or self.partitions(topic)):
            raise DeliveryFailed(topic, f"has no partition {partition}", MAKE_TOPICS)
        self._lanes.put(topic, partition, key, value, self._tracing.of(headers) if topic in _TRACED else headers)
        if self._lanes.failure is not None:
            self._fail()

    def flush(self) -> None:
        self._lanes.flush()
        if self._lanes.failure is not None:
            self._fail()

    def _fail(self) -> None:
        assert self._lanes.failure is not None
        topic, error = self._lanes.failure
        failed = Overtaken if isinstance(error, _OTHERWISE) else DeliveryFailed
        raise failed(topic, f"not acknowledged: {type(error).__name__}: {error}", START_KAFKA) from error

    def positions(self, topic: str) -> dict[int, int]:
        return {partition: offset for (name, partition), offset in self._lanes.positions.items() if name == topic}

    def topic_id(self, topic: str) -> str:
        return kafka_reading.topic_id(self._where, topic)

    def starts(self, topic: str) -> dict[int, int]:
        return kafka_reading.starts(self._where, topic, self.partitions(topic))

    def ends(self, topic: str) -> dict[int, int]:
        return kafka_reading.ends(self._where, topic, self.partitions(topic))

    def read(self, topic: str, since: Mapping[int, int]) -> Iterator[Stored]:
        return kafka_reading.read(self._where, topic, since)

    def writer(self) -> Writer:
        with self._naming():
            return writer_of(self._kafka, WRITER_S)

    def resume(self, writer: Writer, since: Mapping[str, Mapping[int, int]]) -> Iterator[Stored]:
        own = Own(deepcopy(writer))
        for topic, offsets in since.items():
            yield from kafka_reading.read(self._where, topic, offsets, own)
        self._kafka.close(timeout=CLOSE_S)  # who has sent already can become nobody else
        self._before += self._lanes.acknowledged
        self._open()
        with self._naming():
            go_on_as(self._kafka, own.writer, WRITER_S)

    @contextmanager
    def _naming(self) -> Iterator[None]:
        try:
            yield
        except KafkaError as error:
            raise DeliveryFailed(str(self._where), f"gives no producer id ({error})", START_KAFKA) from error

    def close(self) -> None:
        """Flushes, then lets go of the connection; when the flush fails, nothing more is sent after it."""
        try:
            self.flush()
        except DeliveryFailed:
            # Else the client's `close` waits for what is under way, fails, and its thread goes on sending.
            self._kafka._sender.force_close()
            raise
        finally:
            self._kafka.close(timeout=CLOSE_S)
