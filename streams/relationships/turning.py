"""The moment a relationship turns (D2): occasions, a margin, hysteresis."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Final

from schemas.records import Because, Shift
from streams.customers.customer import Customer
from streams.customers.ids import output_id
from streams.customers.moment import DAY_MS, Moment
from streams.knowledge.model import Knowledge
from streams.relationships import habits
from streams.relationships.counts import ONE
from streams.relationships.features import Numbers, read_as
from streams.relationships.habits import EVERY, VOICES
from streams.relationships.parting import Parting
from streams.relationships.reading import Reading

STRANGER: Final = "complete_stranger"
"""What everybody is before anything is declared."""


class Turning:
    """When a type is declared, by one version of knowledge.

    At `declare` with a margin over the next, after it, or others of its state, led on `events` independent occasions or
    one that transforms; the declared one is given up below `leave`. Some types need deeds. `distant` are the types of
    mere buyers, as bits.
    """

    def __init__(self, knowledge: Knowledge, reading: Reading, parting: Parting) -> None:
        self._knowledge = knowledge
        self._size = len(knowledge.types)
        self._reading = reading
        self._parting = parting
        # Who answers mail or posts has only spoken.
        self._done = frozenset(deed.slot for deed in knowledge.deeds if not deed.whereabouts)
        self.distant = sum(1 << n for n, each in enumerate(knowledge.types) if each.state == "transactional")
        slots = {name: slot for slot, name in enumerate(habits.INTRINSIC)} | {d.name: d.slot for d in knowledge.deeds}
        needed = knowledge.shifts.corroborated.items()
        self._needed = {knowledge.type_index[name]: frozenset(slots[each] for each in by) for name, by in needed}
        often = knowledge.shifts.often.items()
        self._often = {
            knowledge.type_index[name]: [(slots[each], read_as(times)) for each, times in least.items()]
            for name, least in often
        }

    def has_done(self, customer: Customer, counted: Sequence[tuple[int, int]] = ()) -> bool:
        """Whether a customer has done anything yet but speak, or was nearer than a mere buyer."""
        if customer.declared >= 0 and not self.distant >> customer.declared & 1:
            return True
        return not self._done.isdisjoint(customer.habits.slow.sums) or any(slot in self._done for slot, _ in counted)

    def decide(
        self, moment: Moment, numbers: Numbers, transformed: bool, said: bool = False, hurt: bool = False
    ) -> None:
        """`said` is what somebody plainly says of us. Of who has done nothing yet one more occasion is waited for
        without that, but for distant types. `hurt`: what has just happened sounds hurt, hostile or gone."""
        customer, rules, state = moment.customer, self._knowledge.shifts, moment.customer.habits
        shares = softmax(self._reading.scores(numbers))
        declared = customer.declared
        first, share, rest = self._parting.leading(shares, declared, hurt)
        state.candidate, heard = first, state.heard(first)
        if first == declared or not (transformed or heard >= rules.events):
            return
        plain = transformed or said or heard > rules.events or self.distant >> first & 1
        if not plain and not self.has_done(customer):
            return
        if not self._borne_out(state, numbers, first) or share < rules.declare or share - rest < rules.margin:
            return
        back = first == state.before and moment.at - customer.since <= rules.again_days * DAY_MS
        if declared >= 0 and shares[declared] >= (rules.leave_again if back else rules.leave):
            return
        if declared_type(self._knowledge, customer) != self._knowledge.types[first].id:
            second = max((i for i in range(self._size) if i != first), key=shares.__getitem__)
            self._shift(moment, first, second, shares[first])
        state.before = declared
        state.forget(EVERY)
        customer.declared, customer.since = first, moment.at

    def _borne_out(self, state: habits.Habits, numbers: Numbers, index: int) -> bool:
        """Whether there is what a type needs besides words: one of its deeds; or, where nothing was said that sounds
        like it, that what it does was done often."""
        sums = state.slow.sums
        if index in self._needed and self._needed[index].isdisjoint(sums):
            return False
        told = 2 * sums.get(VOICES + index, 0) >= ONE
        return told or all(numbers[slot] >= least for slot, least in self._often.get(index, ()))

    def _shift(self, moment: Moment, to: int, second: int, share: float) -> None:
        knowledge = self._knowledge
        old, new = declared_type(self._knowledge, moment.customer), knowledge.types[to].id
        migration = knowledge.migration(old, new)
        strategy = knowledge.strategy(new)
        moment.out.append(Shift(
            id=output_id("shift", "relationship", 1, moment.customer_id, new, "", moment.cause), at=moment.at,
            partition=moment.partition, offset=moment.offset, knowledge=knowledge.version,
            because=self._because(moment, to), customer_id=moment.customer_id, history=moment.history,
            from_=old, to=new, probability=round(share, 4), runner_up=knowledge.types[second].id,
            migration=migration, strategy=strategy.id, advice=_in(strategy.advice[migration], moment.language),
        ))  # fmt: skip

    def _because(self, moment: Moment, to: int) -> tuple[Because, ...]:
        """The three weightiest pieces of evidence that speak for the type; the touchpoint itself where none does."""
        about = [(self._reading.one(r.slot, to) / 1000, r) for r in moment.customer.reasons]
        about = sorted(((w, r) for w, r in about if w > 0), key=lambda each: (-each[0], each[1].event_id))
        found = tuple(Because(event_id=r.event_id, what=r.what, weight=round(w, 3)) for w, r in about[:3])
        if any(b.event_id == moment.event_id for b in found):
            return found
        return (*found[:2], Because(event_id=moment.event_id, what="touchpoint"))


def declared_type(knowledge: Knowledge, customer: Customer) -> str:
    """The id of the declared type."""
    return STRANGER if customer.declared < 0 else knowledge.types[customer.declared].id


def softmax(scores: Sequence[float]) -> list[float]:
    """Probabilities of log scores."""
    top = max(scores)
    shares = [exp(score - top) for score in scores]
    total = sum(shares)
    return [share / total for share in shares]


def _in(text: dict[str, str], language: str) -> str:
    return text[language]
