"""The one path in: validate → normalise → key → send. Every producer goes through here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from producers.counts import Counts
from producers.delivery import Headers, Producer, wall_clock
from producers.lines import MAX_LINE_BYTES, Oversized
from schemas import catalogue, topics
from schemas.codec import encode_touchpoint
from schemas.contract import Fault, clamp, read_line
from schemas.keys import COMPANY, IdentityKey, key_of, partition_for
from schemas.records import EVERYONE, Touchpoint

STAGE = "producer"


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
    """What an interrupted run has sent behind its checkpoint: to be passed over, each as often as it is there."""

    touchpoints: Counter[str] = field(default_factory=Counter)
    dead_letters: Counter[str] = field(default_factory=Counter)

    def take(self, known: Counter[str], id_: str) -> bool:
        if known[id_] == 0:
            return False
        known[id_] -= 1
        return True


MAX_DETAIL = 4_000
"""Characters of a dead letter's detail: many faults of one record, and no second copy of it."""

_EVERYONE = EVERYONE.encode()


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
        self._identity = identity
        self._present = present or Present()
        self._clock = clock
        self._partitions = producer.partitions(topics.RAW)
        self._company_wide = catalogue.standard().company_wide()

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
        partition = incoming.partition
        counted = partition is None
        if self._present.touchpoints and self._present.take(self._present.touchpoints, touchpoint.event_id):
            self.counts.present += counted
            return
        if touchpoint.received_at is None and touchpoint.history is None:
            touchpoint = msgspec.structs.replace(touchpoint, received_at=self._clock(), received_offset=0)
        kept = clamp(touchpoint)
        if kept is not touchpoint:
            self.counts.clamped += 1
        key = key_of(kept, self._identity, company_wide=kept.type in self._company_wide).encode()
        if partition is None:
            spread = f"{COMPANY}:{kept.event_id}".encode() if key == _EVERYONE else key
            partition = partition_for(spread, self._partitions)
        self._producer.send(topics.RAW, partition, key, encode_touchpoint(kept), incoming.headers)
        self.counts.accepted += counted

    def _reject(self, incoming: Incoming, reason: str, detail: str, original: bytes) -> None:
        self.counts.rejected[reason] += 1
        letter = dead_letter_id(incoming.place, incoming.line, original)
        self.counts.dead_lettered += 1
        if self._present.dead_letters and self._present.take(self._present.dead_letters, letter):
            return
        headers = {
            "id": letter, "stage": STAGE, "reason": reason, "detail": detail[:MAX_DETAIL],
            "topic": "", "partition": "-1", "offset": "-1", "at": str(self._clock()),
            "file": incoming.place, "line": str(incoming.line),
        }  # fmt: skip
        partition = partition_for(letter.encode(), self._producer.partitions(topics.DLQ))
        encoded = [(name, value.encode("utf-8", "backslashreplace")) for name, value in headers.items()]
        self._producer.send(topics.DLQ, partition, _EVERYONE, original, encoded)


def dead_letter_id(place: str, line: int, original: bytes) -> str:
    """The same for the same line of the same file, so that a run that resumes knows what it has sent."""
    return blake2b(
        f"{STAGE}\0{place}\0{line}\0".encode("utf-8", "surrogateescape") + original, digest_size=16
    ).hexdigest()


def _why(line: Oversized) -> str:
    return f"line: {line.length} bytes. A line has at most {MAX_LINE_BYTES} bytes; split it."


def _instead(incoming: Incoming, line: Oversized) -> bytes:
    content = {"file": incoming.place, "line": incoming.line, "length": line.length, "sha256": line.sha256}
    return msgspec.json.encode(content)
