"""Which of the 29 relationships a customer has with us: what is counted of what they and we say and do (D1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from schemas.records import Touchpoint
from streams.customers.customer import Customer, Reason
from streams.customers.moment import DAY_MS, Moment
from streams.knowledge.conditions import Holds, holding
from streams.knowledge.evidence import CompanyDeed, Deed
from streams.knowledge.model import Knowledge
from streams.relationships import habits, watching
from streams.relationships.counts import ONE
from streams.relationships.features import Numbers
from streams.relationships.habits import EVERY, MARK, VOICES, Amounts
from streams.relationships.parting import Parting
from streams.relationships.reading import Reading
from streams.relationships.turning import Turning, declared_type, softmax
from streams.relationships.voice import WHOLE, Ear, readable
from streams.relationships.words import Lexicon, Term
from streams.texts.quoting import own_words
from streams.texts.trie import Found

TIMER: Final = "relationships"
"""Falls due where nothing is heard of a customer: silence is evidence, too."""
REVIEW_MS: Final = 30 * DAY_MS
SILENT_MS: Final = 200 * DAY_MS
"""After so long a silence nothing more is looked at until something happens."""
REASONS: Final = 5
"""Pieces of evidence remembered to explain a shift; of a kind the latest."""
TELLING: Final = 150
"""Thousandths of a nat from which on a piece of evidence is remembered."""
FADED: Final = 0.05
"""A type that is less likely at a look of its own has no occasions any more: what spoke for it is forgotten."""
CONSENTED: Final = frozenset({"web", "app"})
"""Channels that say nothing about a relationship without a yes to `profiling` (signals.md, Rulings: Who)."""
NOTHING: Final[Mapping[str, int]] = {}


class Relationships:
    """Evidence, posterior and declared type of a customer, by one version of knowledge.

    Words and deeds are counted (64ths, forward decay), weighted by how far the channel and the identity can be
    trusted; a cue counts once a session, a deed once an order. What was counted is read as numbers, whose weights
    add up to each type's score. What somebody who has done nothing yet says is an occasion only where it is said of us.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._size = len(knowledge.types)
        self._lexicon = Lexicon(knowledge)
        self._ear = Ear(knowledge.voice, self._size)
        self._reading = Reading(knowledge)
        self._parting = Parting(knowledge)
        self._turning = Turning(knowledge, self._reading, self._parting)
        self._deeds: dict[str, list[tuple[Holds, Deed]]] = {}
        for deed in knowledge.deeds:
            for kind in deed.types:
                self._deeds.setdefault(kind, []).append((holding(deed.when), deed))
        self._company: dict[str, CompanyDeed] = {d.name: d for d in knowledge.company_deeds}
        self._damaged = sum(1 << n for n, each in enumerate(knowledge.types) if each.state == "damaged")
        self._asking = sum(1 << knowledge.type_index[name] for name in knowledge.shifts.asking)

    def observe(self, moment: Moment, touchpoint: Touchpoint, launched: Mapping[str, int] = NOTHING) -> None:
        """Weighs what a customer's own touchpoint says, and emits a shift where it decides."""
        customer, at = moment.customer, moment.at
        if touchpoint.type == "complaint.opened":
            until = at + round(self._knowledge.shifts.adjustment_days * DAY_MS)
            customer.adjusting_until = max(customer.adjusting_until, until)
        if touchpoint.channel in CONSENTED and not customer.granted("profiling"):
            return
        own, state = touchpoint.initiator == "customer", customer.habits
        counted: Amounts = []
        if own:
            local = at + (customer.offset_minutes or 0) * 60_000
            news = watching.theirs(state, touchpoint, at, local, launched, counted)
        else:
            watching.ours(state, touchpoint, at, counted)
            news = self._hurt(moment, touchpoint, counted)
        deeds = self._deeds.get(touchpoint.type)
        transformed, heard = False, None
        if deeds or (own and touchpoint.text):
            found, transformed, heard = self._count(moment, touchpoint, deeds or (), own, counted)
            news = news or found
        if counted:
            state.count(at, counted)
        if news:
            types = self._reading.spoken(counted, worded=own and bool(touchpoint.text))
            state.speak(watching.occasion_of(state, touchpoint, at), types if heard is None else types & heard)
            hurts = self._parting.hurts(counted)
            self._turning.decide(moment, self.numbers(customer, at), transformed, heard == EVERY, hurts)
        if not state.review:
            self._await(moment)

    def review(self, moment: Moment) -> None:
        """Looks again at a customer of whom nothing was heard."""
        state = moment.customer.habits
        state.review = 0
        numbers = self.numbers(moment.customer, moment.at)
        shares = softmax(self._reading.scores(numbers))
        state.forget(sum(1 << index for index, share in enumerate(shares) if share < FADED))
        quiet = self._reading.quiet(numbers)
        # Who has done nothing yet cannot have gone quiet.
        state.speak(
            moment.at & MARK, quiet if self._turning.has_done(moment.customer) else quiet & self._turning.distant
        )
        self._turning.decide(moment, numbers, False)
        if moment.at - state.last < SILENT_MS:
            self._await(moment)

    @staticmethod
    def _await(moment: Moment) -> None:
        moment.customer.habits.review = moment.at + REVIEW_MS
        moment.arm(TIMER, "", moment.at + REVIEW_MS)

    def unread(self, touchpoint: Touchpoint) -> bool:
        """Whether a customer's words are in a language that we do not read."""
        return bool(touchpoint.text) and not readable(touchpoint.text or "", touchpoint.language)

    def concerns(self, touchpoint: Touchpoint, facts: dict[str, object]) -> list[str]:
        """Names of what a company-wide touchpoint says about customers' relationships."""
        return [
            deed.name for deed in self._company.values()
            if touchpoint.type in deed.types and holding(deed.when)(touchpoint, facts)
        ]  # fmt: skip

    def company(self, moment: Moment, deeds: Sequence[str]) -> None:
        """Weighs what the company has done, for a customer who is close to it."""
        declared = self.declared(moment.customer)
        found = [d for d in (self._company[name] for name in deeds if name in self._company) if declared in d.close]
        for deed in found:
            self._remember(moment, deed.slot, f"company_deed.{deed.name}", ONE)
        if found:
            counted, state = [(deed.slot, ONE) for deed in found], moment.customer.habits
            state.count(moment.at, counted)
            state.speak(moment.at & MARK, self._reading.spoken(counted, worded=False))
            turns = any(deed.transformational for deed in found)
            self._turning.decide(moment, self.numbers(moment.customer, moment.at), turns)

    def declared(self, customer: Customer) -> str:
        """The id of the declared type."""
        return declared_type(self._knowledge, customer)

    def posterior(self, customer: Customer, at: int) -> list[float]:
        """Probabilities of the types as they stand at `at` (ms)."""
        return softmax(self._reading.scores(self.numbers(customer, at)))

    def numbers(self, customer: Customer, at: int) -> Numbers:
        """What the types are read from."""
        return self._reading.numbers(customer, max(at, customer.latest))

    def _count(
        self, moment: Moment, touchpoint: Touchpoint, deeds: Sequence[tuple[Holds, Deed]], own: bool, counted: Amounts
    ) -> tuple[bool, bool, int | None]:  # fmt: skip
        """Adds deeds and words to `counted`; whether any was new in its session, whether one transforms, and the types,
        as bits, for which the words may be an occasion, None without words."""
        properties = moment.properties
        done = [deed for holds, deed in deeds if holds(touchpoint, properties)]
        words = own_words(touchpoint.text) if own and touchpoint.text else ""
        if not done and not words:
            return False, False, None
        state = moment.customer.habits
        amount = round(ONE * self._trust(moment, touchpoint))
        session, transformed, news, since = watching.session_of(touchpoint), False, False, len(counted)
        heard: int | None = None
        for deed in done:
            transformed = transformed or deed.transformational
            if not session or state.new_in(session, deed.slot):
                counted.append((deed.slot, amount))
                self._remember(moment, deed.slot, f"deed.{deed.name}", amount)
                news = news or self._reading.speaks(deed.slot)[1] >= TELLING
        if words:
            if self.unread(touchpoint):
                counted.append((habits.FOREIGN, ONE))
            elif not self._lexicon.bought(words):
                terms, text = self._lexicon.read(words)
                for term in terms:
                    if term.transformational:
                        # Who only says so was never seen to be loyal: that is one occasion.
                        transformed = (
                            transformed or term.slot is not None or self._turning.has_done(moment.customer, counted)
                        )
                        self._turn(moment, term, session, amount, counted)
                news = self._hear(moment, text, terms, amount, session, counted) or news
                cues = any(term.milli for term in terms)
                if not cues and self._lexicon.merely_asks(words):
                    heard = self._asking | self._stated(words)
                elif cues or self._turning.has_done(moment.customer, counted) or self._lexicon.of_us(words):
                    heard = EVERY
                else:
                    heard = self._sounds(words, text)
        self._parting.fall(moment, counted, since)
        return news, transformed, heard

    def _sounds(self, words: str, text: str) -> int:
        """The types, as bits, for which words without a cue, of a stranger and to nobody, are an occasion: distant
        ones, and those that half of the text at least sounds like, unless it tells of somebody else."""
        if self._lexicon.of_others(words):
            return self._turning.distant
        shares = self._ear.listen(self._ear.pieces(text), ())
        sore = sum(share for index, share in shares if self._damaged >> index & 1)
        found = sum(1 << index for index, share in shares if 2 * share >= WHOLE)
        return found | self._turning.distant | (self._damaged if 2 * sore >= WHOLE else 0)

    def _stated(self, words: str) -> int:
        """The types, as bits, that what is told beside a question plainly sounds like; what is asked is no evidence."""
        told = self._lexicon.told(words)
        shares = self._ear.listen(self._ear.pieces(told), ()) if told != words else ()
        return sum(1 << index for index, share in shares if 4 * share >= 3 * WHOLE) & ~self._damaged

    def _hurt(self, moment: Moment, touchpoint: Touchpoint, counted: Amounts) -> bool:
        """A rule of the declared relationship that we broke counts as much as it hurts: fast down, never up."""
        found = self._parting.violations(moment.customer.declared, touchpoint, moment.properties, moment.waits)
        slot = self._knowledge.hurt.slot
        for rule, amount in found:
            counted.append((slot, amount))
            self._remember(moment, slot, f"rule.{rule.id}", amount)
        return bool(found)

    def _turn(self, moment: Moment, term: Term, session: int, amount: int, counted: Amounts) -> None:
        """What is said in one breath with loyalty, or is a deed, and turns it: it counts by itself, whatever else was
        said."""
        slot = habits.BROKEN if term.slot is None else term.slot
        if not session or moment.customer.habits.new_in(session, slot):
            counted.append((slot, amount))
            self._remember(moment, slot, f"{term.key}: {term.words}", amount)

    def _hear(
        self, moment: Moment, text: str, terms: Sequence[Term], amount: int, session: int, counted: Amounts
    ) -> bool:  # fmt: skip
        state, news = moment.customer.habits, False
        pieces = self._ear.pieces(text)
        for index, share in self._parting.heard(terms, self._ear.listen(pieces, terms)):
            slot = VOICES + index
            if not session or state.new_in(session, slot):
                said = amount * share // WHOLE
                counted.append((slot, said))
                news = True
                if share * 4 >= WHOLE:
                    self._remember(moment, slot, self._said(pieces, text, terms, index), said)
        return news

    def _said(self, pieces: Found, text: str, terms: Sequence[Term], index: int) -> str:
        """The cue that speaks most for the type, else what of the text does."""
        best, most = None, 0
        for term in terms:
            for type_index, weight in term.milli:
                if type_index == index and weight > most:
                    best, most = term, weight
        if best is not None:
            return f"{best.key}: {best.words}"
        return f"voice.heard: {self._ear.telling(pieces, text, index)}"

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

    def _remember(self, moment: Moment, slot: int, what: str, amount: int) -> None:
        index, milli = self._reading.speaks(slot)
        weight = milli * amount // ONE
        if weight >= TELLING:
            customer = moment.customer
            others = [r for r in customer.reasons if r.slot != slot]
            customer.reasons = (*others, Reason(moment.event_id, what, index, weight, slot))[-REASONS:]
