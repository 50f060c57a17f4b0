"""Which of the 29 relationships a customer has with us (D1), and the moment it turns (D2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, log

from schemas.records import Because, Shift, Touchpoint
from streams.customers.customer import Customer, Reason, Support
from streams.customers.ids import fingerprint, output_id
from streams.customers.moment import DAY_MS, Moment
from streams.knowledge.model import HALF_LIVES, CompanyDeed, Deed, Knowledge
from streams.relationships import evidence
from streams.relationships.words import Lexicon, Term, milli

REASONS = 4
"""Terms of evidence remembered to explain a shift."""
SESSIONS = 16
"""Cues remembered as counted in their session."""
ENOUGH = 3
"""Support is counted no further."""
STRANGER = "complete_stranger"
"""What everybody is before anything is declared."""
CONSENTED = frozenset({"web", "app"})
"""Channels that say nothing about a relationship without a yes to `profiling` (signals.md, Rulings: Who)."""


class Relationships:
    """Evidence, posterior and declared type of a customer, by one version of knowledge.

    Words and deeds add log-likelihood ratios (thousandths of a nat, forward decay), weighted
    by how far the channel and the identity can be trusted; a cue counts once a session, a deed once an order. A
    type is declared at `declare` with a margin over the next and enough independent
    touchpoints for it, or one that transforms; the declared one is given up below `leave`.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._size = len(knowledge.types)
        self._lexicon = Lexicon(knowledge)
        self._log_priors = [log(t.prior) for t in knowledge.types]
        days = knowledge.shifts.half_lives_days
        self._half_lives = tuple(round(days[name] * DAY_MS) for name in HALF_LIVES)
        index = knowledge.type_index
        self._terms = {deed.name: _term(deed, index) for deed in knowledge.deeds}
        self._terms |= {deed.name: _term(deed, index) for deed in knowledge.company_deeds}
        self._deeds: dict[str, list[Deed]] = {}
        for deed in knowledge.deeds:
            for kind in deed.types:
                self._deeds.setdefault(kind, []).append(deed)
        self._company: dict[str, CompanyDeed] = {d.name: d for d in knowledge.company_deeds}

    def observe(self, moment: Moment, touchpoint: Touchpoint) -> None:
        """Weighs what a customer's own touchpoint says, and emits a shift where it decides."""
        if touchpoint.type == "complaint.opened":
            until = moment.at + round(self._knowledge.shifts.adjustment_days * DAY_MS)
            moment.customer.adjusting_until = max(moment.customer.adjusting_until, until)
        if touchpoint.channel in CONSENTED and not moment.customer.granted("profiling"):
            return
        deeds = [self._terms[d.name] for d in self._deeds.get(touchpoint.type, ()) if _holds(d, moment, touchpoint)]
        fresh = _fresh(moment.customer, deeds, touchpoint.order_id or touchpoint.session_id)
        if touchpoint.text and touchpoint.initiator == "customer":
            fresh += _fresh(moment.customer, self._lexicon.find(touchpoint.text), touchpoint.session_id)
        if fresh:
            matter = touchpoint.order_id or touchpoint.session_id or touchpoint.event_id
            self._weigh(moment, fresh, self._trust(moment, touchpoint), fingerprint(matter))

    def concerns(self, touchpoint: Touchpoint, facts: dict[str, object]) -> list[str]:
        """Names of what a company-wide touchpoint says about customers' relationships."""
        return [
            deed.name for deed in self._company.values()
            if touchpoint.type in deed.types and all(c.holds(touchpoint, facts) for c in deed.when)
        ]  # fmt: skip

    def company(self, moment: Moment, deeds: Sequence[str]) -> None:
        """Weighs what the company has done, for a customer who is close to it."""
        declared = self.declared(moment.customer)
        known = (self._company[name] for name in deeds if name in self._company)
        found = [self._terms[deed.name] for deed in known if declared in deed.close]
        if found:
            self._weigh(moment, found, 1.0, fingerprint(moment.event_id))

    def declared(self, customer: Customer) -> str:
        """The id of the declared type."""
        return STRANGER if customer.declared < 0 else self._knowledge.types[customer.declared].id

    def posterior(self, customer: Customer, at: int) -> list[float]:
        """Probabilities of the types as they stand at `at` (ms): softmax of log-prior and log-evidence."""
        return _softmax(self._scores(customer, at))

    def _scores(self, customer: Customer, at: int) -> list[float]:
        nats = evidence.read(customer.evidence, self._half_lives, at, self._size)
        return [p + n for p, n in zip(self._log_priors, nats, strict=True)]

    def _trust(self, moment: Moment, touchpoint: Touchpoint) -> float:
        rules = self._knowledge.shifts
        channel = self._knowledge.channels.get(touchpoint.channel)
        kind = moment.customer_id.split(":", 1)[0]
        trust = (channel.reliability if channel else 1.0) * rules.identity.get(kind, rules.identity["customer_id"])
        if touchpoint.channel == "social" and not (touchpoint.customer_id or touchpoint.loyalty_card):
            trust *= rules.social_factor
        if moment.at <= moment.customer.adjusting_until:
            trust *= rules.adjustment_factor
        return trust

    def _weigh(self, moment: Moment, found: Sequence[Term], trust: float, session: int) -> None:
        customer = moment.customer
        for term in found:
            weights = [(index, round(weight * trust)) for index, weight in term.milli]
            half_life = self._half_lives[term.half_life]
            evidence.add(customer.evidence, term.half_life, half_life, moment.at, weights, self._size)
            self._support(customer, weights, term, session)
            best = max(weights, key=lambda w: w[1], default=(-1, 0))
            if best[1] > 0:
                reason = Reason(moment.event_id, f"{term.key}: {term.words}" if term.words else term.key, *best)
                customer.reasons = (*customer.reasons, reason)[-REASONS:]
        self._decide(moment)

    @staticmethod
    def _support(customer: Customer, weights: Iterable[tuple[int, int]], term: Term, session: int) -> None:
        mark = session & 0xFFFFFFFF
        for index, weight in weights:
            if weight <= 0:
                continue
            known = customer.support.get(index, Support(0, 0))
            if term.transformational:
                customer.support[index] = Support(ENOUGH, 0)
            elif known.count < ENOUGH and known.last != mark:
                customer.support[index] = Support(known.count + 1, mark)

    def _decide(self, moment: Moment) -> None:
        customer, rules = moment.customer, self._knowledge.shifts
        declared = customer.declared
        scores = self._scores(customer, max(moment.at, customer.latest))
        first = scores.index(max(scores))
        if first == declared or customer.support.get(first, Support(0, 0)).count < rules.events:
            return
        shares = _softmax(scores)
        second = max((i for i in range(self._size) if i != first), key=shares.__getitem__)
        clear = shares[first] >= rules.declare and shares[first] - shares[second] >= rules.margin
        if not clear or (declared >= 0 and shares[declared] >= rules.leave):
            return
        if self.declared(customer) != self._knowledge.types[first].id:
            self._shift(moment, first, second, shares[first])
        customer.support.pop(declared, None)
        customer.declared, customer.since = first, moment.at

    def _shift(self, moment: Moment, to: int, second: int, share: float) -> None:
        knowledge = self._knowledge
        old, new = self.declared(moment.customer), knowledge.types[to].id
        migration = knowledge.migration(old, new)
        strategy = knowledge.strategy(new)
        moment.out.append(Shift(
            id=output_id("shift", "relationship", 1, moment.customer_id, new, "", moment.cause), at=moment.at,
            partition=moment.partition, offset=moment.offset, knowledge=knowledge.version,
            because=_because(moment, to), customer_id=moment.customer_id, history=moment.history,
            from_=old, to=new, probability=round(share, 4), runner_up=knowledge.types[second].id,
            migration=migration, strategy=strategy.id, advice=_in(strategy.advice[migration], moment.language),
        ))  # fmt: skip


