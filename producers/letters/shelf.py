"""What stands on the dead-letter topic: letters, which of them were replayed, and runs that were cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from producers.delivery import Producer, Stored
from producers.letters.marks import RUN, Begun, Sent
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.letters import LETTER, MARK, Letter, headers_of, is_mark, letter_of
from schemas.records import Touchpoint

Wanted = Callable[[Letter], bool]


@dataclass(slots=True)
class Shelf:
    """`letters` are those wanted, each id once, by time. `replayed` and `events`: letters that were sent again, and
    event id and key under which they were. Memory: the letters wanted.
    """

    letters: list[Letter] = field(default_factory=list)
    replayed: set[str] = field(default_factory=set)
    events: set[tuple[str, str]] = field(default_factory=set)
    unended: dict[str, Begun] = field(default_factory=dict)
    unmarked: list[Sent] = field(default_factory=list)
    """What a run sent that was cut short before it could mark it."""

    def note(self, sent: Sent) -> None:
        self.replayed.add(sent.letter)
        self.events.add((sent.event_id, sent.key))

    @property
    def open(self) -> list[Letter]:
        return [letter for letter in self.letters if letter.id not in self.replayed]


def read(producer: Producer, wanted: Wanted) -> Shelf:
    """All of the topic up to its present end; also what runs that were cut short had sent."""
    shelf = of_records(producer.read(topics.DLQ, producer.starts(topics.DLQ)), wanted)
    if shelf.unended:
        _recover(producer, shelf)
    return shelf


def of_records(records: Iterable[Stored], wanted: Wanted) -> Shelf:
    """The records of the topic, taken apart."""
    shelf, known = Shelf(), set[str]()
    ended = set[str]()
    for record in records:
        if is_mark(record.headers):
            _mark(record, shelf, ended)
            continue
        letter = letter_of(record)
        if letter.id not in known and wanted(letter):
            shelf.letters.append(letter)
        known.add(letter.id)
    shelf.letters.sort(key=lambda letter: (letter.at, letter.topic, letter.partition, letter.offset, letter.line))
    for run in ended:
        shelf.unended.pop(run, None)
    return shelf


def _mark(record: Stored, shelf: Shelf, ended: set[str]) -> None:
    found = headers_of(record.headers)
    match found[MARK]:
        case "begun":
            begun = msgspec.json.decode(record.value, type=Begun)
            shelf.unended[begun.run] = begun
        case "replayed":
            shelf.note(Sent(*(found.get(name, "") for name in Sent._fields)))
        case "ended":
            ended.add(found.get(RUN, ""))


def _recover(producer: Producer, shelf: Shelf) -> None:
    """From the earliest place at which one of those runs began, as far as the raw topic still holds it."""
    topic_id = producer.topic_id(topics.RAW)
    places = producer.starts(topics.RAW)
    begun = [run.ends for run in shelf.unended.values() if run.topic_id == topic_id]
    if not begun:
        return
    since = {place: max(first, min(ends.get(place, 0) for ends in begun)) for place, first in places.items()}
    for record in producer.read(topics.RAW, since):
        letter = headers_of(record.headers).get(LETTER)
        if letter is None or letter in shelf.replayed:
            continue
        (touchpoint,) = decode_touchpoints([record.value])
        event_id = touchpoint.event_id if isinstance(touchpoint, Touchpoint) else ""
        sent = Sent(letter, event_id, (record.key or b"").decode())
        shelf.note(sent)
        shelf.unmarked.append(sent)
