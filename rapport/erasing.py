"""`rapport erase`: everything that is kept of a customer goes, by a record in the log; then it is looked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final
from uuid import uuid4

from producers.delivery import Producer
from rapport.customers.archive import Archive
from rapport.customers.links import MOST
from rapport.customers.looking import behind
from rapport.customers.stream import StateDeep, StreamAway, read
from rapport.failure import Failure, told
from rapport.identifying import customer_key
from rapport.identity import sending
from rapport.settings import Settings
from schemas import hints, topics
from schemas.codec import encode_touchpoint
from schemas.keys import partition_for
from schemas.records import Touchpoint
from sinks.clickhouse.client import Reader, StoreError
from sinks.clickhouse.erasing import counting
from streams.engine import UnreadableState

STATE: Final = "state"
PATIENCE_S: Final = 120.0
"""How long worker and store may take; they may be starting."""
AGAIN_S: Final = 15.0
"""What is left so long came in behind the record (by a link that still held, or out of the store's hands): it is told
again."""
_LOOK_S: Final = 0.5
_STATE_S: Final = 10.0
_DAY_MS: Final = 86_400_000


class Erasing:
    """One customer with their keys."""

    def __init__(self, settings: Settings, store: Reader, named: str) -> None:
        self._settings = settings
        self._store = store
        self.keys = keys_of(Archive(store), customer_key(named, settings.identity), settings)

    def left(self) -> dict[str, int]:
        """Rows by table, and states, that there are of the customer; empty: nothing."""
        asked = {f"id{n}": key for n, key in enumerate(self.keys)}
        rows = self._store.query(counting(len(self.keys)), asked).dicts()
        found = {str(row["place"]): int(str(row["rows"])) for row in rows}
        found[STATE] = sum(read(self._settings.cluster, key, _STATE_S) is not None for key in self.keys)
        return {place: count for place, count in found.items() if count}

    def run(self, say: Callable[[str], None]) -> None:
        """Returns when nothing is left; Failure names what is, after `PATIENCE_S`."""
        began = told_at = time.monotonic()
        with told(StoreError, StreamAway, StateDeep, UnreadableState), sending(self._settings) as log:
            tell(log, self.keys)
            while left := self.left():
                now = time.monotonic()
                if now - began > PATIENCE_S:
                    named = ", ".join(f"{place} ({count:,})" for place, count in left.items())
                    raise Failure(
                        f"there is still something in {named} after {PATIENCE_S:.0f} s; do worker and store run"
                        " (`rapport doctor`)? It goes on by itself; the same command says when it is done"
                    )
                if now - told_at > AGAIN_S:
                    say("there is still something, maybe of behind it; telling it again")
                    tell(log, self.keys)
                    told_at = now
                time.sleep(_LOOK_S)


def keys_of(archive: Archive, key: str, settings: Settings) -> tuple[str, ...]:
    """Of the person behind the key, their own first: those that lead to them, and faces that no longer do."""
    ids = behind(archive, key, settings).ids
    faces = [face for each in ids for face in archive.faces(each, MOST) if archive.link(face) is None]
    return tuple(dict.fromkeys((*ids, *faces)))


def tell(log: Producer, keys: Sequence[str]) -> None:
    """The record of each key, in the raw partition that is its home."""
    now, run = time.time_ns() // 1_000_000, uuid4().hex
    for n, key in enumerate(keys):
        body = Touchpoint(
            event_id=f"erase-{run}:{n}", type=hints.ERASED, occurred_at=now, occurred_offset=0, channel="system",
            initiator="company", received_at=now, received_offset=0,
        )  # fmt: skip
        home = partition_for(key.encode(), log.partitions(topics.RAW))
        hint = hints.pack(hints.Hint(op="erase", from_=key))
        log.send(topics.RAW, home, key.encode(), encode_touchpoint(body), [(hints.HEADER, hint)])
    log.flush()


def ends_by_itself(partitions: int) -> Iterator[tuple[str, int]]:
    """Topics that hold what was written before until their time is over, and after how many days that is."""
    for topic in topics.load(partitions):
        kept = dict(topic.config).get("retention.ms")
        if kept is not None:
            yield topic.name, int(kept) // _DAY_MS
