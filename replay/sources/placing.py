"""Touchpoints without a place in a log as records: the same keys, links and partitions as live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from replay.source import Chunk
from schemas import hints, keys
from schemas.catalogue import standard
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.keys import IdentityKey
from schemas.recorded import Headers
from schemas.records import Record, Source, Touchpoint
from schemas.topics import RAW
from schemas.wire import properties
from streams.customers.incidents import TYPES as INCIDENTS
from streams.identity.links import Links
from streams.identity.resolve import resolve

TICK: Final = "clock.tick"
ACTIVATED: Final = "knowledge.activated"
QUANTILES: Final = "quantiles.updated"


def from_the_log(touchpoint: Touchpoint) -> bool:
    """Whether a log says it of itself, an activation or what its trends have found: it means nothing in another."""
    return touchpoint.type == ACTIVATED or of_trends(touchpoint)


def of_trends(touchpoint: Touchpoint) -> bool:
    """Whether trends have told it to everybody."""
    return touchpoint.type == QUANTILES or (touchpoint.type in INCIDENTS and "trend" in properties(touchpoint))


_FACE: Final = f"{hints.FACE}:"


@dataclass(frozen=True, slots=True)
class _Written:
    """A touchpoint as identity would read it."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Placing:
    """Gathers the touchpoints of a line of `partitions` partitions until they are `taken`."""

    def __init__(self, partitions: int, identity: IdentityKey) -> None:
        self.gathered = 0
        self._partitions = partitions
        self._identity = identity
        self._offsets = [0] * partitions
        self._line = 0
        self._records: dict[int, list[Record]] = defaultdict(list)
        self._wide = standard().company_wide()
        self._homes = [Links.new() for _ in range(partitions)]
        self._ends = [0] * partitions
        self.linked = False
        """Whether what was added last has made or ended a link: what that hands over must be folded next."""

    def is_wide(self, touchpoint: Touchpoint) -> bool:
        """Whether it goes to every partition."""
        return touchpoint.type in self._wide

    def add(self, touchpoint: Touchpoint) -> None:
        """Appends the touchpoint to the partition of its customer, or to all of them."""
        self.gathered += 1
        self._line += 1
        wide = self.is_wide(touchpoint)
        key = hints.raw_key(touchpoint, self._identity, company_wide=wide)
        hint = None if wide else hints.hint_of(touchpoint, self._identity)
        self.linked = False
        if not wide and (hint is not None or key.startswith(_FACE) or self._home(key).target(key.encode())):
            self._resolve(key, hint, touchpoint)
            return
        # What is said about a whole run counts once it has come from everywhere; a file is one place.
        home = 0 if wide else keys.partition_for(key.encode(), self._partitions)
        for n in range(self._partitions) if wide else (0,):
            partition = n if wide else home
            record = Record(self._offsets[partition], key, Source(home, self._line, n), touchpoint)
            self._records[partition].append(record)
            self._offsets[partition] += 1

    def _home(self, key: str) -> Links:
        return self._homes[keys.partition_for(key.encode(), self._partitions)]

    def _resolve(self, key: str, hint: bytes | None, touchpoint: Touchpoint) -> None:
        """As identity does it, home by home, at once."""
        headers: Headers = () if hint is None else ((hints.HEADER, hint),)
        body = encode_touchpoint(hints.private(touchpoint, self._identity))
        waiting: list[tuple[bytes | None, bytes | None, Headers]] = [(key.encode(), body, headers)]
        while waiting:
            whom, value, given = waiting.pop(0)
            home = keys.partition_for(whom or b"", self._partitions)
            written = _Written(home, self._ends[home], touchpoint.occurred_at, whom, value, given)
            self._ends[home] += 1
            resolution = resolve([written], RAW, self._partitions, self._homes[home])
            for partition, derived in enumerate(resolution.forwarded):
                for target, kept, _, _ in derived:
                    self._append(partition, target.decode(), kept)
            for passed in resolution.passed.values():
                waiting += [(target, kept, tuple(said)) for target, kept, said, _ in passed]

    def _append(self, partition: int, key: str, value: bytes | None) -> None:
        (body,) = decode_touchpoints([value])
        self._line += 1
        self.linked |= isinstance(body, Touchpoint) and body.type in (hints.LINKED, hints.UNLINKED)
        self._records[partition].append(Record(self._offsets[partition], key, Source(partition, self._line, 0), body))
        self._offsets[partition] += 1

    def taken(self) -> Iterator[Chunk]:
        """The records gathered, partition by partition."""
        for partition, records in sorted(self._records.items()):
            yield Chunk(partition, records)
        self._records.clear()
        self.gathered = 0


def key_in_log(touchpoint: Touchpoint, identity: IdentityKey) -> str:
    """The key of a line that has a place in the log but lost its key."""
    return keys.key_of(touchpoint, identity, company_wide=touchpoint.type in standard().company_wide())