def _softmax(scores: Sequence[float]) -> list[float]:
    top = max(scores)
    shares = [exp(score - top) for score in scores]
    total = sum(shares)
    return [share / total for share in shares]


def _in(text: dict[str, str], language: str) -> str:
    return text[language]


def _term(deed: Deed | CompanyDeed, index: dict[str, int]) -> Term:
    key = f"{'deed' if isinstance(deed, Deed) else 'company_deed'}.{deed.name}"
    return Term(deed.name, key, milli(deed.weights, index), HALF_LIVES.index(deed.half_life), deed.transformational, "")


def _holds(deed: Deed, moment: Moment, touchpoint: Touchpoint) -> bool:
    return all(condition.holds(touchpoint, moment.properties) for condition in deed.when)


def _fresh(customer: Customer, found: list[Term], session: str | None) -> list[Term]:
    """A cue counts once a session, a deed once an order: an invoice of twenty lines is one purchase."""
    return found if session is None else [term for term in found if _first(customer, session, term.name)]


def _first(customer: Customer, session: str, name: str) -> bool:
    mark = fingerprint(f"{session}\x1f{name}") & 0xFFFFFFFF
    if mark in customer.sessions:
        return False
    customer.sessions = (*customer.sessions, mark)[-SESSIONS:]
    return True


def _because(moment: Moment, to: int) -> tuple[Because, ...]:
    about = sorted((r for r in moment.customer.reasons if r.type == to), key=lambda r: (-r.milli, r.event_id))
    found = tuple(Because(event_id=r.event_id, what=r.what, weight=r.milli / 1000) for r in about[:3])
    if any(b.event_id == moment.event_id for b in found):
        return found
    return (*found[:2], Because(event_id=moment.event_id, what="touchpoint"))
