"""Somebody of value is leaving without a word (S3-01, D4)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.moment import DAY_MS, Moment
from streams.signals.alive import WEEK_MS, BuyTillYouDie
from streams.signals.crowd import of_the_crowd
from streams.signals.occasion import BUYS, OCCASION_MS

MATTER = "alive"


class Purchases(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Occasions on which they bought, the first and the last, and what they have spent in the base currency (whole)."""

    times: int = 0
    first: int = 0
    last: int = 0
    spent: int = 0


class SlippingAway:
    """Fires at the moment at which P(alive) falls to `alive`, for a customer who has spent more than the median.

    P(alive) is that of BG/NBD (Fader, Hardie and Lee 2005) with the rule's parameters, time in weeks; the
    moment is computed at each purchase, and waited for by a timer. Lines of an order, or purchases less than half a day
    apart, are one. The median is the one last broadcast, else `median_value`. One purchase says nothing: who
    never came back is another matter. A purchase that arrives late adds to what was spent and to nothing else.
    """

    name: ClassVar[str] = "slipping_away"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = BUYS
    state = Purchases

    def start(self) -> Purchases:
        return Purchases()

    def observe(self, state: Purchases, moment: Moment) -> Purchases:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        worth = self._worth(moment)
        if worth:
            moment.stand(f"{self.name}.median_value", state.spent, state.spent + worth)
            state = msgspec.structs.replace(state, spent=state.spent + worth)
        if (touchpoint.quantity or 1) <= 0 or (state.times and moment.at - state.last < OCCASION_MS):
            return state
        close_matter(moment, MATTER, "bought again")
        state = Purchases(state.times + 1, state.first or moment.at, moment.at, state.spent)
        self._await(state, moment)
        return state

    @staticmethod
    def _worth(moment: Moment) -> int:
        """Of a purchase; the order that it belongs to is not counted besides."""
        touchpoint = moment.touchpoint
        if touchpoint is None or touchpoint.type != "purchase.made" or not touchpoint.amount:
            return 0
        worth = moment.knowledge.money.in_base(touchpoint.amount, touchpoint.currency)
        return round(worth) if worth is not None else 0

    def _await(self, state: Purchases, moment: Moment) -> None:
        due = self._due_at(state, moment)
        if due is not None:
            moment.arm(self.name, MATTER, due)

    def _due_at(self, state: Purchases, moment: Moment) -> int | None:
        rule = moment.knowledge.signals[self.name]
        model = BuyTillYouDie(*(rule.number(name) for name in BuyTillYouDie._fields))
        weeks = model.falls_to(rule.number("alive"), state.times - 1, (state.last - state.first) / WEEK_MS)
        return None if weeks is None else state.first + round(weeks * WEEK_MS)

    def due(self, state: Purchases, timer: Timer, moment: Moment) -> Purchases:
        due = self._due_at(state, moment)
        if due is None:
            return state
        if due > moment.at:  # they are more than we knew when it was set: two histories have become one
            moment.arm(self.name, MATTER, due)
            return state
        median = of_the_crowd(moment, self.name, "median_value")
        if state.spent > median:
            values: dict[str, str | int | float] = {
                "silent_days": round((moment.at - state.last) / DAY_MS),
                "purchases": state.times,
                "value": float(state.spent),
                "median_value": round(median, 2),
            }
            moment.signal(self.name, MATTER, values, [Because(event_id=timer.cause, what="silence")])
        return state

    def merge(self, state: Purchases, older: Purchases) -> Purchases:
        if not state.times or not older.times:
            return msgspec.structs.replace(state if state.times else older, spent=state.spent + older.spent)
        first, last = min(state.first, older.first), max(state.last, older.last)
        return Purchases(state.times + older.times, first, last, state.spent + older.spent)
