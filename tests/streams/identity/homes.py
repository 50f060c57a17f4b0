"""The homes of all keys: identity on every raw partition, in any order, with crashes; the logs stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas import hints, keys
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.keys import IdentityKey
from schemas.records import Rejected, Source, Touchpoint
from schemas.wire import properties
from streams.identity.entry import Entry, Restoring
from streams.identity.links import Links
from streams.identity.resolve import resolve, source_of
from tests.streams.lab import touchpoint

KEY = IdentityKey("k1", b"secret")


@dataclass(frozen=True, slots=True)
class Stands:
    """A record of a log."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    timestamp: int = 0


@dataclass(slots=True)
class Home:
    """One raw partition."""

    log: list[Stands] = field(default_factory=list)
    links: Links = field(default_factory=Links.new)
    changelog: list[tuple[bytes, bytes]] = field(default_factory=list)
    read: int = 0
    committed: int = 0


class Homes:
    """`say` writes what a producer would, `step` lets one partition work, `settle` all until nothing moves."""

    def __init__(self, partitions: int = 3) -> None:
        self.homes = [Home() for _ in range(partitions)]
        self.resolved: list[list[tuple[str, Source, Touchpoint]]] = [[] for _ in range(partitions)]
        self.rejected: dict[str, Rejected] = {}
        self.now = 0

    def say(self, kind: str = "web.viewed", **fields: Any) -> Touchpoint:
        self.now += 1
        said = touchpoint(kind, self.now * 1000, event_id=f"e{self.now}", **fields)
        said = hints.private(said, KEY)
        key = hints.raw_key(said, KEY)
        hint = hints.hint_of(said, KEY)
        headers = [(hints.HEADER, hint)] if hint is not None else []
        self.append(key, encode_touchpoint(said), headers)
        return said

    def link(self, weak: str, to: str, **facts: Any) -> None:
        self.say(hints.LINKED, properties={"from": weak, "to": to, **facts})

    def unlink(self, weak: str) -> None:
        self.say(hints.UNLINKED, properties={"from": weak})

    def step(self, number: int, size: int = 5, kept: int | None = None) -> bool:
        """One chunk. `kept`: the worker dies when so many records of the changelog are written. Whether it did any."""
        home = self.homes[number]
        records = home.log[home.read : home.read + size]
        if not records:
            return False
        resolution = resolve(records, "raw", len(self.homes), home.links)
        for partition, derived in enumerate(resolution.forwarded):
            for key, value, headers, _ in derived:
                (body,) = decode_touchpoints([value])
                assert isinstance(body, Touchpoint)
                self.resolved[partition].append((key.decode(), source_of(headers[0][1]), body))
        for partition, derived in resolution.passed.items():
            for key, value, headers, _ in derived:
                self._append(partition, key, value, headers)
        self.rejected |= {each.id: each for each in resolution.rejected}
        home.changelog += resolution.changes[:kept]
        home.read += len(records)
        if kept is None:
            home.committed = home.read
        else:
            self.restart(number)
        return True

    def append(self, key: str, value: bytes, headers: Any) -> None:
        """A record in the raw partition that is the key's home."""
        self._append(keys.partition_for(key.encode(), len(self.homes)), key.encode(), value, headers)

    def restart(self, number: int) -> None:
        home = self.homes[number]
        restoring = Restoring()
        for key, value in home.changelog:
            restoring.take(key, value)
        standing, entries = restoring.result()
        home.links = Links(standing, entries, {})
        home.read = home.committed

    def settle(self) -> None:
        while sum(self.step(number, 100) for number in range(len(self.homes))):
            pass

    def customer(self, key: str) -> str:
        """Where the key leads."""
        while to := self.entry(key).to:
            assert keys.kind_of(to) != keys.kind_of(key)
            key = to
        return key

    def entry(self, key: str) -> Any:
        home = self.homes[keys.partition_for(key.encode(), len(self.homes))]
        return home.links.entries.get(key.encode()) or Entry()

    def entries(self) -> dict[str, Any]:
        return {key.decode(): entry for home in self.homes for key, entry in home.links.entries.items()}

    def found(self, event_id: str) -> set[str]:
        """Customers to whom a touchpoint has come; what was sent twice is known by its source."""
        return {key for log in self.resolved for key, _, body in log if body.event_id == event_id}

    def times(self, event_id: str) -> int:
        return len(
            {(n, each[1]) for n, log in enumerate(self.resolved) for each in log if each[2].event_id == event_id}
        )

    def told(self, kind: str) -> list[dict[str, Any]]:
        """What identity has said of links: by kind."""
        found = {each[2].event_id: properties(each[2]) for log in self.resolved for each in log if each[2].type == kind}
        return [dict(facts) for facts in found.values() if facts.get("by") == "identity"]

    def _append(self, partition: int, key: bytes, value: bytes | None, headers: Any) -> None:
        log = self.homes[partition].log
        log.append(Stands(partition, len(log), key, value, tuple(headers), self.now))


def key(kind: str, value: str) -> str:
    return keys.key_for(kind, value, KEY)
