"""Drives input through the pipeline, with a checkpoint: interrupted at any moment, it goes on exactly there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from producers.checkpoint import VERSION, Checkpoint, Position
from producers.counts import Counts
from producers.delivery import Producer, Stored
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

    Stopped by an error or a signal it leaves the checkpoint; the next call with the
    same input sends what is missing and nothing twice. Nobody else may send by this
    producer meanwhile: its positions are what the checkpoint goes by.
    """
    if run.checkpoint is None:
        pipeline = Pipeline(producer, identity)
        _drive(iter(run.begin({})), pipeline, watch, lambda items: None)
        producer.flush()
        watch(pipeline.counts)
        return pipeline.counts
    with run.checkpoint as checkpoint:
        if restart:
            checkpoint.done()
        return _resume(run, checkpoint, producer, identity, watch)


def _resume(run: Run, checkpoint: Checkpoint, producer: Producer, identity: IdentityKey, watch: Watcher) -> Counts:
    ids = {topic: producer.topic_id(topic) for topic in (topics.RAW, topics.DLQ)}
    position = checkpoint.load(ids)
    present = Present()
    if position is None:
        ends = {topic: producer.ends(topic) for topic in ids}
        position = Position(VERSION, checkpoint.inputs(), ids, ends)
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
    """What lies in the log behind the checkpoint. Others' records are in it, too; they do no harm."""
    present = Present()
    records = producer.read(topics.RAW, position.offsets[topics.RAW])
    while chunk := list(islice(records, _CHUNK)):
        decoded = decode_touchpoints([record.value for record in chunk])
        present.touchpoints.update(one.event_id for one in decoded if isinstance(one, Touchpoint))
    letters = producer.read(topics.DLQ, position.offsets[topics.DLQ])
    present.dead_letters.update(_letter_id(record) for record in letters)
    return present


def _letter_id(record: Stored) -> str:
    return next((value.decode(errors="replace") for name, value in record.headers if name == "id"), "")
