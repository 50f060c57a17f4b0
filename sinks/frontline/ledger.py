"""What became of each notice at each receiver: records on `frontline.deliveries.v1`, and their fold.

The key of a record is notice and receiver, and the last one holds. There are no texts and no customers in it. A
receiver has a record of its own: since when it is told, for nobody is told of what was before.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from schemas.records import Severity
from streams.customers.locally import local

State: TypeAlias = Literal["trying", "failed", "sent", "dead", "dropped", "again"]
OVER: Final[frozenset[State]] = frozenset({"sent", "dead", "dropped"})
"""What is never tried by itself any more. `again` is what somebody has asked for after `dead`."""


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last word about a notice at a receiver. `at`: milliseconds; `attempts`: begun so far, this one included.

    `trying` is written before a message leaves: where nothing follows it, the process died on the way and nobody
    knows whether the message arrived.
    """

    state: State
    alert: str
    severity: Severity
    at: int
    attempts: int = 0
    why: str = ""


class Since(msgspec.Struct, frozen=True):
    """From which moment (milliseconds, as Kafka took the records in) on a receiver is told."""

    since: int


_decode = msgspec.json.Decoder(Entry).decode
_decode_since = msgspec.json.Decoder(Since).decode
encode = msgspec.json.Encoder().encode


def key_of(notice: str, receiver: str) -> bytes:
    return f"{notice}|{receiver}".encode()


class Ledger:
    """The fold. Not for several threads."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._entries: dict[tuple[str, str], Entry] = {}
        self._sent: Counter[tuple[str, date]] = Counter()
        self._infos: Counter[tuple[str, date]] = Counter()
        self.since: dict[str, int] = {}

    def take(self, key: bytes, value: bytes | None) -> tuple[str, str] | None:
        """A record as it lies on the topic. The notice and receiver whom somebody has asked to be told again, if so."""
        notice, found, receiver = key.decode().rpartition("|")
        if not found:
            if value:
                self.since[receiver] = _decode_since(value).since
            return None
        if not value:
            return None
        entry = _decode(value)
        self.put(notice, receiver, entry)
        return (notice, receiver) if entry.state == "again" else None

    def put(self, notice: str, receiver: str, entry: Entry) -> None:
        before = self._entries.get((notice, receiver))
        if before == entry:  # our own, come back from the topic
            return
        self._entries[notice, receiver] = entry
        if entry.state == "sent" and (before is None or before.state != "sent"):
            day = self.day(entry.at)
            self._sent[receiver, day] += 1
            self._infos[receiver, day] += entry.severity == "info"

    def get(self, notice: str, receiver: str) -> Entry | None:
        return self._entries.get((notice, receiver))

    def dead(self, receiver: str) -> dict[str, Entry]:
        """What this receiver was never told, by notice."""
        return {
            notice: entry for (notice, name), entry in self._entries.items()
            if name == receiver and entry.state == "dead"
        }  # fmt: skip

    def sent(self, receiver: str, now: int) -> tuple[int, int]:
        """How many notices the receiver got on the day of `now`, and of these how many of severity info."""
        return self._sent[receiver, self.day(now)], self._infos[receiver, self.day(now)]

    def day(self, at: int) -> date:
        return local(at, self._zone).date()

    def forget(self, before: int) -> None:
        """Lets go of entries that are over and older than that."""
        for pair in [pair for pair, entry in self._entries.items() if entry.state in OVER and entry.at < before]:
            del self._entries[pair]
        for counts in (self._sent, self._infos):
            for key in [key for key in counts if key[1] < self.day(before)]:
                del counts[key]
