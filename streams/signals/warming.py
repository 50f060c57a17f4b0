"""They come more often, or sound warmer, than they use to (S0-14, D3)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.customers.moment import Moment, because
from streams.signals.baseline import Track
from streams.signals.detector import Timeless
from streams.signals.momentum import POWER, TYPES, Momentum, charts, interval, join, usual_days
from streams.signals.tone import tone_of

WARMER = 1


class Warming(Timeless[Momentum]):
    """Fires when the intervals between their visits become shorter, or their tone warmer, than their own usual: a CUSUM
    over at least `observations` occasions (Page 1954), `limit` standard deviations in all beyond `allowance` each, and
    a change of `sigmas` or more. What follows is measured against a new usual.

    Occasions are half a day apart or more; one that arrives late is none. Intervals are compared on a scale on
    which visits at random are normal (Nelson 1994), so that a busy week of somebody who comes at random is none.
    """

    name: ClassVar[str] = "warming"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = TYPES
    state = Momentum

    def start(self) -> Momentum:
        return Momentum()

    def observe(self, state: Momentum, moment: Moment) -> Momentum:
        rule = moment.knowledge.signals[self.name]
        coming, sounding = charts(moment, rule, WARMER)
        days = interval(state, moment)
        if days is not None:
            pace = coming.take(state.pace, days**POWER) if state.last else state.pace
            if coming.alarms(pace):
                self._fire(moment, "oftener", usual_days(state.pace))
                pace = Track()
            state = Momentum(moment.at, pace, state.tone)
        tone = tone_of(moment)
        if tone is not None:
            track = sounding.take(state.tone, tone)
            if sounding.alarms(track):
                self._fire(moment, "warmer", None)
                track = Track()
            state = msgspec.structs.replace(state, tone=track)
        return state

    def _fire(self, moment: Moment, sign: str, usual: float | None) -> None:
        values: dict[str, str | int] = {"sign": sign}
        if usual is not None:
            values["usual_days"] = max(1, round(usual))
        what = moment.touchpoint.type if moment.touchpoint else ""
        moment.signal(self.name, f"momentum:{sign}", values, [because(moment, what)])

    def merge(self, state: Momentum, older: Momentum) -> Momentum:
        return join(state, older)
