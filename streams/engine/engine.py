"""The fold: records of a resolved partition in offset order, into states and outputs.

Pure: no Kafka, no clock, no randomness, no I/O. Whatever the chunks, the restarts or
the day, the same log gives the same states and outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from schemas.codec import encode_touchpoint
from schemas.hints import ERASED
from schemas.letters import fields_of, whose
from schemas.records import EVERYONE, Because, Emitted, Record, Rejected, Source, Touchpoint, Undecodable
from streams.customers.customer import Customer
from streams.customers.ids import output_id
from streams.engine import linking, wide
from streams.engine.fold import Fold
from streams.engine.history import follow_run
from streams.engine.outcome import Outcome, Repeated
from streams.engine.partition import Partition
from streams.engine.past import UNIDENTIFIED, is_donor
from streams.engine.rules import Rules
from streams.knowledge.model import Knowledge


class UnknownKnowledge(Exception):
    """The log activates a version of knowledge that this engine has not learnt."""

    def __init__(self, version: str) -> None:
        super().__init__(f"knowledge version {version} is activated in the log but not known here")
        self.version = version


class Engine:
    """Folds chunks. Keeps no state of customers itself; knows versions of knowledge.

    `knowledge` holds where a partition's log has activated none yet.
    """

    def __init__(self, knowledge: Knowledge, others: Iterable[Knowledge] = ()) -> None:
        self._default = Rules(knowledge)
        self._rules: dict[str, Rules] = {knowledge.version: self._default}
        for other in others:
            self.learn(other)

    def learn(self, knowledge: Knowledge) -> None:
        """Makes a version of knowledge known, so that the log may activate it."""
        self._rules.setdefault(knowledge.version, Rules(knowledge))

    def knowledge(self, version: str) -> Knowledge:
        """One of the versions known; that which holds before any is activated, where it has no name."""
        return (self._rules[version] if version else self._default).knowledge

    @property
    def versions(self) -> Mapping[str, Rules]:
        """The versions known."""
        return self._rules

    def version_of(self, states: Partition) -> str:
        """The version of knowledge by which the partition goes now."""
        return self._rules_of(states).knowledge.version

    def process(self, records: Sequence[Record], states: Partition) -> Outcome:
        """Folds a chunk of any size; records at or below the position of the states are skipped.

        Raises UnknownKnowledge before anything is touched.
        """
        outcome = self.fold(records, states)
        outcome.changes = states.changes()
        return outcome

    def fold(self, records: Sequence[Record], states: Partition) -> Outcome:
        """The same without the changelog: `states.changes()` has those of all chunks since it was last called."""
        for record in records:
            version = wide.activated(record) if record.key == EVERYONE else None
            if version is not None and version not in self._rules:
                raise UnknownKnowledge(version)
        outcome = Outcome()
        world = states.world
        fold = Fold(states, self._rules_of(states), outcome)
        for record in records:
            offset, key, _, body = record
            if offset <= world.position:
                outcome.counts["resent"] += 1
                continue
            fold.offset = offset
            if key == EVERYONE or type(body) is not Touchpoint or body.type in fold.rules.apart:
                self._exceptional(record, states, fold)
            else:
                self._touchpoint(record, body, states, fold, outcome)
            world.position = offset
        return outcome

    def advance(self, to: int, states: Partition, *, inclusive: bool) -> Outcome:
        """Lets time pass to `to` (ms) as if there had been a tick: for files that carry none.

        Fires what is due before `to`, or also at it, and lets every customer meet the
        pending company-wide records.
        """
        outcome = Outcome()
        until = to if inclusive else to - 1
        if states.rests_until(until):
            states.world.time = max(states.world.time or until, until)
            return outcome
        fold = Fold(states, self._rules_of(states), outcome)
        fold.offset = states.world.position + 1
        wide.sweep_all(fold)
        states.world.time = max(states.world.time or until, until)
        wide.fire_due(fold, until, states.world.position + 1)
        version = fold.rules.knowledge.version
        outcome.outputs.extend(states.close(states.world.time, states.world.position + 1, version))
        outcome.changes = states.changes()
        return outcome

    def _rules_of(self, states: Partition) -> Rules:
        version = states.world.knowledge
        return self._default if version is None else self._rules[version]

    def _exceptional(self, record: Record, states: Partition, fold: Fold) -> None:
        """Whatever is no touchpoint of one customer, and the end of one."""
        body = record.body
        if isinstance(body, Undecodable):
            _reject(record, fold, body.reason, body.detail)
        elif body.type == ERASED and record.key != EVERYONE:
            states.erase(record.key)
            fold.outcome.erased[record.key] = None
            fold.outcome.counts["erased"] += 1
        elif record.key == EVERYONE:
            if body.type in fold.rules.company_wide:
                wide.take(record, body, fold)
                fold.rules = self._rules_of(states)
            else:
                _reject(record, fold, "misrouted", f"{body.type} is about one customer but has the key {EVERYONE!r}")
        else:
            _reject(record, fold, "misrouted", f"{body.type} is company-wide but has a customer's key")

    def _touchpoint(self, record: Record, body: Touchpoint, states: Partition, fold: Fold, outcome: Outcome) -> None:
        offset, key, source, _ = record
        world = states.world
        if body.history is not None:
            world.runs.setdefault(body.history, wide.new_run()).active = world.time
        if key.startswith("none:"):
            # Nobody is behind it: it is measured and archived, and makes no customer.
            if not world.resent(*source):
                states.count(body, offset)
                fold.nobody(key, body, offset)
                outcome.counts["anonymous"] += 1
            return
        live = states.hot.get(key) or states.live(key)
        if live is None:
            outcome.erased.pop(key, None)
            live = states.add(key, Customer(wide=world.number, first=body.occurred_at))
        customer = live.customer
        if offset <= customer.position:
            # The state is ahead of the world after a crash: it has seen this record already.
            return
        customer.position = offset
        if _resent(customer.sources, source):
            outcome.counts["resent"] += 1
        elif (source.partition < 0 or body.type in linking.SPECIAL) and linking.take(fold, record, body, live):
            outcome.counts["links"] += 1
        elif fold.repeated(customer, body):
            _repeat(outcome, key, customer, body, offset)
        else:
            states.count(body, offset)
            if world.pending:
                fold.meet_pending(key, live)
            if body.history is not None or customer.run is not None:
                follow_run(fold, key, live, body, offset)
            fold.own(key, live, body, offset)
            if key.startswith(UNIDENTIFIED):
                linking.keep(fold, key, live, body, offset)
            outcome.counts["applied"] += 1
        states.touch(key, live.customer)


def _repeat(outcome: Outcome, key: str, customer: Customer, body: Touchpoint, offset: int) -> None:
    outcome.counts["duplicate"] += 1
    # In the archive what was handed over gives way to what came by itself, though it may be what was counted.
    if not any(map(is_donor, customer.sources)):
        outcome.repeated.append(Repeated(key, body.event_id, body.occurred_at, offset))


def _resent(sources: dict[int, tuple[int, int]], source: Source) -> bool:
    partition, offset, n = source
    last = sources.get(partition)
    if last is not None and (offset, n) <= last:
        return True
    sources[partition] = (offset, n)
    return False


def _reject(record: Record, fold: Fold, reason: str, detail: str) -> None:
    source, body = record.source, record.body
    if fold.states.world.resent(*source):
        fold.outcome.counts["resent"] += 1
        return
    cause = f"{source.partition}|{source.offset}|{source.n}"
    original = encode_touchpoint(body) if isinstance(body, Touchpoint) else body.original
    event_id = body.event_id if isinstance(body, Touchpoint) else fields_of(original).get("event_id")
    fold.outcome.counts["rejected"] += 1
    fold.outcome.outputs.append(Rejected(
        id=output_id("rejected", "engine", 1, record.key, reason, "", cause), at=fold.states.world.time or 0,
        partition=fold.states.number, offset=record.offset, knowledge=fold.rules.knowledge.version,
        customer_id=whose(record.key.encode()), because=(Because(event_id, reason),) if event_id else (),
        stage="engine", reason=reason, detail=detail, original=original,
    ))  # fmt: skip


def merged(outputs: Iterable[Emitted]) -> list[Emitted]:
    """Outputs without those whose id was there before: what a consumer keeps after a restart sent some again."""
    return list({output.id: output for output in outputs}.values())
