"""Letters sent again: each once, by the one path in, judged like any touchpoint before it leaves."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec

from producers.delivery import Producer, wall_clock
from producers.letters import marks
from producers.letters.changes import Change, changes
from producers.letters.content import touchpoint_of
from producers.letters.mapping import Fixes
from producers.letters.marks import NOTHING_SENT, Sent
from producers.letters.remedies import APPLIED
from producers.letters.shelf import Shelf
from producers.pipeline import Incoming, Pipeline
from schemas.catalogue import standard
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.keys import IdentityKey, key_of
from schemas.letters import ATTEMPT, LETTER, Letter
from schemas.records import Touchpoint
from schemas.salvage import salvaged

Json = dict[str, Any]

NO_EVENT_ID: Final = "dead-letter:"
"""How the event id begins of a touchpoint that came without any: its letter's id follows, so that it is always one."""

_PART: Final = "only a part of a touchpoint can be read in it; export it, complete the `touchpoint` and replay the file"
_NOTHING: Final = "no touchpoint can be read in it; export it, write the `touchpoint` and replay the file"


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
    """What became of the letters: every one is in exactly one of the four.

    `same` are those whose very touchpoint (event id and customer) was sent for another letter: refused in several
    places, or sent by its producer several times. `changed`: what was mended in those that are sent, by letter.
    """

    sent: list[tuple[Sent, Touchpoint]] = field(default_factory=list)
    already: list[str] = field(default_factory=list)
    same: list[Sent] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)
    changed: dict[str, list[Change]] = field(default_factory=dict)

    def summary(self, *, dry: bool = False) -> str:
        """One sentence for people."""
        said = "would be sent" if dry else "sent"
        already = len(self.already) + len(self.same)
        return f"{len(self.sent):,} {said}; {already:,} already replayed; {len(self.wrong):,} still wrong."

    def to_json(self, *, dry: bool = False) -> Json:
        already = len(self.already) + len(self.same)
        counts = {"sent": len(self.sent), "already_replayed": already, "still_wrong": len(self.wrong)}
        sent = [
            {
                "letter": each.letter,
                "event_id": each.event_id,
                "changed": [change._asdict() for change in self.changed.get(each.letter, ())],
            }
            for each, _ in self.sent
        ]
        return {"dry_run": dry, "counts": counts, "sent": sent, "wrong": [each._asdict() for each in self.wrong]}


def candidates(letters: Iterable[Letter]) -> Iterator[Candidate]:
    """The letters as they are. Of one that can be read in part only, nobody but a person can say that it is enough."""
    for letter in letters:
        yield Candidate(letter, None if salvaged(letter.value).form == "part" else touchpoint_of(letter))


def judged(given: Iterable[Candidate], shelf: Shelf, fixes: Fixes, identity: IdentityKey) -> Replayed:
    """What would happen: nothing is sent."""
    found, events = Replayed(), set(shelf.events)
    company_wide = standard().company_wide()
    for letter, touchpoint in given:
        if letter.id in shelf.replayed:
            found.already.append(letter.id)
            continue
        content = _mended(letter, touchpoint, fixes)
        if isinstance(content, Wrong):
            found.wrong.append(content)
            continue
        read = _read(letter, content)
        if isinstance(read, Wrong):
            found.wrong.append(read)
            continue
        key = key_of(read, identity, company_wide=read.type in company_wide)
        sent = Sent(letter.id, read.event_id, key)
        if (sent.event_id, sent.key) in events:
            found.same.append(sent)
        else:
            events.add((sent.event_id, sent.key))
            found.sent.append((sent, read))
            found.changed[letter.id] = changes(touchpoint_of(letter) or {}, content)
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
    letters = {letter.id: letter for letter in shelf.letters}
    if judgement.sent:
        marks.begin(producer, run, clock())
        pipeline = Pipeline(producer, identity, clock=clock)
        for sent, touchpoint in judgement.sent:
            letter = letters[sent.letter]
            attempt = (ATTEMPT, str(letter.attempt + 1).encode())
            headers = ((LETTER, sent.letter.encode()), attempt, *(() if letter.trace is None else (letter.trace,)))
            pipeline.take(Incoming(LETTER, 0, touchpoint, headers=headers))
        producer.flush()
    for sent in (*shelf.unmarked, *(each for each, _ in judgement.sent), *judgement.same):
        marks.replayed(producer, run, sent, clock())
    producer.flush()
    for each in (*shelf.unended, *([run] if judgement.sent else [])):
        marks.end(producer, each, clock())
    producer.flush()


def set_aside(
    letters: Sequence[Letter], shelf: Shelf, producer: Producer, clock: Callable[[], int] = wall_clock
) -> None:
    """Mark letters as done for which nothing is sent: what they held came, or will come, another way."""
    run = uuid.uuid4().hex
    for letter in letters:
        if letter.id not in shelf.replayed:
            marks.replayed(producer, run, Sent(letter.id, NOTHING_SENT, ""), clock())
    producer.flush()


def _mended(letter: Letter, touchpoint: Json | None, fixes: Fixes) -> Json | Wrong:
    """What would be sent, as JSON, if there is anything to send."""
    if letter.reason == APPLIED:
        return Wrong(letter.id, APPLIED, "its touchpoint was applied when it came; it would count twice")
    if touchpoint is None:
        part = salvaged(letter.value).form == "part"
        return Wrong(letter.id, letter.reason, _PART if part else _NOTHING)
    return {"event_id": f"{NO_EVENT_ID}{letter.id}"} | _present(fixes.apply(touchpoint))


def _read(letter: Letter, content: Json) -> Touchpoint | Wrong:
    read = read_line(msgspec.json.encode(content))
    return Wrong(letter.id, read.reason, read.detail) if isinstance(read, Fault) else read


def _present(touchpoint: Json) -> Json:
    return {name: value for name, value in touchpoint.items() if value is not None}
