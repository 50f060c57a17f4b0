"""Letters sent again: each once, by the one path in, judged like any touchpoint before it leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec

from producers.delivery import Producer, wall_clock
from producers.letters import marks
from producers.letters.content import touchpoint_of
from producers.letters.mapping import Fixes
from producers.letters.remedies import APPLIED
from producers.letters.shelf import Shelf
from producers.pipeline import Incoming, Pipeline
from schemas.contract import Fault, read_line
from schemas.keys import IdentityKey
from schemas.letters import LETTER, Letter
from schemas.records import Touchpoint

Json = dict[str, Any]

NO_EVENT_ID: Final = "dead-letter:"
"""How the event id begins of a touchpoint that came without any: its letter's id follows, so that it is always one."""


class Candidate(NamedTuple):
    """A letter, and the touchpoint that is to be sent for it; None where there is none."""

    letter: Letter
    touchpoint: Json | None


class Wrong(NamedTuple):
    """A letter that cannot be sent as it is now."""

    letter: str
    reason: str
    detail: str


@dataclass(slots=True)
class Replayed:
    """What became of the letters: every one is in exactly one of the three."""

    sent: list[tuple[str, Touchpoint]] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    def summary(self, *, dry: bool = False) -> str:
        """One sentence for people."""
        said = "would be sent" if dry else "sent"
        return f"{len(self.sent):,} {said}; {len(self.already):,} already replayed; {len(self.wrong):,} still wrong."

    def to_json(self, *, dry: bool = False) -> Json:
        counts = {"sent": len(self.sent), "already_replayed": len(self.already), "still_wrong": len(self.wrong)}
        sent = [{"letter": letter, "event_id": touchpoint.event_id} for letter, touchpoint in self.sent]
        return {"dry_run": dry, "counts": counts, "sent": sent, "wrong": [each._asdict() for each in self.wrong]}


def candidates(letters: Iterable[Letter]) -> Iterable[Candidate]:
    """The letters as they are."""
    return (Candidate(letter, touchpoint_of(letter)) for letter in letters)


def judged(given: Iterable[Candidate], shelf: Shelf, fixes: Fixes) -> Replayed:
    """What would happen: nothing is sent. Of several letters with one event id the first is sent: they are one
    touchpoint, refused in several places.
    """
    found, events = Replayed(), set(shelf.events)
    for letter, touchpoint in given:
        if letter.id in shelf.replayed:
            found.already.append(letter.id)
            continue
        read = _read(letter, touchpoint, fixes)
        if isinstance(read, Wrong):
            found.wrong.append(read)
        elif read.event_id in events:
            found.already.append(letter.id)
        else:
            events.add(read.event_id)
            found.sent.append((letter.id, read))
    return found


def send(
    judgement: Replayed,
    shelf: Shelf,
    producer: Producer,
    identity: IdentityKey,
    clock: Callable[[], int] = wall_clock,
) -> None:
    """Send what was judged sound, and mark it. Cut short at any moment, the next run knows what this one has sent."""
    run = uuid.uuid4().hex
    for letter, event_id in shelf.unmarked:
        marks.replayed(producer, run, letter, event_id, clock())
    if judgement.sent:
        marks.begin(producer, run, clock())
        pipeline = Pipeline(producer, identity, clock=clock)
        for letter, touchpoint in judgement.sent:
            pipeline.take(Incoming(LETTER, 0, touchpoint, headers=((LETTER, letter.encode()),)))
        producer.flush()
        for letter, touchpoint in judgement.sent:
            marks.replayed(producer, run, letter, touchpoint.event_id, clock())
        producer.flush()
        marks.end(producer, run, clock())
    producer.flush()
    for cut_short in shelf.unended:
        marks.end(producer, cut_short, clock())
    producer.flush()


def _read(letter: Letter, touchpoint: Json | None, fixes: Fixes) -> Touchpoint | Wrong:
    if letter.reason == APPLIED:
        return Wrong(letter.id, APPLIED, "its touchpoint was applied when it came; it would count twice")
    if touchpoint is None:
        why = "nothing of a touchpoint can be read in it; export it and write the `touchpoint`"
        return Wrong(letter.id, letter.reason, why)
    content = {"event_id": f"{NO_EVENT_ID}{letter.id}"} | _present(fixes.apply(touchpoint))
    read = read_line(msgspec.json.encode(content))
    return Wrong(letter.id, read.reason, read.detail) if isinstance(read, Fault) else read


def _present(touchpoint: Json) -> Json:
    return {name: value for name, value in touchpoint.items() if value is not None}
