"""What a resolved partition knows of the company and of the line: time, runs, broadcasts, knowledge."""

from __future__ import annotations

import msgspec

from streams.customers.ids import remembered
from streams.customers.incidents import Incident

LEFT_BEHIND_MS = 60_000
"""A raw partition whose last tick is further behind the largest does not hold engine time back."""
SILENT_RUN_MS = 3_600_000
"""A run of history that brings nothing for so long (in ticks) ends by itself."""
BUCKETS = 256
"""The customers of a partition lie in so many buckets for work that is spread over ticks."""


class Wide(msgspec.Struct, array_like=True, frozen=True):
    """A company-wide record that every customer must meet, by number.

    `kind` is the type of the touchpoint, or `history.settled`. `until` is the
    engine time at which it came, or None before the first tick. `swept` counts
    the buckets that the sweep has done since.
    """

    number: int
    kind: str
    event_id: str
    at: int
    offset: int
    until: int | None
    facts: dict[str, str]
    swept: int = 0


class Run(msgspec.Struct, array_like=True):
    """An import of history: from which raw partitions its begin and end have come (bits)."""

    begun: int = 0
    ended: int = 0
    active: int | None = None
    over: bool = False


OUT_MS = 7 * 86_400_000
"""How long something is out of stock if nobody says when it comes back."""
OUT = 512
"""Things out of stock that are remembered; what comes back first makes room."""


class World(msgspec.Struct, array_like=True):
    """State of one resolved partition beside its customers; `latest`: when the company last did something of a kind.

    `crowd` is what trends last said of all customers together, by name; `trends` the highest (offset, n) of each
    measures partition that they said it of;
    `measured` the time until which measures for trends were sent,
    `incidents` those that are declared and not over,
    `out` until when (ms) an item is out of stock, by item, or by item and place (`item@place`),
    `ring` the last `event_id`s of what the company did, as a customer has of their own.
    """

    position: int = -1
    knowledge: str | None = None
    time: int | None = None
    first_tick: int | None = None
    partitions: int = 0
    ticks: dict[int, int] = {}
    sources: dict[int, tuple[int, int]] = {}
    number: int = 0
    pending: list[Wide] = []
    bucket: int = 0
    runs: dict[str, Run] = {}
    latest: dict[str, int] = {}
    crowd: dict[str, float] = {}
    trends: dict[int, tuple[int, int]] = {}
    measured: int = 0
    incidents: dict[str, Incident] = {}
    out: dict[str, int] = {}
    ring: bytes = b""

    def tick(self, partition: int, partitions: int, at: int) -> bool:
        """Takes a raw partition's tick; True when engine time rose (delivery.md, Time)."""
        self.partitions = max(self.partitions, partitions)
        if at <= self.ticks.get(partition, -1):
            return False
        self.ticks[partition] = at
        if self.first_tick is None:
            self.first_tick = at
        largest = max(self.ticks.values())
        silent = self.partitions - len(self.ticks)
        if silent > 0 and largest - self.first_tick <= LEFT_BEHIND_MS:
            return False
        time = min(last for last in self.ticks.values() if largest - last <= LEFT_BEHIND_MS)
        if self.time is not None and time <= self.time:
            return False
        self.time = time
        return True

    def resent(self, partition: int, offset: int, n: int) -> bool:
        """Whether this derived record was here before; remembers it otherwise."""
        if (offset, n) <= self.sources.get(partition, (-1, -1)):
            return True
        self.sources[partition] = (offset, n)
        return False

    def repeated(self, event_id: str) -> bool:
        """Whether its producer has sent this among the last 32 company-wide records; remembers it otherwise."""
        ring = remembered(self.ring, event_id)
        if ring is not None:
            self.ring = ring
        return ring is None

    def announce(self, kind: str, event_id: str, at: int, offset: int, facts: dict[str, str]) -> None:
        """Gives a company-wide record its number; customers meet it one by one."""
        self.number += 1
        self.pending.append(Wide(self.number, kind, event_id, at, offset, self.time, facts))

    def is_out(self, item: str, place: str | None, until: int) -> None:
        """Notes that an item is out of stock, everywhere or at a place."""
        known = {**self.out, f"{item}@{place}" if place else item: until}
        kept = sorted(known.items(), key=lambda each: (-each[1], each[0]))[:OUT]
        self.out = dict(sorted(kept))

    def sweep(self, buckets: int) -> range:
        """The next `buckets` buckets to visit; a record that all have met is forgotten."""
        first = self.bucket
        self.bucket = (first + buckets) % BUCKETS
        self.pending = [msgspec.structs.replace(w, swept=w.swept + buckets) for w in self.pending]
        return range(first, first + buckets)

    def forget_swept(self) -> None:
        """Drops the records that every bucket has met."""
        self.pending = [w for w in self.pending if w.swept < BUCKETS]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(World).decode


def pack(world: World) -> bytes:
    """The canonical bytes of a world."""
    return _encode(world)


def unpack(state: bytes) -> World:
    """Inverse of `pack`."""
    return _decode(state)
