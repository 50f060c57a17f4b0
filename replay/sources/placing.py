"""Touchpoints without a place in a log as records: the same keys and partitions as live."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from replay.source import Chunk
from schemas import keys
from schemas.catalogue import standard
from schemas.keys import IdentityKey
from schemas.records import Record, Source, Touchpoint

TICK: Final = "clock.tick"
FROM_THE_LOG: Final = frozenset({"knowledge.activated", "quantiles.updated"})
"""What a partition's log says about the rules of that log; it means nothing under other rules or in another order."""


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

    def is_wide(self, touchpoint: Touchpoint) -> bool:
        """Whether it goes to every partition."""
        return touchpoint.type in self._wide

    def add(self, touchpoint: Touchpoint) -> None:
        """Appends the touchpoint to the partition of its customer, or to all of them."""
        self.gathered += 1
        self._line += 1
        wide = self.is_wide(touchpoint)
        key = keys.key_of(touchpoint, self._identity, company_wide=wide)
        # What is said about a whole run counts once it has come from everywhere; a file is one place.
        home = 0 if wide else keys.partition_for(key.encode(), self._partitions)
        for n in range(self._partitions) if wide else (0,):
            partition = n if wide else home
            record = Record(self._offsets[partition], key, Source(home, self._line, n), touchpoint)
            self._records[partition].append(record)
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
