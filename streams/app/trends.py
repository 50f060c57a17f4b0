"""The station `trends`: from the measures to signals and alerts of many, and to what everybody hears of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Any, Final

from schemas import topics
from schemas.codec import decode_outputs, encode_output, encode_touchpoint
from schemas.keys import COMPANY, partition_for
from schemas.records import EVERYONE, Measure, Touchpoint
from streams.app import metrics
from streams.app.claims import Claim
from streams.app.outbox import Entry, Outbox, Target
from streams.app.recovery import Restore
from streams.engine import Engine
from streams.knowledge.model import Knowledge
from streams.trends.board import Board, Judged
from streams.trends.state import Restoring

STATION: Final = "trends"

Recover = Callable[[int, Restore], Awaitable[int]]
Fetch = Callable[[str], Awaitable[Knowledge]]


class Trends:
    """One measures partition.

    The order of a chunk is fixed: outputs and what is said to everybody, acknowledged; then the places that changed,
    the standing last, acknowledged. Up to the standing the changelog is whole: after a crash in between the chunk is
    done again from there, and says the same once more, under the same ids and places.
    """

    appetite = 8

    def __init__(
        self, claim: Claim, outbox: Outbox, engine: Engine, recover: Recover, fetch: Fetch, partitions: int
    ) -> None:
        self._claim = claim
        self._outbox = outbox
        self._engine = engine
        self._recover = recover
        self._fetch = fetch
        self._partitions = partitions
        self._changelog: Target = (topics.TRENDS, claim.partition)
        self._board = Board(claim.partition, self._known, partitions)

    async def begin(self) -> None:
        await self._outbox.open_fenced(f"rapport-trends-{self._claim.partition}", self._changelog)
        restoring = Restoring()
        await self._recover(self._claim.partition, restoring.take)
        for version in restoring.versions():
            await self._learn(version)
        self._board.restore(restoring)

    async def handle(self, records: Sequence[Any]) -> None:
        started = perf_counter()
        measures = measures_of(records)
        for version in self._board.versions(measures):
            await self._learn(version)
        before = self._board.counts.copy()
        judged = self._board.process(measures)
        seconds = perf_counter() - started
        batches = said(judged, self._claim.partition, self._partitions)
        await self._outbox.send(batches)
        changes: list[Entry] = [(key, value, [], None) for key, value in self._board.changes()]
        if changes:
            await self._outbox.send({self._changelog: changes})
        metrics.done(STATION, records, self._board.counts - before, seconds)
        metrics.sent(batches)
        metrics.alerted(judged.outputs)

    def measure(self) -> None:
        metrics.WATCHED.labels(str(self._claim.partition)).set(self._board.watched)

    async def end(self) -> None:
        metrics.WATCHED.remove(str(self._claim.partition))
        await self._outbox.close()

    def _known(self, version: str) -> Knowledge:
        return self._engine.knowledge(version)

    async def _learn(self, version: str) -> None:
        if version not in self._engine.versions:
            self._engine.learn(await self._fetch(version))


def measures_of(records: Sequence[Any]) -> list[tuple[int, Measure]]:
    """Kafka's records of a measures partition; what is no measure is passed over: nobody but `detect` writes there."""
    decoded = decode_outputs([record.value for record in records])
    pairs = zip(records, decoded, strict=True)
    return [(record.offset, measure) for record, measure in pairs if isinstance(measure, Measure)]


def said(judged: Judged, partition: int, partitions: int) -> dict[Target, list[Entry]]:
    """What is to be sent, by topic and partition, each in order; what everybody hears goes to the raw topic."""
    batches: dict[Target, list[Entry]] = {}
    for output in judged.outputs:
        names, key = topics.routes(output, judged.besides)
        value = encode_output(output)
        for topic in names:
            batches.setdefault((topic, partition), []).append((key, value, [], None))
    for touchpoint in judged.told:
        home = topics.RAW, raw_home(touchpoint, partitions)
        batches.setdefault(home, []).append((EVERYONE.encode(), encode_touchpoint(touchpoint), [], None))
    return batches


def raw_home(touchpoint: Touchpoint, partitions: int) -> int:
    """The raw partition of a company-wide touchpoint, as producers have it."""
    return partition_for(f"{COMPANY}:{touchpoint.event_id}".encode(), partitions)
