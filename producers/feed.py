"""Drives input through the pipeline, with a checkpoint: interrupted at any moment, it goes on exactly there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from producers.checkpoint import VERSION, Checkpoint, Position
from producers.counts import Counts
from producers.delivery import Overtaken, Producer, Stored
from producers.pipeline import Incoming, Pipeline, Present
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.keys import IdentityKey
from schemas.records import Touchpoint

CHECKPOINT_S = 1.0
"""How often the run waits for all acknowledgements and writes down where it stands."""

_LOOK_EVERY = 512
"""Pieces of input between two looks at the clock."""

_CHUNK = 1_000

_TRIES = 8
"""How often in one run the log may turn out to hold more than was read; once a partition at most after a kill."""


class Watcher(Protocol):
    """Is told how a run goes on, from time to time and at its end."""

    def __call__(self, counts: Counts) -> None: ...


def unwatched(counts: Counts) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True)
class Run:
    """The input of one run: the same pieces in the same order every time it is begun.

    `begin` gets the memo of the checkpoint and returns the pieces; what must be the
    same after an interruption (a date, say) it leaves there.
    """

    begin: Callable[[dict[str, str]], Iterable[Incoming]]
    checkpoint: Checkpoint | None


def feed(
    run: Run,
    producer: Producer,
    identity: IdentityKey,
    watch: Watcher = unwatched,
    restart: bool = False,
) -> Counts:
    """Sends all of it and returns the counts; the checkpoint is deleted then.

    Stopped by an error or a signal, at any moment, it leaves the checkpoint; the next call
    with the same input sends what is missing and nothing twice, also if what the first had
    on its way reaches the log only later. It holds for a day, for so long a Kafka remembers
    a writer (`producer.id.expiration.ms`). Nobody else may send by this producer meanwhile:
    its positions are what the checkpoint goes by.
    """
    if run.checkpoint is None:
        pipeline = Pipeline(producer, identity)
        _drive(iter(run.begin({})), pipeline, watch, lambda items: None)
        producer.flush()
        watch(pipeline.counts)
        return pipeline.counts
    with run.checkpoint as checkpoint:
        if restart:
            checkpoint.forget()
        for _ in range(_TRIES - 1):
            with suppress(Overtaken):
                return _resume(run, checkpoint, producer, identity, watch)
        return _resume(run, checkpoint, producer, identity, watch)


def _resume(run: Run, checkpoint: Checkpoint, producer: Producer, identity: IdentityKey, watch: Watcher) -> Counts:
    ids = {topic: producer.topic_id(topic) for topic in (topics.RAW, topics.DLQ)}
    position = checkpoint.load(ids)
    present = Present()
    if position is None:
        ends = {topic: producer.ends(topic) for topic in ids}
        position = Position(VERSION, checkpoint.inputs(), ids, ends, producer.writer())
    else:
        present = already_sent(producer, position)
    pipeline = Pipeline(producer, identity, Counts.from_json(position.counts), present)
    pieces = islice(iter(run.begin(position.memo)), position.items, None)
    start = position.items
    before = {topic: producer.positions(topic) for topic in ids}

    def save(items: int) -> None:
        producer.flush()
        position.items = start + items
        position.counts = pipeline.counts.to_json()
        for topic in ids:
            own = producer.positions(topic).items() - before[topic].items()
            position.offsets[topic] |= dict(own)
        position.writer = producer.writer()
        checkpoint.save(position)

    save(0)
    _drive(pieces, pipeline, watch, save)
    producer.flush()
    checkpoint.done()
    watch(pipeline.counts)
    return pipeline.counts


def _drive(pieces: Iterator[Incoming], pipeline: Pipeline, watch: Watcher, save: Callable[[int], None]) -> None:
    """No checkpoint on the way out of an error: only between two pieces is it known what was sent."""
    due = time.monotonic() + CHECKPOINT_S
    done = 0
    while batch := list(islice(pieces, _LOOK_EVERY)):
        for piece in batch:
            pipeline.take(piece)
        done += len(batch)
        if time.monotonic() >= due:
            save(done)
            watch(pipeline.counts)
            due = time.monotonic() + CHECKPOINT_S


def already_sent(producer: Producer, position: Position) -> Present:
    """What the run before has left in the log behind its checkpoint."""
    present = Present()
    records = producer.resume(position.writer, position.offsets)
    while chunk := list(islice(records, _CHUNK)):
        present.dead_letters.update(_letter(record) for record in chunk if record.topic == topics.DLQ)
        raw = [record for record in chunk if record.topic == topics.RAW]
        decoded = zip(raw, decode_touchpoints([record.value for record in raw]), strict=True)
        present.touchpoints.update(
            (each.partition, one.event_id) for each, one in decoded if isinstance(one, Touchpoint)
        )
    return present


def _letter(record: Stored) -> tuple[int, str]:
    found = next((value.decode(errors="replace") for name, value in record.headers if name == "id"), "")
    return record.partition, found
