"""The one path in: validate → normalise → key → send. Every producer that runs through input in order goes here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from producers.counts import Counts
from producers.delivery import Headers, Producer, wall_clock
from producers.lines import MAX_LINE_BYTES, Oversized
from producers.preparing import Preparing, Refusal
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.keys import IdentityKey
from schemas.records import Touchpoint


class Incoming(NamedTuple):
    """One piece of input and where it stood.

    `partition` is given for the marks of a run, which are written to every one; they are not counted.
    `headers` go along with the touchpoint.
    """

    place: str
    line: int
    body: bytes | Oversized | Touchpoint | Fault
    partition: int | None = None
    headers: Headers = ()


@dataclass(slots=True)
class Present:
    """What an interrupted run has sent behind its checkpoint, by partition and id.

    To be passed over, each as often as it is there.
    """

    touchpoints: Counter[tuple[int, str]] = field(default_factory=Counter)
    dead_letters: Counter[tuple[int, str]] = field(default_factory=Counter)

    def take(self, known: Counter[tuple[int, str]], partition: int, id_: str) -> bool:
        if known[partition, id_] == 0:
            return False
        known[partition, id_] -= 1
        return True


class Pipeline:
    """Takes input in order and counts what becomes of it.

    A touchpoint that breaks the contract is rejected alone: its original bytes go
    to the dead letters, its neighbours go on. Only a record that the log does not
    acknowledge stops everything (`DeliveryFailed`).
    """

    def __init__(
        self,
        producer: Producer,
        identity: IdentityKey,
        counts: Counts | None = None,
        present: Present | None = None,
        clock: Callable[[], int] = wall_clock,
    ) -> None:
        self.counts = counts or Counts()
        self._producer = producer
        self._preparing = Preparing(producer.partitions, identity)
        self._present = present or Present()
        self._clock = clock

    def take(self, incoming: Incoming) -> None:
        body = incoming.body
        if isinstance(body, bytes):
            body = read_line(body)
        if isinstance(body, Touchpoint):
            self._send(body, incoming)
        elif isinstance(body, Fault):
            self._reject(incoming, body.reason, body.detail, body.original)
        else:
            self._reject(incoming, "too_large", _why(body), _instead(incoming, body))

    def _send(self, touchpoint: Touchpoint, incoming: Incoming) -> None:
        counted = incoming.partition is None
        kept = self._preparing.received(touchpoint, self._clock())
        if kept.occurred_at != touchpoint.occurred_at:
            self.counts.clamped += 1
        ready = self._preparing.touchpoint(kept, incoming.headers, incoming.partition)
        known = self._present.touchpoints
        if known and self._present.take(known, ready.partition, kept.event_id):
            self.counts.present += counted
            return
        self._producer.send(*ready)
        self.counts.accepted += counted

    def _reject(self, incoming: Incoming, reason: str, detail: str, original: bytes) -> None:
        self.counts.rejected[reason] += 1
        self.counts.dead_lettered += 1
        refusal = Refusal(incoming.place, incoming.line, reason, detail, original)
        ready = self._preparing.letter(refusal, self._clock())
        known = self._present.dead_letters
        if known and self._present.take(known, ready.partition, refusal.id):
            return
        self._producer.send(*ready)


def _why(line: Oversized) -> str:
    return f"line: {line.length} bytes. A line has at most {MAX_LINE_BYTES} bytes; split it."


def _instead(incoming: Incoming, line: Oversized) -> bytes:
    content = {"file": incoming.place, "line": incoming.line, "length": line.length, "sha256": line.sha256}
    return msgspec.json.encode(content)
