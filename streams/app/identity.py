"""The station `identity`: from the raw topic to the resolved one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, Final

from schemas import topics
from streams.app import deadletters, metrics
from streams.app.breaker import Breaker
from streams.app.claims import Claim
from streams.app.outbox import Entry, Outbox, Target
from streams.app.recovery import Restore
from streams.app.tracing import tell_refused
from streams.identity.entry import Restoring
from streams.identity.links import Links
from streams.identity.resolve import resolve

STATION: Final = "identity"

Recover = Callable[[int, Restore], Awaitable[int]]
"""Hands the changelog of a partition to a function, see `recovery.recover`."""
Clockwork = Callable[[Claim, Outbox], "asyncio.Task[None] | None"]
"""Starts the clock where the claim is that of the leader."""


class Identity:
    """One raw partition, and the links of the keys that are at home there.

    The order of a chunk is fixed: outputs, acknowledged; then the links' changelog, where they changed. What it
    sends twice after a crash is recognised by its source, in the engine and at the homes of other keys.
    """

    appetite = 8

    def __init__(
        self, claim: Claim, outbox: Outbox, breaker: Breaker, partitions: int, clockwork: Clockwork, recover: Recover
    ) -> None:
        self._claim = claim
        self._outbox = outbox
        self._breaker = breaker
        self._partitions = partitions
        self._clockwork = clockwork
        self._recover = recover
        self._links = Links.new()
        self._clock: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        restoring = Restoring()
        await self._recover(self._claim.partition, restoring.take)
        self._links = Links(*restoring.result(), {})
        self._clock = self._clockwork(self._claim, self._outbox)

    async def handle(self, records: Sequence[Any]) -> None:
        started = perf_counter()
        resolution = resolve(records, self._claim.topic, self._partitions, self._links)
        rejected = resolution.rejected
        self._breaker.count(records, [(each.offset, each.reason) for each in rejected])
        batches: dict[Target, Sequence[Entry]] = {
            (topics.RESOLVED, partition): derived for partition, derived in enumerate(resolution.forwarded) if derived
        }
        for partition, passed in resolution.passed.items():
            batches[topics.RAW, partition] = passed
        letters = deadletters.entries(rejected, records, self._claim.topic)
        if letters:
            batches[topics.DLQ, self._claim.partition] = letters
        seconds = perf_counter() - started
        await self._outbox.send(batches)
        if resolution.changes:
            changes: list[Entry] = [(key, value, [], None) for key, value in resolution.changes]
            await self._outbox.send({(topics.LINKS, self._claim.partition): changes})
        counts = resolution.counts
        forwarded = len(records) - len(rejected) - resolution.copied - counts["between"] - counts["resent"]
        metrics.done(STATION, records, {
            "forwarded": forwarded, "copied": resolution.copied, "rejected": len(rejected), **counts,
        }, seconds)  # fmt: skip
        tell_refused(rejected, records, self._claim.topic)

    def measure(self) -> None:
        metrics.LINKS.labels(str(self._claim.partition)).set(len(self._links.entries))

    async def end(self) -> None:
        metrics.LINKS.remove(str(self._claim.partition))
        if self._clock is not None:
            self._clock.cancel()
            await asyncio.wait({self._clock})
