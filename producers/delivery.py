"""What a producer promises, whatever stands behind it: the protocol, its failure, and the in-memory log."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

Headers: TypeAlias = Sequence[tuple[str, bytes]]


class Stored(NamedTuple):
    """A record as it lies in a log. `timestamp` is the log's own, in milliseconds."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class DeliveryFailed(Exception):
    """The log did not do what was asked of it. Names the topic, the cause and the remedy; nothing more may be sent."""

    def __init__(self, topic: str, cause: str, remedy: str) -> None:
        super().__init__(f"{topic}: {cause}. {remedy}")
        self.topic = topic


class Overtaken(DeliveryFailed):
    """What an earlier process under the same `Writer` had on its way came in first; `resume` again to see it."""


class Writer(msgspec.Struct):
    """Under what name a producer's records lie in the log, and the number of its next one in each partition.

    The log takes a record of a writer only under the next number. So of two processes that go on as
    the same writer at the same number one is refused, and a record that both hold is in the log once.
    """

    id: int
    epoch: int
    next: dict[str, dict[int, int]]


class Producer(Protocol):
    """Takes records in order and delivers each once, to the partition given.

    `send` may block until earlier records are acknowledged (memory is bounded) and
    raises `DeliveryFailed` for a record that was refused, be it an earlier one.
    After `flush` every record sent so far is acknowledged. `close` flushes.
    """

    @property
    def acknowledged(self) -> int: ...

    def partitions(self, topic: str) -> int:
        """How many partitions the topic has; `DeliveryFailed` if there is no such topic."""
        ...

    def send(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None: ...

    def flush(self) -> None: ...

    def positions(self, topic: str) -> dict[int, int]:
        """The offset after this producer's last acknowledged record, for each partition that it wrote to."""
        ...

    def topic_id(self, topic: str) -> str:
        """The log's own id of the topic; another one after it was deleted and made anew."""
        ...

    def starts(self, topic: str) -> dict[int, int]:
        """The first offset that each partition still holds."""
        ...

    def ends(self, topic: str) -> dict[int, int]:
        """The offset that the next record of each partition will get."""
        ...

    def read(self, topic: str, since: Mapping[int, int]) -> Iterator[Stored]:
        """What lies in the topic from those offsets up to its present end.

        `DeliveryFailed` if the topic no longer holds that far back.
        """
        ...

    def writer(self) -> Writer:
        """Who this producer is to the log, after `flush`."""
        ...

    def resume(self, writer: Writer, since: Mapping[str, Mapping[int, int]]) -> Iterator[Stored]:
        """What this writer, whose process was killed, left in those topics from those offsets on.

        To be read to its end before anything is sent. From then on this producer is that writer: what
        the killed process still had on its way is refused, or it is in the log before our first record
        of that partition, which is refused then (`Overtaken`).
        """
        ...

    def close(self) -> None: ...


def wall_clock() -> int:
    """Milliseconds since 1970 by this machine's clock."""
    return time.time_ns() // 1_000_000


class MemoryProducer:
    """The same promise over lists: the log of the in-process mode and of tests. Safe between threads."""

    def __init__(self, partitions: Callable[[str], int], clock: Callable[[], int] = wall_clock) -> None:
        self._partitions = partitions
        self._clock = clock
        self._log: dict[tuple[str, int], list[Stored]] = {}
        self._lock = threading.Lock()
        self._acknowledged = 0
        self._id = uuid.uuid4().hex

    @property
    def acknowledged(self) -> int:
        return self._acknowledged

    def partitions(self, topic: str) -> int:
        return self._partitions(topic)

    def send(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None:
        with self._lock:
            log = self._log.setdefault((topic, partition), [])
            log.append(Stored(topic, partition, len(log), self._clock(), key, value, tuple(headers)))
            self._acknowledged += 1

    def flush(self) -> None:
        """Nothing waits: a record is acknowledged when `send` returns."""

    def positions(self, topic: str) -> dict[int, int]:
        return {p: len(log) for (name, p), log in self._log.items() if name == topic}

    def topic_id(self, topic: str) -> str:
        return f"{self._id}:{topic}"

    def starts(self, topic: str) -> dict[int, int]:
        return dict.fromkeys(range(self.partitions(topic)), 0)

    def ends(self, topic: str) -> dict[int, int]:
        return {p: len(self._log.get((topic, p), ())) for p in range(self.partitions(topic))}

    def read(self, topic: str, since: Mapping[int, int]) -> Iterator[Stored]:
        for partition, offset in since.items():
            yield from self._log.get((topic, partition), [])[offset:]

    def writer(self) -> Writer:
        return Writer(0, 0, {})

    def resume(self, writer: Writer, since: Mapping[str, Mapping[int, int]]) -> Iterator[Stored]:
        """Everybody's records: here nothing is ever on its way."""
        for topic, offsets in since.items():
            yield from self.read(topic, offsets)

    def records(self, topic: str) -> list[Stored]:
        """All of a topic, partition after partition."""
        return list(self.read(topic, dict.fromkeys(range(self.partitions(topic)), 0)))

    def close(self) -> None:
        """Nothing to give back: the log stays readable."""
