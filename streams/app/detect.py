"""The station `detect`: from the resolved topic through the engine to the outputs and the states' changelog."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from time import perf_counter
from typing import Any, Final

from schemas import topics
from schemas.codec import decode_touchpoints, encode_output, encode_touchpoint
from schemas.keys import partition_for
from schemas.records import Emitted, Measure, Record, Rejected, Source, Touchpoint, Undecodable
from streams.app import deadletters, metrics
from streams.app.breaker import Breaker
from streams.app.claims import Claim
from streams.app.keeping import Changes, Keeper, Later
from streams.app.outbox import Entry, Headers, Outbox, Target
from streams.app.recovery import Restore
from streams.app.tracing import CARRIERS, Traces, tell_refused
from streams.engine import Engine, Outcome, Partition, UnknownKnowledge
from streams.engine.past import Handed
from streams.identity.resolve import SOURCE, SOURCE_BYTES, packed_source, source_of
from streams.knowledge.model import Knowledge
from streams.trends.boards import homes

STATION: Final = "detect"
LATER: Final = frozenset({topics.SHIFTS, topics.SIGNALS, topics.CUSTOMERS, topics.MEASURES, topics.HISTORY_ALERTS})
"""Topics on which nobody waits by the millisecond: theirs go before the states, of several chunks at once."""
HANDED_FROM: Final = "handed_from"
"""Header of what was handed over: the key under which it stood until now."""

_tuple: Final = tuple.__new__

log = logging.getLogger(__name__)

Recover = Callable[[int, Restore], Awaitable[int]]
"""Hands the changelog of a partition to a function, see `recovery.recover`."""
Fetch = Callable[[str], Awaitable[Knowledge]]
"""The content of a version of knowledge, see `library.fetch`."""


class Detect:
    """One resolved partition and its states.

    The order of a chunk is fixed: alerts and answers, acknowledged; the other outputs, acknowledged; states, the
    world last, acknowledged; only then the chunk counts as done. A crash in between sends some
    outputs again under the same ids and loses nothing. The next chunk waits for the alerts and answers alone.
    """

    appetite = 1

    def __init__(
        self, claim: Claim, outbox: Outbox, breaker: Breaker, engine: Engine, recover: Recover, fetch: Fetch,
        partitions: int,
    ) -> None:  # fmt: skip
        self.states = Partition(claim.partition)
        self._claim = claim
        self._changelog: Target = (topics.STATES, claim.partition)
        self._outbox = outbox
        self._breaker = breaker
        self._engine = engine
        self._recover = recover
        self._fetch = fetch
        self._keeper = Keeper(self.states.changes, self._append)
        self._partitions = partitions
        self._version: str | None = None
        """Of knowledge, as last measured."""

    async def begin(self) -> None:
        # The fence comes before the reading: what a predecessor that is not quite dead wrote until now is read too.
        await self._outbox.open_fenced(f"rapport-states-{self._claim.partition}", self._changelog)
        await self._recover(self._claim.partition, self.states.restore)
        self.states.ready()
        if self.states.outdated:
            log.info("partition %d: %d states in an older codec are written anew as the log goes on",
                     self._claim.partition, self.states.outdated)  # fmt: skip
        version = self.states.world.knowledge
        if version is not None and version not in self._engine.versions:
            await self._learn(version)

    async def handle(self, records: Sequence[Any]) -> asyncio.Future[None]:
        await self._keeper.begin()
        started = perf_counter()
        chunk = read(records)
        outcome = await self._process(chunk)
        rejected = [output for output in outcome.outputs if isinstance(output, Rejected)]
        self._breaker.count(records, [(each.offset, each.reason) for each in rejected])
        traces = Traces(records, chunk)
        batches = batched(outcome.outputs, outcome.besides, self._claim.partition, self._partitions, traces.of)
        for (topic, partition), entries in handed_over(outcome.handed, self._partitions).items():
            batches[topic, partition] = entries
        if outcome.erased:
            batches.setdefault((topics.CUSTOMERS, self._claim.partition), []).extend(
                (key.encode(), None, [], None)
                for key in outcome.erased  # takes their cards off
            )
        letters = deadletters.entries(rejected, records, self._claim.topic)
        if letters:
            batches[topics.DLQ, self._claim.partition] = letters
        later = {target: batches.pop(target) for target in list(batches) if target[0] in LATER}
        if outcome.repeated:
            later[topics.DLQ, self._claim.partition] = deadletters.marks(outcome.repeated, self._claim.partition)
        seconds = perf_counter() - started
        await self._outbox.send(batches)
        kept = self._keeper.done(len(records), later)
        metrics.done(STATION, records, outcome.counts, seconds)
        metrics.sent(batches)
        metrics.alerted(outcome.outputs)
        traces.tell(outcome.outputs)
        tell_refused(rejected, records, self._claim.topic)
        return kept

    def measure(self) -> None:
        number, states = str(self._claim.partition), self.states
        metrics.CUSTOMERS.labels(number).set(len(states.packed))
        metrics.ARMED.labels(number).set(states.waiting)
        metrics.OUTDATED.labels(number).set(states.outdated)
        if states.world.time is not None:
            metrics.ENGINE_TIME.labels(number).set(states.world.time / 1000)
        version = self._engine.version_of(states)
        if version != self._version:
            self._forget_version()
            self._version = version
            metrics.KNOWLEDGE.labels(number, version).set(1)

    async def end(self) -> None:
        """The states die with the lane: another worker may have gone on with them meanwhile."""
        for gauge in (metrics.CUSTOMERS, metrics.ARMED, metrics.OUTDATED, metrics.ENGINE_TIME):
            gauge.remove(str(self._claim.partition))
        self._forget_version()
        await self._keeper.cancel()
        await self._outbox.close()

    def _forget_version(self) -> None:
        if self._version is not None:
            metrics.KNOWLEDGE.remove(str(self._claim.partition), self._version)

    async def _append(self, later: Later, changes: Changes) -> None:
        await self._outbox.send(later)
        metrics.sent(later)
        await self._outbox.send({self._changelog: [(key, value or None, [], None) for key, value in changes]})

    async def _process(self, chunk: Sequence[Record]) -> Outcome:
        while True:
            try:
                return self._engine.fold(chunk, self.states)
            except UnknownKnowledge as unknown:
                await self._learn(unknown.version)

    async def _learn(self, version: str) -> None:
        log.info("partition %d goes by knowledge version %s; fetching it", self._claim.partition, version)
        self._engine.learn(await self._fetch(version))


def batched(
    outputs: Iterable[Emitted],
    besides: Mapping[str, tuple[str, ...]],
    partition: int,
    partitions: int,
    headers_of: Callable[[Emitted], Headers],
) -> dict[Target, list[Entry]]:
    """What is to be sent of the outputs, by topic, each in order; measures for trends to where their scope is judged.
    Dead letters go another way; `besides` is `Outcome.besides`."""
    batches: defaultdict[str, list[Entry]] = defaultdict(list)
    measured: defaultdict[Target, list[Entry]] = defaultdict(list)
    for output in outputs:
        kind = type(output)
        if kind is Measure and (places := homes(output, partitions)):
            topic, key = topics.route(output)
            for home in places:
                measured[topic, home].append((key, encode_output(output), [], None))
        elif kind is not Rejected:
            names, key = topics.routes(output, besides)
            value, headers = encode_output(output), headers_of(output) if kind in CARRIERS else []
            for topic in names:
                batches[topic].append((key, value, headers, None))
    found = {(topic, partition): entries for topic, entries in batches.items()}
    for target, entries in measured.items():
        found[target] = [*found.get(target, ()), *entries]
    return found


def handed_over(handed: Sequence[Handed], partitions: int) -> dict[Target, list[Entry]]:
    """The pasts that go to other customers, by resolved partition, each in order."""
    batches: dict[Target, list[Entry]] = defaultdict(list)
    for each in handed:
        key = each.key.encode()
        headers = [(SOURCE, packed_source(each.source, topics.RESOLVED.encode())), (HANDED_FROM, each.donor.encode())]
        home = partition_for(key, partitions)
        batches[topics.RESOLVED, home].append((key, encode_touchpoint(each.body), headers, None))
    return batches


def read(records: Sequence[Any]) -> list[Record]:
    """Kafka's records of a resolved partition as the engine takes them."""
    return records_of(records, decode_touchpoints([record.value for record in records]))


def records_of(records: Sequence[Any], bodies: Sequence[Touchpoint | Undecodable]) -> list[Record]:
    """Each with its decoded body."""
    chunk = []
    for record, body in zip(records, bodies, strict=True):
        headers = record.headers
        if headers and headers[0][0] == SOURCE and len(source := headers[0][1] or b"") >= SOURCE_BYTES:
            key = str(record.key or b"", "utf-8", "replace")
            # What a named tuple's own constructor does, without the function around it.
            chunk.append(_tuple(Record, (record.offset, key, source_of(source), body)))
        else:
            chunk.append(_unsourced(record))
    return chunk


def _unsourced(record: Any) -> Record:
    """Not from identity: nothing says what it derives from, so nothing could tell a repetition."""
    body = Undecodable("no_source", f"the record has no whole {SOURCE!r} header", record.value or b"")
    return Record(record.offset, str(record.key or b"", "utf-8", "replace"), Source(-1, record.offset, 0), body)
