"""Load on the line through the real producer path, kept up through every crash of the broker."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from producers.delivery import DeliveryFailed, wall_clock
from producers.kafka_log import KafkaLog
from producers.pipeline import Incoming, Pipeline
from rapport.connection import Kafka
from schemas import topics
from schemas.keys import IdentityKey
from tests.faults.stream import Piece, Stream

BURST_S = 0.05
BURSTS = 20
"""Between two waits for all acknowledgements: so much may be under way when the broker dies."""


@dataclass(slots=True)
class Accepted:
    """What Kafka has acknowledged: event ids by what they are about, and how much was bad."""

    customer: set[str] = field(default_factory=set)
    nobody: set[str] = field(default_factory=set)
    everyone: set[str] = field(default_factory=set)
    bad: Counter[str] = field(default_factory=Counter)
    again: int = 0

    def add(self, piece: Piece) -> None:
        if piece.who in ("refused", "garbage"):
            self.bad[piece.who] += 1
            return
        known: set[str] = getattr(self, piece.who)
        self.again += piece.event_id in known
        known.add(piece.event_id)

    @property
    def all(self) -> set[str]:
        return self.customer | self.nobody | self.everyone


class Load:
    """Sends `rate` pieces a second, on a thread of its own, from `start` to `stop`; then `accepted` is complete.

    A producer that gives up is replaced; what it had not seen acknowledged is sent again.
    """

    def __init__(self, bootstrap: str, identity: IdentityKey, seed: int, partitions: int, rate: int) -> None:
        self.accepted = Accepted()
        self.stream = Stream(seed, partitions, wall_clock)
        self.replaced: list[str] = []
        self._bootstrap, self._identity, self._rate = bootstrap, identity, rate
        self._waiting: deque[Piece] = deque()
        self._over = threading.Event()
        self._thread = ThreadPoolExecutor(1, "load")
        self._running: Future[None] | None = None

    def start(self) -> None:
        self._running = self._thread.submit(self._run)

    def stop(self, within_s: float) -> None:
        """Ends the stream and waits until the last piece is acknowledged; raises what the thread has raised."""
        self._over.set()
        if self._running is not None:
            self._running.result(within_s)
        self._thread.shutdown()

    def _run(self) -> None:
        pieces = self.stream.pieces()
        while True:
            kafka: KafkaLog | None = None
            try:
                kafka = KafkaLog(Kafka(self._bootstrap))
                pipeline = Pipeline(kafka, self._identity)
                self._send(kafka, pipeline, tuple(piece for piece in self._waiting if piece.who != "refused"))
                while not self._over.is_set():
                    for _ in range(BURSTS):
                        burst = tuple(islice(pieces, max(1, round(self._rate * BURST_S))))
                        self._waiting += burst
                        self._take(kafka, pipeline, burst)
                        time.sleep(BURST_S)
                    self._confirm(kafka)
                kafka.close()
                return
            except DeliveryFailed as error:
                self.replaced.append(str(error))
                if kafka is not None:
                    _let_go(kafka)

    def _send(self, kafka: KafkaLog, pipeline: Pipeline, pieces: tuple[Piece, ...]) -> None:
        self._take(kafka, pipeline, pieces)
        self._confirm(kafka)

    @staticmethod
    def _take(kafka: KafkaLog, pipeline: Pipeline, pieces: tuple[Piece, ...]) -> None:
        for piece in pieces:
            if piece.who == "garbage" and isinstance(piece.body, bytes):
                kafka.send(topics.RAW, piece.partition or 0, piece.key or None, piece.body)
            else:
                pipeline.take(Incoming(piece.event_id, 0, piece.body, piece.partition))

    def _confirm(self, kafka: KafkaLog) -> None:
        """Everything sent so far is acknowledged, or DeliveryFailed."""
        kafka.flush()
        while self._waiting:
            self.accepted.add(self._waiting.popleft())


def _let_go(kafka: KafkaLog) -> None:
    with suppress(DeliveryFailed):  # It has failed already, that is why it goes.
        kafka.close()
