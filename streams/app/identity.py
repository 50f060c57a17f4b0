"""The station `identity`: from the raw topic to the resolved one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any, Final

from schemas import topics
from streams.app import deadletters, metrics
from streams.app.breaker import Breaker
from streams.app.claims import Claim
from streams.app.outbox import Entry, Outbox, Target
from streams.app.tracing import tell_refused
from streams.identity.resolve import resolve

STATION: Final = "identity"

Clockwork = Callable[[Claim, Outbox], "asyncio.Task[None] | None"]
"""Starts the clock where the claim is that of the leader."""


class Identity:
    """One raw partition. Has no state: what it sends twice after a crash the engine recognises by its source."""

    appetite = 8

    def __init__(self, claim: Claim, outbox: Outbox, breaker: Breaker, partitions: int, clockwork: Clockwork) -> None:
        self._claim = claim
        self._outbox = outbox
        self._breaker = breaker
        self._partitions = partitions
        self._clockwork = clockwork
        self._clock: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        self._clock = self._clockwork(self._claim, self._outbox)

    async def handle(self, records: Sequence[Any]) -> None:
        started = perf_counter()
        resolution = resolve(records, self._claim.topic, self._partitions)
        rejected = resolution.rejected
        self._breaker.count(records, [(each.offset, each.reason) for each in rejected])
        batches: dict[Target, Sequence[Entry]] = {
            (topics.RESOLVED, partition): derived for partition, derived in enumerate(resolution.forwarded) if derived
        }
        letters = deadletters.entries(rejected, records, self._claim.topic)
        if letters:
            batches[topics.DLQ, self._claim.partition] = letters
        seconds = perf_counter() - started
        await self._outbox.send(batches)
        forwarded = len(records) - len(rejected) - resolution.copied
        metrics.done(STATION, records, {
            "forwarded": forwarded, "copied": resolution.copied, "rejected": len(rejected),
        }, seconds)  # fmt: skip
        tell_refused(rejected, records, self._claim.topic)

    def measure(self) -> None:
        """It holds nothing."""

    async def end(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            await asyncio.wait({self._clock})
