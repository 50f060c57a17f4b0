"""What a replay writes beside the letters, so that nobody sends one of them a second time.

A run is `begun` before its first touchpoint leaves, with the ends of the raw topic; each letter is marked `replayed`
when its touchpoint is acknowledged; then the run is `ended`. A run that never ended was cut short: what it had sent
stands on the raw topic behind those ends, each record with the header `letter`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from producers.delivery import Headers, Producer
from schemas import topics
from schemas.keys import partition_for
from schemas.letters import MARK, Kind


class Begun(msgspec.Struct, frozen=True):
    """A run, and where the raw topic (by Kafka's own id) ended when it began."""

    run: str
    topic_id: str
    ends: dict[int, int]


class Sent(NamedTuple):
    """A letter, and the event id and key under which its touchpoint stands on the raw topic; `NOTHING_SENT` as event
    id for one that was set aside."""

    letter: str
    event_id: str
    key: str


NOTHING_SENT: Final = ""

RUN: Final = "run"


def begin(producer: Producer, run: str, now: int) -> None:
    """Acknowledged when it returns."""
    begun = Begun(run, producer.topic_id(topics.RAW), producer.ends(topics.RAW))
    _put(producer, "begun", run, now, (), msgspec.json.encode(begun))
    producer.flush()


def replayed(producer: Producer, run: str, sent: Sent, now: int) -> None:
    _put(producer, "replayed", run, now, [(name, text.encode()) for name, text in sent._asdict().items()])


def end(producer: Producer, run: str, now: int) -> None:
    _put(producer, "ended", run, now, ())


def _put(producer: Producer, kind: Kind, run: str, now: int, more: Headers, value: bytes = b"") -> None:
    headers = ((MARK, kind.encode()), (RUN, run.encode()), ("at", str(now).encode()), *more)
    partition = partition_for(run.encode(), producer.partitions(topics.DLQ))
    producer.send(topics.DLQ, partition, run.encode(), value, headers)
