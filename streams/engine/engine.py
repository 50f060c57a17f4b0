"""The fold: records of a resolved partition in offset order, into states and outputs.

Pure: no Kafka, no clock, no randomness, no I/O. Whatever the chunks, the restarts or
the day, the same log gives the same states and outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from schemas.records import EVERYONE, Emitted, Record, Rejected, Touchpoint, Undecodable
from streams.customers.customer import Customer
from streams.customers.ids import output_id
from streams.engine import wide
from streams.engine.fold import Fold
from streams.engine.history import follow_run
from streams.engine.outcome import Outcome
from streams.engine.partition import Partition
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
        for record in records:
            version = wide.activated(record)
            if version is not None and version not in self._rules:
                raise UnknownKnowledge(version)
        outcome = Outcome()
        fold = Fold(states, self._rules_of(states), outcome)
        for record in records:
            if record.offset <= states.world.position:
                outcome.counts["resent"] += 1
                continue
            self._one(record, states, fold, outcome)
            states.world.position = record.offset
        outcome.changes = states.changes()
        return outcome

    def advance(self, to: int, states: Partition, *, inclusive: bool) -> Outcome:
        """Lets time pass to `to` (ms) as if there had been a tick: for files that carry none.

        Fires what is due before `to`, or also at it, and lets every customer meet the
        pending company-wide records.
        """
        outcome = Outcome()
        fold = Fold(states, self._rules_of(states), outcome)
        wide.sweep_all(fold)
        until = to if inclusive else to - 1
        states.world.time = max(states.world.time or until, until)
        wide.fire_due(fold, until, states.world.position + 1)
        outcome.changes = states.changes()
        return outcome

    def _rules_of(self, states: Partition) -> Rules:
        version = states.world.knowledge
        return self._default if version is None else self._rules[version]

    def _one(self, record: Record, states: Partition, fold: Fold, outcome: Outcome) -> None:
        body = record.body
        if isinstance(body, Undecodable):
            _reject(record, fold, body.reason, body.detail, body.original)
        elif record.key == EVERYONE:
            if body.type in fold.rules.company_wide:
                wide.take(record, body, fold)
                fold.rules = self._rules_of(states)
            else:
                _reject(record, fold, "misrouted", f"{body.type} is about one customer but has the key {EVERYONE!r}")
        elif body.type in fold.rules.company_wide:
            _reject(record, fold, "misrouted", f"{body.type} is company-wide but has a customer's key")
        else:
            self._touchpoint(record, body, states, fold, outcome)

    def _touchpoint(self, record: Record, body: Touchpoint, states: Partition, fold: Fold, outcome: Outcome) -> None:
        if body.history is not None:
            states.world.runs.setdefault(body.history, wide.new_run()).active = states.world.time
        if record.key.startswith("none:"):
            # Nobody is behind it: it is measured and archived, and makes no customer.
            if not states.world.resent(record.source.partition, record.source.offset, record.source.n):
                states.count(body, record.offset)
                outcome.counts["anonymous"] += 1
            return
        live = states.live(record.key)
        if live is None:
            live = states.add(record.key, Customer(wide=states.world.number, first=body.occurred_at))
        customer = live.customer
        if record.offset <= customer.position:
            # The state is ahead of the world after a crash: it has seen this record already.
            return
        customer.position = record.offset
        if _resent(customer, record):
            outcome.counts["resent"] += 1
        elif fold.repeated(customer, body):
            outcome.counts["duplicate"] += 1
        else:
            states.count(body, record.offset)
            fold.meet_pending(record.key, live)
            follow_run(fold, record.key, live, body, record.offset)
            fold.own(record.key, live, body, record.offset)
            outcome.counts["applied"] += 1
        states.touch(record.key, customer)


def _resent(customer: Customer, record: Record) -> bool:
    source = record.source
    if (source.offset, source.n) <= customer.sources.get(source.partition, (-1, -1)):
        return True
    customer.sources[source.partition] = (source.offset, source.n)
    return False


def _reject(record: Record, fold: Fold, reason: str, detail: str, original: bytes = b"") -> None:
    source = record.source
    if fold.states.world.resent(*source):
        fold.outcome.counts["resent"] += 1
        return
    cause = f"{source.partition}|{source.offset}|{source.n}"
    fold.outcome.counts["rejected"] += 1
    fold.outcome.outputs.append(Rejected(
        id=output_id("rejected", "engine", 1, record.key, reason, "", cause), at=fold.states.world.time or 0,
        partition=fold.states.number, offset=record.offset, knowledge=fold.rules.knowledge.version,
        stage="engine", reason=reason, detail=detail, original=original,
    ))  # fmt: skip


def merged(outputs: Iterable[Emitted]) -> list[Emitted]:
    """Outputs without those whose id was there before: what a consumer keeps after a restart sent some again."""
    return list({output.id: output for output in outputs}.values())
