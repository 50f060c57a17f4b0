"""Drives the engine over the pieces of a source, in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, Literal

from replay.source import Chunk, Missing, Passing, Piece, Round, Source
from replay.sources.placing import ACTIVATED, of_trends
from schemas.keys import partition_for
from schemas.records import EVERYONE, Alert, AlertChange, Emitted, Measure, Record, Rejected, Signal, Touchpoint
from schemas.records import Source as Place
from streams.engine import Engine, Outcome, Partition, UnknownKnowledge
from streams.engine.partition import CUSTOMER
from streams.engine.past import Handed
from streams.knowledge.model import Knowledge
from streams.trends.boards import Boards

GAPS: Final = 100
"""Gaps of a log that are kept; more are only counted."""
Trends = Literal["compared", "looped", "apart"]
Fetch = Callable[[str], Knowledge]
"""The content of a version of knowledge that the log activates; raises `ReplayError` where it can't be had."""


class Drive:
    """States of all partitions of a replay. `outputs` yields what the engine emits, in an order that is the log's.

    In log order: as the source gives the chunks. Without a log: by time, then partition.
    `tell` hears after each chunk how many records there were. With `own_rules` the log's own activations are left out.

    Trends are judged as well: `compared`, what the log's trends said to everybody holds and what is found here only
    comes out; `looped`, the log's are left out and what is found here is folded, behind what it was found of, which
    needs a source whose partitions go in step, or one without a log; `apart`, somebody else judges them.
    """

    def __init__(
        self, source: Source, knowledge: Knowledge, fetch: Fetch, tell: Callable[[int], None], *, own_rules: bool,
        trends: Trends = "compared",
    ) -> None:  # fmt: skip
        self.states: dict[int, Partition] = {}
        self.counts: Counter[str] = Counter()
        self.first: int | None = None
        self.last: int | None = None
        self._source = source
        self.engine = Engine(knowledge)
        self.touched: list[tuple[int, str]] = []
        self.missing: list[Missing] = []
        self.holes: dict[int, Missing] = {}
        """The first gap between two records of each partition (`replay.holes`)."""
        self._fetch = fetch
        self._tell = tell
        self._spans: dict[int, tuple[int, int]] = {}
        self._own_rules = own_rules
        self._trends = trends
        self._handed: list[Handed] = []
        self._shifted: Counter[int] = Counter()
        self._told: list[Touchpoint] = []
        self._said = 0
        partitions = source.partitions
        # A log says by its marks how many partitions there are; how the scopes are spread does not matter here.
        self._boards = Boards(max(partitions, 1), self._known, max(partitions, 1))
        if not source.log_order:
            self.states = {number: Partition(number) for number in range(partitions)}

    def outputs(self) -> Iterator[Emitted]:
        """Folds everything; one pass only."""
        held: list[Emitted] = []
        for piece in self._source.pieces():
            found = self.take(piece)
            if self._source.log_order:
                yield from found
                continue
            held.extend(found)
            if isinstance(piece, Passing):
                yield from sorted(held, key=_moment)
                held.clear()
        yield from sorted(held, key=_moment)

    def covers(self, output: Emitted) -> bool:
        """Whether the record at which the output came out is among those folded."""
        if output.customer_id is None and isinstance(output, Signal | Alert | AlertChange):
            # A trend's: judged of everything before it, so only a whole log can give it.
            return all(first == 0 for first, _ in self._spans.values())
        first, last = self.span(output.partition)
        return first <= output.offset <= last

    def fingerprint(self) -> str:
        """A digest over the states of all partitions; equal logs and rules give equal digests."""
        return digest_of({number: states.fingerprint() for number, states in self.states.items()})

    def span(self, partition: int) -> tuple[int, int]:
        """First and last offset folded of the partition; 0, -1 where there was nothing."""
        return self._spans.get(partition, (0, -1))

    def take(self, piece: Piece) -> Sequence[Emitted]:
        """Folds one piece of the source; `touched` then has whom it changed, partition and customer."""
        self.touched.clear()
        match piece:
            case Chunk(partition, records):
                return self._fold(partition, records)
            case Passing(to, inclusive):
                return self._pass(to, inclusive)
            case Round():
                return self._tell_everybody()
            case Rejected():
                self.counts["records"] += 1
                self.counts["rejected"] += 1
                return (piece,)

    def _fold(self, partition: int, records: Sequence[Record]) -> Sequence[Emitted]:
        self._note(partition, records)
        kept = self.folded(partition, records)
        self.counts["left_out"] += len(records) - len(kept)
        states = self.states.setdefault(partition, Partition(partition))
        return self._done(partition, self.process(kept, states))

    def folded(self, partition: int, records: Sequence[Record]) -> Sequence[Record]:
        """The records as this run folds them: without the log's own rules, behind what was handed over."""
        if self._own_rules or self._trends == "looped":
            records = [record for record in records if not self._left_out(record)]
        by = self._shifted[partition]
        return [record._replace(offset=record.offset + by) for record in records] if by else records

    def process(self, records: Sequence[Record], states: Partition) -> Outcome:
        """As the engine, which learns the versions of knowledge that the records activate."""
        while True:
            try:
                return self.engine.process(records, states)
            except UnknownKnowledge as unknown:
                self.engine.learn(self._fetch(unknown.version))

    def _pass(self, to: int, inclusive: bool) -> Sequence[Emitted]:
        found: list[Emitted] = []
        for partition, states in sorted(self.states.items()):
            found += self._done(partition, self.engine.advance(to, states, inclusive=inclusive))
        found += self._hand_over()
        judged = self._boards.take(found)
        found += judged.outputs
        self._told += judged.told
        found += self._tell_everybody()
        # As without a clock before: how often totals are sent depends on when time passes.
        return [output for output in found if not isinstance(output, Measure)]

    def _tell_everybody(self) -> Sequence[Emitted]:
        """Folds what trends have found and nobody has heard yet."""
        found: list[Emitted] = []
        told, self._told = self._told, []
        for said in told:
            self._said += 1
            for number, states in sorted(self.states.items()):
                self._shifted[number] += 1
                record = Record(states.world.position + 1, EVERYONE, Place(_TRENDS, self._said, number), said)
                found += self._done(number, self.process([record], states))
        return found

    def _left_out(self, record: Record) -> bool:
        body = record.body
        if not isinstance(body, Touchpoint):
            return False
        return (self._own_rules and body.type == ACTIVATED) or (self._trends == "looped" and of_trends(body))

    def _known(self, version: str) -> Knowledge:
        if version and version not in self.engine.versions:
            self.engine.learn(self._fetch(version))
        return self.engine.knowledge(version)

    def _hand_over(self) -> Sequence[Emitted]:
        """Without a log what one partition hands to another is folded here; a log has it already."""
        found: list[Emitted] = []
        while self._handed:
            each, *self._handed = self._handed
            partition = partition_for(each.key.encode(), self._source.partitions)
            states = self.states.setdefault(partition, Partition(partition))
            self._shifted[partition] += 1
            record = Record(states.world.position + 1, each.key, each.source, each.body)
            found += self._done(partition, self.engine.process([record], states))
        return found

    def _done(self, partition: int, outcome: Outcome) -> Sequence[Emitted]:
        self.counts.update(outcome.counts)
        self.touched += ((partition, key[1:].decode()) for key, _ in outcome.changes if key[:1] == CUSTOMER)
        if not self._source.log_order:
            self._handed += outcome.handed
            return outcome.outputs
        if self._trends == "apart":
            return outcome.outputs
        judged = self._boards.take(outcome.outputs)
        if self._trends == "looped":
            self._told += judged.told
        return [*outcome.outputs, *judged.outputs]

    def _note(self, partition: int, records: Sequence[Record]) -> None:
        if not records:
            return
        self._gaps(partition, records)
        self.counts["records"] += len(records)
        self._tell(self.counts["records"])
        first, _ = self._spans.get(partition, (records[0].offset, 0))
        self._spans[partition] = (first, records[-1].offset)
        times = [record.body.occurred_at for record in records if isinstance(record.body, Touchpoint)]
        if times:
            self.first = min(times) if self.first is None else min(self.first, *times)
            self.last = max(times) if self.last is None else max(self.last, *times)

    def _gaps(self, partition: int, records: Sequence[Record]) -> None:
        """Notes what a log lacks before or among the records."""
        _, last = self._spans.get(partition, (0, -1))
        if not self._source.log_order or records[-1].offset - last == len(records):
            return
        for record in records:
            if record.offset > last + 1:
                self.counts["missing"] += record.offset - last - 1
                until = record.body.occurred_at if isinstance(record.body, Touchpoint) else None
                gap = Missing(partition, last + 1, record.offset - 1, until)
                if len(self.missing) < GAPS:
                    self.missing.append(gap)
                if last >= 0:
                    self.holes.setdefault(partition, gap)
            last = record.offset


def digest_of(partitions: Mapping[int, str]) -> str:
    """Of the digests of all partitions."""
    digest = blake2b(digest_size=16)
    for number, fingerprint in sorted(partitions.items()):
        digest.update(f"{number}:{fingerprint};".encode())
    return digest.hexdigest()


def _moment(output: Emitted) -> tuple[int, int]:
    return output.at, output.partition


_TRENDS: Final = -1
"""Where what trends say comes from, without a log."""
