"""How often they come and how they sound, each against their own usual: what `warming` and `cooling` share."""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple

import msgspec

from schemas.records import Because, Value
from streams.customers.moment import DAY_MS, Moment, because
from streams.knowledge.model import SignalRule
from streams.signals.baseline import Chart, Track, chart, merge
from streams.signals.detector import Timeless
from streams.signals.occasion import COMES, OCCASION_MS, comes
from streams.signals.tone import tone_of

POWER: Final = 1 / 3.6
"""Intervals at random (exponential) look normal to this power (Nelson, Journal of Quality Technology 1994) …"""
RANDOM: Final = 0.3085
"""… with this standard deviation, as a share of the mean: sqrt(Γ(1 + 2/3.6) / Γ(1 + 1/3.6)² - 1)."""
TONE_SPREAD: Final = 0.5
"""Of the tone of what one customer says, from -1 to 1, before anything is known of them [default]."""
TYPES: Final = COMES | {"complaint.resolved"}


class Momentum(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The last occasion (ms), its intervals in days to the power `POWER`, and tones."""

    last: int = 0
    pace: Track = Track()
    tone: Track = Track()


class Charts(NamedTuple):
    """`coming` judges intervals, `sounding` tones."""

    coming: Chart
    sounding: Chart


_charts: dict[tuple[str, str], Charts] = {}


def charts(moment: Moment, rule: SignalRule, side: int) -> Charts:
    """`side`: 1 where they come oftener and sound warmer. Prepared once for each version of knowledge."""
    key = moment.knowledge.version, rule.name
    if key not in _charts:
        _charts[key] = Charts(chart(rule, -side, RANDOM, relative=True), chart(rule, side, TONE_SPREAD))
    return _charts[key]


def interval(state: Momentum, moment: Moment) -> float | None:
    """Days since the last occasion if this is a new one; None while it is the same, or arrives late."""
    if not comes(moment) or (state.last and moment.at - state.last < OCCASION_MS):
        return None
    return (moment.at - state.last) / DAY_MS if state.last else 0.0


def usual_days(track: Track) -> float:
    """The interval that is in the middle of theirs."""
    return float((track.mean / 1000) ** (1 / POWER))


def join(mine: Momentum, older: Momentum) -> Momentum:
    """Two parts of one history: both have their intervals, the one between them is nobody's."""
    return Momentum(max(mine.last, older.last), merge(mine.pace, older.pace), merge(mine.tone, older.tone))


class Charted(Timeless[Momentum]):
    """A detector of one direction. What follows an alarm is measured against a new usual."""

    types: ClassVar[frozenset[str]] = TYPES
    state = Momentum
    name: ClassVar[str]
    side: ClassVar[int]
    """1 where they come oftener and sound warmer, -1 for the other direction."""
    of_pace: ClassVar[str]
    of_tone: ClassVar[str]
    """The signs, as wording and matters call them."""

    def start(self) -> Momentum:
        return Momentum()

    def observe(self, state: Momentum, moment: Moment) -> Momentum:
        return self.judge(state, moment, interval(state, moment))

    def judge(self, state: Momentum, moment: Moment, days: float | None) -> Momentum:
        """`days` since the last occasion, if this is a new one."""
        tone = tone_of(moment)
        if days is None and tone is None:
            return state
        coming, sounding = charts(moment, moment.knowledge.signals[self.name], self.side)
        if days is not None:
            pace = coming.take(state.pace, days**POWER) if state.last else state.pace
            if coming.alarms(pace):
                self.fire(moment, self.of_pace, usual_days(state.pace))
                pace = Track()
            state = Momentum(moment.at, pace, state.tone)
        if tone is not None:
            track = sounding.take(state.tone, tone)
            if sounding.alarms(track):
                self.fire(moment, self.of_tone, None)
                track = Track()
            state = msgspec.structs.replace(state, tone=track)
        return state

    def fire(self, moment: Moment, sign: str, usual: float | None, why: Because | None = None) -> None:
        values: dict[str, Value] = {"sign": sign}
        if usual is not None:
            values["usual_days"] = max(1, round(usual))
        what = moment.touchpoint.type if moment.touchpoint else ""
        moment.signal(self.name, f"momentum:{sign}", values, [why or because(moment, what)])

    def merge(self, state: Momentum, older: Momentum) -> Momentum:
        return join(state, older)
