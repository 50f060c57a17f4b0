"""What happens to one customer: own records, timers, company-wide records, the end of an import."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec

from schemas.records import Rejected, Shift, Signal, Touchpoint
from streams.alerts import cases, life
from streams.alerts.acts import tell
from streams.alerts.changing import TIMER
from streams.alerts.customer_card import card_if_changed
from streams.customers.customer import Customer, Timer
from streams.customers.ids import remembered, timer_cause
from streams.customers.moment import Moment
from streams.customers.refusing import refused
from streams.engine.facts import learn, remember
from streams.engine.outcome import Outcome
from streams.engine.partition import Live, Partition
from streams.engine.rules import Rules, key_of
from streams.engine.world import Wide
from streams.relationships import relationships
from streams.signals.detector import Detector, Meeting, News

FAULTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NameError, RuntimeError, TypeError, ValueError,
    msgspec.MsgspecError,
)  # fmt: skip
"""What a mistake in a detector raises. It must not stop the others: it becomes a dead letter that names the detector.
Whatever else happens (memory, system) is no matter of one record and stops the worker."""


class Fold:
    """Applies what happens to customers of one partition; lives for one chunk."""

    __slots__ = ("_news", "muted", "offset", "outcome", "rules", "states")

    def __init__(self, states: Partition, rules: Rules, outcome: Outcome) -> None:
        self.states = states
        self.rules = rules
        self.outcome = outcome
        self._news: dict[int, News] = {}  # a company-wide record is read once, however many meet it
        self.offset = -1
        """Of the record in hand: what a company-wide record brings about later is counted then."""
        self.muted = False
        """While somebody's past is folded again: what it brings about was said when it happened."""

    @staticmethod
    def repeated(customer: Customer, body: Touchpoint) -> bool:
        """Whether the producer has sent this `event_id` among the customer's last 32; remembers it otherwise."""
        ring = remembered(customer.ring, body.event_id)
        if ring is not None:
            customer.ring = ring
        return ring is None

    def own(self, key: str, live: Live, body: Touchpoint, offset: int) -> None:
        """The customer's own record: first what fell due before it, then the record, at its own time."""
        customer, at, world = live.customer, body.occurred_at, self.states.world
        if customer.timers:
            now = 0 if customer.run is not None else world.time or 0
            until = max(at, customer.latest, now) - 1
            if customer.timers[0].due <= until:
                self.fire(key, live, until, offset)
        if at < customer.latest:
            self.outcome.counts["late"] += 1
        else:
            customer.latest = at
        customer.touchpoints += 1
        cause = body.event_id
        moment = Moment(
            self.rules.knowledge, customer, key, at, cause, cause, body, body.history, (self.states.number, offset), [],
            world.crowd, world.incidents, world.out,
        )  # fmt: skip
        learn(moment, body)
        self._observe(moment, live, body)
        remember(moment, body)
        self.conclude(moment)

    def own_again(self, key: str, live: Live, body: Touchpoint, offset: int) -> None:
        """A touchpoint that was folded for another key before: its marks without its outputs.

        What falls due by now because of it has fired there. Open cases are set aside, for closing one tells staff.
        """
        customer = live.customer
        now = 0 if customer.run is not None else self.states.world.time or 0
        self.fire(key, live, max(body.occurred_at, customer.latest, now) - 1, offset)
        open_cases, customer.cases = customer.cases, ()
        self.muted = True
        self.own(key, live, body, offset)
        self.fire(key, live, max(now, customer.latest - 1), offset)
        self.muted = False
        customer.cases = open_cases
        if open_cases:
            cases.wind_up(
                self.moment(key, customer, max(now, customer.latest), body.event_id, body.event_id, None, None, offset)
            )

    def fire(self, key: str, live: Live, until: int, offset: int) -> None:
        """Fires the customer's timers due at or before `until`, in order of time; what they arm fires, too."""
        customer = live.customer
        while customer.timers:
            timer = customer.timers[0]
            if timer.due > until:
                return
            customer.timers = customer.timers[1:]
            self.outcome.counts["timers"] += 1
            cause = timer_cause(timer.name, timer.key, timer.cause, timer.due)
            moment = self.moment(key, customer, timer.due, cause, timer.cause, None, customer.run, offset)
            if timer.name == TIMER:
                life.due(moment, timer.key)
            elif timer.name == relationships.TIMER:
                self.rules.relationships.review(moment)
            elif timer.name in self.rules.detectors:
                self._due(moment, live, self.rules.detectors[timer.name], timer)
            self.conclude(moment)

    def meet_pending(self, key: str, live: Live) -> None:
        """Applies the company-wide records that this customer has not met yet."""
        for wide in self.states.world.pending:
            if wide.number > live.customer.wide:
                live.customer.wide = wide.number
                if live.customer.run is None:
                    # Of two met together, what the first has set going comes before the second.
                    self.fire(key, live, wide.at - 1, wide.offset)
                self._meet(key, live, wide)
                self.states.touch(key, live.customer)

    def _meet(self, key: str, live: Live, wide: Wide) -> None:
        customer = live.customer
        if wide.kind == "history.settled":
            if customer.run == wide.facts["run"]:
                self.settle(key, live, wide.until if wide.until is not None else customer.latest, wide.offset)
            return
        moment = self.moment(key, customer, wide.at, wide.event_id, wide.event_id, None, customer.run, wide.offset)
        # Detectors first: what the relationship was before the company did it is seen only then.
        for detector in self.rules.meeting.get(wide.kind, ()):
            self._meets(moment, live, detector, wide)
        if wide.facts["deeds"]:
            self.rules.relationships.company(moment, wide.facts["deeds"].split(","))
        self.conclude(moment)

    def settle(self, key: str, live: Live, until: int, offset: int) -> None:
        """Ends the history of a customer: what fell due until now fires, flagged; then they are live."""
        customer = live.customer
        run = customer.run
        self.fire(key, live, until, offset)
        moment = self.moment(key, customer, until, f"settle|{run}", f"{run}:settled", None, run, offset)
        cases.settle(moment)
        customer.run = None
        self.conclude(moment)

    def moment(
        self, key: str, customer: Customer, at: int, cause: str, event_id: str,
        body: Touchpoint | None, history: str | None, offset: int,
    ) -> Moment:  # fmt: skip
        """One moment of the customer; `conclude` ends it."""
        place = (self.states.number, offset)
        world = self.states.world
        return Moment(
            self.rules.knowledge, customer, key, at, cause, event_id, body, history, place, [],
            world.crowd, world.incidents, world.out,
        )  # fmt: skip

    def _observe(self, moment: Moment, live: Live, body: Touchpoint) -> None:
        if body.text and self.rules.relationships.unread(body):
            self.outcome.counts["unread_language"] += 1
        try:
            self.rules.relationships.observe(moment, body, self.states.world.latest)
        except FAULTS as fault:
            self._failed(moment, "relationships", fault)
        states = live.states
        for key, detector in self.rules.by_type.get(body.type, ()):
            before = states.get(key)
            try:
                if before is None:
                    before = _state(live, detector, key)
                state = detector.observe(before, moment)
            except FAULTS as fault:
                self._failed(moment, detector.name, fault)
            else:
                if state is not before:
                    states[key] = state
                    live.changed.add(key)
        if body.type in life.ACTIONS:
            before_it = len(moment.out)
            life.act(moment)
            if not self.muted:
                self.outcome.counts["rejected"] += sum(type(each) is Rejected for each in moment.out[before_it:])

    def _due(self, moment: Moment, live: Live, detector: Detector[Any], timer: Timer) -> None:
        key = key_of(detector)
        try:
            state = detector.due(_state(live, detector, key), timer, moment)
        except FAULTS as fault:
            self._failed(moment, detector.name, fault)
        else:
            _keep(live, key, state)

    def _meets(self, moment: Moment, live: Live, detector: Meeting[Any], wide: Wide) -> None:
        news = self._news.get(wide.number)
        if news is None:
            news = self._news[wide.number] = news_of(wide.kind, wide.at, wide.facts)
        key = key_of(detector)
        try:
            state = detector.meet(_state(live, detector, key), news, moment)
        except FAULTS as fault:
            self._failed(moment, detector.name, fault)
        else:
            _keep(live, key, state)

    def nobody(self, key: str, body: Touchpoint, offset: int) -> None:
        """A touchpoint behind which is no customer: what concerns many is counted all the same.

        What staff do with the alert of a trend goes to where the trend is judged.
        """
        if body.type in life.ACTIONS:
            moment = self.moment(key, Customer(), body.occurred_at, body.event_id, body.event_id, body, None, offset)
            tell(moment)
            self._count(moment)
            self.outcome.outputs.extend(moment.out)
        for detector in self.rules.of_nobody.get(body.type, ()):
            cause = body.event_id
            moment = self.moment(key, Customer(), body.occurred_at, cause, cause, body, body.history, offset)
            try:
                detector.observe(detector.start(), moment)
            except FAULTS as fault:
                self._failed(moment, detector.name, fault)
            self._count(moment)

    def conclude(self, moment: Moment) -> None:
        """From what was found to alerts and to the card; then all of it leaves."""
        if self.muted:
            return
        out = moment.out
        if out:
            for place, found in enumerate(tuple(out)):
                if isinstance(found, Signal):
                    why_not = cases.open_for_signal(moment, found)
                    if why_not is not None:
                        out[place] = msgspec.structs.replace(found, values={**found.values, "alert": why_not})
                elif isinstance(found, Shift):
                    cases.open_for_shift(moment, found)
                    moment.count("types", ("bin", found.from_), by=-1)
                    moment.count("types", ("bin", found.to))
        if moment.counts is not None:
            self._count(moment)
        if moment.visibly_changed:
            card = card_if_changed(moment)
            if card is not None:
                out.append(card)
        if out:
            self.outcome.outputs.extend(out)
            if moment.besides is not None:
                self.outcome.besides |= moment.besides

    def _count(self, moment: Moment) -> None:
        for scope, by in (moment.counts or {}).items():
            if not self.states.add_to(scope, moment.at, by, self.offset):
                self.outcome.counts["uncounted"] += 1

    def _failed(self, moment: Moment, room: str, fault: Exception) -> None:
        if self.muted:
            return
        self.outcome.counts["rejected"] += 1
        detail = f"{room}: {type(fault).__name__}: {fault}"
        self.outcome.outputs.append(refused(moment, room, "detector_failed", detail))


def news_of(kind: str, at: int, facts: Mapping[str, str]) -> News:
    """A company-wide record as detectors see it, of what is kept of it for the customers."""
    found = msgspec.json.decode(facts.get("properties", "{}"))
    return News(kind, at, found, facts.get("location_id"), facts.get("staff_id"), facts.get("item_id"))


def _state(live: Live, detector: Detector[Any] | Meeting[Any], key: str) -> Any:
    state = live.states.get(key)
    if state is None:
        packed = live.customer.memory.get(key)
        kind: type[msgspec.Struct] = detector.state
        state = detector.start() if packed is None else _decoder(kind).decode(packed)
        live.states[key] = state
    return state


def _keep(live: Live, key: str, state: Any) -> None:
    if state is not live.states[key]:
        live.states[key] = state
        live.changed.add(key)


@cache
def _decoder(kind: type[msgspec.Struct]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)
