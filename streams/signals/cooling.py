"""They come more rarely, or sound colder, than they use to (S0-14, D3)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.baseline import Track
from streams.signals.momentum import POWER, TYPES, Momentum, charts, interval, join, usual_days
from streams.signals.tone import tone_of

COLDER = -1
RARER = "momentum:rarer"


class Cooling:
    """Fires when the intervals between their visits become longer, or their tone colder, than their own usual: a CUSUM
    over at least `observations` occasions (Page 1954), `limit` standard deviations in all beyond `allowance` each, and
    a change of `sigmas` or more. What follows is measured against a new usual.

    It does not wait for them to come back: it fires by a timer at the moment at which the silence alone is enough, or
    is `at_once` standard deviations long (a Shewhart limit beside the CUSUM: Lucas, Journal of Quality
    Technology 1982). A visit ends the case. Occasions are half a day apart or more; one that arrives late is none.
    """

    name: ClassVar[str] = "cooling"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = TYPES
    state = Momentum

    def start(self) -> Momentum:
        return Momentum()

    def observe(self, state: Momentum, moment: Moment) -> Momentum:
        rule = moment.knowledge.signals[self.name]
        coming, sounding = charts(moment, rule, COLDER)
        days = interval(state, moment)
        if days is not None:
            close_matter(moment, RARER, "they came")
            pace = coming.take(state.pace, days**POWER) if state.last else state.pace
            if coming.alarms(pace):
                self._fire(moment, "rarer", usual_days(state.pace))
                pace = Track()
            state = Momentum(moment.at, pace, state.tone)
            self._await(state, moment)
        tone = tone_of(moment)
        if tone is not None:
            track = sounding.take(state.tone, tone)
            if sounding.alarms(track):
                self._fire(moment, "colder", None)
                track = Track()
            state = msgspec.structs.replace(state, tone=track)
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
        coming, track = charts(moment, rule, COLDER).coming, state.pace
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
            self._fire(moment, "rarer", usual, Because(event_id=timer.cause, what="silence"))
            state = Momentum(tone=state.tone)  # the silence is no interval of what comes after it
        return state

    def _fire(self, moment: Moment, sign: str, usual: float | None, why: Because | None = None) -> None:
        values: dict[str, str | int] = {"sign": sign}
        if usual is not None:
            values["usual_days"] = max(1, round(usual))
        what = moment.touchpoint.type if moment.touchpoint else ""
        moment.signal(self.name, f"momentum:{sign}", values, [why or because(moment, what)])

    def merge(self, state: Momentum, older: Momentum) -> Momentum:
        return join(state, older)
