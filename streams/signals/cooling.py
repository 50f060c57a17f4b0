"""They come more rarely, or sound colder, than they use to (S0-14, D3)."""

from __future__ import annotations

from typing import ClassVar

from schemas.records import Because
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.moment import DAY_MS, Moment
from streams.signals.momentum import POWER, Charted, Momentum, charts, interval, usual_days

RARER = "momentum:rarer"


class Cooling(Charted):
    """Fires when the intervals between their visits become longer, or their tone colder, than their own usual: a CUSUM
    over at least `observations` occasions (Page 1954), `limit` standard deviations in all beyond `allowance` each, and
    a change of `sigmas` or more. What follows is measured against a new usual.

    It does not wait for them to come back: it fires by a timer at the moment at which the silence alone is enough, or
    is `at_once` standard deviations long (a Shewhart limit beside the CUSUM: Lucas, Journal of Quality
    Technology 1982). A visit ends the case. Occasions are half a day apart or more; one that arrives late is none.
    """

    name: ClassVar[str] = "cooling"
    version: ClassVar[int] = 1
    side: ClassVar[int] = -1
    of_pace: ClassVar[str] = "rarer"
    of_tone: ClassVar[str] = "colder"

    def observe(self, state: Momentum, moment: Moment) -> Momentum:
        days = interval(state, moment)
        if days is not None:
            close_matter(moment, RARER, "they came")
        state = self.judge(state, moment, days)
        if days is not None:
            self._await(state, moment)
        return state

    def _await(self, state: Momentum, moment: Moment) -> None:
        due = self._due_at(state, moment)
        if due is None:
            moment.disarm(self.name, "silence")
        else:
            moment.arm(self.name, "silence", due)

    def _due_at(self, state: Momentum, moment: Moment) -> int | None:
        """When the silence that began with the last occasion will be enough."""
        rule = moment.knowledge.signals[self.name]
        coming, track = charts(moment, rule, self.side).coming, state.pace
        if track.n < coming.least:
            return None
        sigmas = max(0.0, min(coming.missing(track), rule.number("at_once")))
        value = track.mean / 1000 + sigmas * coming.spread(track)
        return state.last + round(float(value ** (1 / POWER)) * DAY_MS)

    def due(self, state: Momentum, timer: Timer, moment: Moment) -> Momentum:
        due = self._due_at(state, moment)
        if due is not None and due > moment.at:  # two histories have become one since
            moment.arm(self.name, "silence", due)
        elif due is not None:
            usual = usual_days(state.pace)
            self.fire(moment, self.of_pace, usual, Because(event_id=timer.cause, what="silence"))
            state = Momentum(tone=state.tone)  # the silence is no interval of what comes after it
        return state
