"""The simulated shop as it lies on the raw topic: keyed, encoded, with ticks at the rate of a live line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bench.stream import keyed
from schemas import keys
from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE, Touchpoint
from streams.app.clock import tick

Entry = tuple[bytes, bytes]
"""Key and value."""

EVERYONE_KEY: Final = EVERYONE.encode()
TICK_EVERY: Final = 1000
"""Touchpoints between two ticks: as many as come in a second at 1,000/s."""


@dataclass(frozen=True, slots=True)
class RawLog:
    """By raw partition the records in order; `touchpoints` does not count the ticks."""

    partitions: list[list[Entry]]
    touchpoints: int

    @property
    def records(self) -> int:
        return sum(map(len, self.partitions))


def raw_log(found: Iterable[Touchpoint], partitions: int) -> RawLog:
    """Every touchpoint in the partition of its key, and after each `TICK_EVERY` a tick in every partition.

    The ticks carry the time of the touchpoint before: the stream is driven by its own clock.
    """
    log: list[list[Entry]] = [[] for _ in range(partitions)]
    count = 0
    for count, (key, touchpoint) in enumerate(keyed(found), start=1):
        raw = key.encode()
        place = f"{keys.COMPANY}:{touchpoint.event_id}".encode() if key == EVERYONE else raw
        log[keys.partition_for(place, partitions)].append((raw, encode_touchpoint(touchpoint)))
        if count % TICK_EVERY == 0:
            for number, records in enumerate(log):
                records.append((EVERYONE_KEY, encode_touchpoint(tick(touchpoint.occurred_at, number, partitions))))
    return RawLog(log, count)
