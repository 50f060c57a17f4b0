"""Tells stories under a driven clock, to a line in this process or to a real one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import msgspec

from schemas import hints, keys
from schemas.catalogue import standard
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.keys import IdentityKey
from schemas.records import EVERYONE, Emitted, Record, Touchpoint
from schemas.topics import RAW
from streams.engine import Engine, Partition
from streams.identity.links import Links
from streams.identity.resolve import resolve, source_of
from streams.trends.boards import Boards

IDENTITY = IdentityKey("k1", b"stories")
SWEEP = 40
"""Ticks after the last touchpoint, a millisecond apart: enough for every customer to meet what is company-wide."""
TO_ALL = frozenset({"history.begun", "history.ended"})


class RawRecord(NamedTuple):
    partition: int
    key: bytes
    touchpoint: Touchpoint
    headers: tuple[tuple[str, bytes], ...] = ()


class Line(Protocol):
    """`write` returns when the records, and all before them, stand in the resolved partitions."""

    @property
    def partitions(self) -> int: ...

    def write(self, records: Sequence[RawRecord]) -> None: ...


def tell(touchpoints: Iterable[Touchpoint], line: Line) -> None:
    """Writes them in the order given; before each one ticks for the moment before it, to every raw partition."""
    tell_together(([touchpoint] for touchpoint in touchpoints), line)


def tell_together(rounds: Iterable[Sequence[Touchpoint]], line: Line) -> None:
    """As `tell`; those of a round are of one moment, and which of them comes first is nobody's matter."""
    clock = _Clock(line)
    for each in rounds:
        said = []
        for touchpoint in each:
            if touchpoint.type == "clock.tick":
                clock.tick(touchpoint.occurred_at)
                continue
            if touchpoint.history is None:
                clock.tick(touchpoint.occurred_at - 1)
            said += _raw(touchpoint, line.partitions)
        if said:
            line.write(said)
    for _ in range(SWEEP):
        clock.tick(clock.last + 1)


@dataclass(slots=True)
class _Clock:
    line: Line
    last: int = -1

    def tick(self, at: int) -> None:
        """Lets all raw partitions tick; a moment that has passed already is not told again."""
        if at > self.last:
            self.last = at
            count = self.line.partitions
            self.line.write([RawRecord(p, EVERYONE.encode(), _tick(at, p, count)) for p in range(count)])


def _tick(at: int, partition: int, partitions: int) -> Touchpoint:
    facts = msgspec.json.encode({"partition": partition, "partitions": partitions}).decode()
    return Touchpoint(f"tick:{at}:{partition}", "clock.tick", at, 0, "system", "company", properties=facts)


def _raw(touchpoint: Touchpoint, partitions: int) -> list[RawRecord]:
    if touchpoint.type in TO_ALL:
        each = (msgspec.structs.replace(touchpoint, event_id=f"{touchpoint.event_id}:{p}") for p in range(partitions))
        return [RawRecord(p, EVERYONE.encode(), copy) for p, copy in enumerate(each)]
    wide = touchpoint.type in standard().company_wide()
    key = hints.raw_key(touchpoint, IDENTITY, company_wide=wide).encode()
    place = f"{keys.COMPANY}:{touchpoint.event_id}".encode() if wide else key
    hint = None if wide else hints.hint_of(touchpoint, IDENTITY)
    headers = () if hint is None else ((hints.HEADER, hint),)
    return [RawRecord(keys.partition_for(place, partitions), key, touchpoint, headers)]


@dataclass(frozen=True, slots=True)
class _Written:
    """A record of the raw topic as identity reads it."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class InProcess:
    """The line in this process: identity and engine one after the other, the log kept for exports."""

    def __init__(self, engine: Engine, partitions: int = 4) -> None:
        self.partitions = partitions
        self.outputs: list[Emitted] = []
        self.log: list[list[Record]] = [[] for _ in range(partitions)]
        self.states = [Partition(number) for number in range(partitions)]
        self._engine = engine
        self._links = [Links.new() for _ in range(partitions)]
        self._ends = [0] * partitions
        self._boards = Boards(partitions, engine.knowledge, partitions)

    @property
    def length(self) -> int:
        """Records of the resolved log."""
        return sum(map(len, self.log))

    def write(self, records: Sequence[RawRecord]) -> None:
        for partition, key, touchpoint, headers in records:
            self._append(partition, touchpoint.occurred_at, key, encode_touchpoint(touchpoint), headers)

    def _append(
        self, partition: int, at: int, key: bytes, value: bytes | None, headers: Iterable[tuple[str, bytes]]
    ) -> None:
        offset = self._ends[partition]
        self._ends[partition] += 1
        self._resolve(_Written(partition, offset, at, key, value, tuple(headers)))

    def _resolve(self, written: _Written) -> None:
        resolution = resolve([written], RAW, self.partitions, self._links[written.partition])
        assert not resolution.rejected
        for partition, derived in enumerate(resolution.forwarded):
            for key, value, headers, _ in derived:
                (body,) = decode_touchpoints([value])
                self._fold(partition, Record(len(self.log[partition]), key.decode(), source_of(headers[0][1]), body))
        for partition, passed in resolution.passed.items():
            for key, value, headers, _ in passed:
                self._append(partition, written.timestamp, key, value, headers)

    def _fold(self, partition: int, record: Record) -> None:
        self.log[partition].append(record)
        outcome = self._engine.process([record], self.states[partition])
        judged = self._boards.take(outcome.outputs)
        self.outputs += [*outcome.outputs, *judged.outputs]
        for said in judged.told:
            home = keys.partition_for(f"{keys.COMPANY}:{said.event_id}".encode(), self.partitions)
            self._append(home, said.occurred_at, EVERYONE.encode(), encode_touchpoint(said), ())
        for each in outcome.handed:
            home = keys.partition_for(each.key.encode(), self.partitions)
            self._fold(home, Record(len(self.log[home]), each.key, each.source, each.body))
