"""How far a mailbox was read: kept on disk, so that each mail is sent once, whatever ends the program when."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from producers.checkpoint import VERSION, Checkpoint, Position
from producers.delivery import Producer
from producers.feed import already_sent
from producers.pipeline import Present
from schemas import topics

RECENT: Final = 2_000
"""Ids kept for the day on which a server numbers its mails anew."""


class Place(msgspec.Struct, frozen=True):
    """The last mail read, by the number that holds while `validity` does; `until`: when it arrived; `recent`: ids."""

    validity: int = 0
    uid: int = 0
    until: int = 0
    recent: tuple[str, ...] = ()


class Mark(Checkpoint):
    """The checkpoint of a mailbox. Between `begin` and `end` mails are on their way to the log.

    What was interrupted there has perhaps sent some of them: `present` is what lies in the log since `begin`.
    """

    def __init__(self, folder: Path, mailbox: str, producer: Producer) -> None:
        super().__init__(folder, "mail", [f"/{mailbox}"])  # as a path of its own, wherever the program is started
        self._producer = producer
        self._ids = {topic: producer.topic_id(topic) for topic in (topics.RAW, topics.DLQ)}

    def inputs(self) -> list[tuple[str, int, int]]:
        """A mailbox is always the same."""
        return []

    def place(self) -> Place | None:
        """Where to go on; None at the very first time, and in a log made anew."""
        found = self.load(self._ids)
        return None if found is None else msgspec.json.decode(found.memo["place"], type=Place)

    def present(self) -> Present:
        found = self.load(self._ids)
        return Present() if found is None or not found.offsets else already_sent(self._producer, found)

    def begin(self, place: Place) -> None:
        self._keep(place, {topic: self._producer.ends(topic) for topic in self._ids})

    def end(self, place: Place) -> None:
        self._keep(place, {})

    def _keep(self, place: Place, offsets: Mapping[str, dict[int, int]]) -> None:
        memo = {"place": msgspec.json.encode(place).decode()}
        self.save(Position(VERSION, [], self._ids, dict(offsets), self._producer.writer(), memo=memo))
