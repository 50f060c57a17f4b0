"""It grew, and stands still (S0-15)."""

from __future__ import annotations

from itertools import takewhile
from typing import ClassVar

import msgspec

from schemas.records import Value
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless
from streams.signals.occasion import BUYS, COMES, OCCASION_MS, SERVED, comes
from streams.signals.tone import tone_of

ENDS = BUYS | {SERVED}
"""What ends a cycle."""
KEPT = 8
"""Cycles remembered: what grew more than that many times over was a burst."""
TINY = 1e-9
"""What differs by exactly the limit is still flat, however the numbers were rounded."""


class Cycle(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """From one purchase or service to the next: hundredths of a day, occasions, the tones heard, thousandths in all."""

    length: int = 0
    occasions: int = 0
    tones: int = 0
    heard: int = 0

    @property
    def rate(self) -> float:
        """Occasions a day."""
        return 100 * self.occasions / self.length if self.length else 0.0

    @property
    def tone(self) -> float | None:
        """The mean tone, from -1 to 1."""
        return self.tones / 1000 / self.heard if self.heard else None


class Curve(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The first cycle, the last that have ended and were alike, and the one that runs since what began it at `began`
    (ms)."""

    began: int = 0
    seen: int = 0
    first: Cycle = Cycle()
    last: tuple[Cycle, ...] = ()
    now: Cycle = Cycle()


class Plateau(Timeless[Curve]):
    """Fires at a purchase that ends the second cycle, or a later one, in which nothing moved, after growth: the rate of
    the cycles is `growth` times that of the first or more, and over them the rate changed by `flat` at most, and the
    tone by that share of its scale. Together they are no shorter than the first cycle: three purchases in a few days
    are a burst, of which nobody knows yet whether it is growth.

    A cycle is their own: from purchase to purchase, a service being one. The rate is how often they came in it, by
    whatever way. Where nothing is known of the tone, it has not changed. A purchase less than half a day after the
    last is part of it; what arrives late counts where it arrives.
    """

    name: ClassVar[str] = "plateau"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = COMES | {"complaint.resolved"}
    state = Curve

    def start(self) -> Curve:
        return Curve()

    def observe(self, state: Curve, moment: Moment) -> Curve:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        tone = tone_of(moment)
        if state.began and tone is not None:
            now = state.now
            heard = Cycle(now.length, now.occasions, now.tones + round(1000 * tone), now.heard + 1)
            state = msgspec.structs.replace(state, now=heard)
        if not comes(moment) or moment.at - state.seen < OCCASION_MS:
            return state
        if touchpoint.type not in ENDS:
            return _came(state, moment.at) if state.began else state
        if state.began and moment.at - state.began >= OCCASION_MS:
            return self._bought(_came(state, moment.at), moment)
        return state if state.began else Curve(began=moment.at, seen=moment.at)

    def _bought(self, state: Curve, moment: Moment) -> Curve:
        length = round((moment.at - state.began) / DAY_MS * 100)
        ended = msgspec.structs.replace(state.now, length=length)
        first = state.first if state.first.length else ended
        rule = moment.knowledge.signals[self.name]
        alike = [*takewhile(lambda each: _flat(each, ended, rule.number("flat")), reversed(state.last))]
        last = (*reversed(alike), ended)[-KEPT:]
        lasted = sum(each.length for each in last)
        grown = min(each.rate for each in last) >= rule.number("growth") * first.rate
        if len(last) > 1 and grown and lasted >= first.length:
            usual = lasted / len(last) / 100
            growth = round(ended.rate / first.rate, 1)
            values: dict[str, Value] = {"usual_days": max(1, round(usual)), "growth": growth}
            what = moment.touchpoint.type if moment.touchpoint else ""
            moment.signal(self.name, "plateau", values, [because(moment, what)])
        return Curve(moment.at, moment.at, first, last, Cycle())

    def merge(self, state: Curve, older: Curve) -> Curve:
        """The first cycle of whoever began earlier; what runs and what ran last are those of the later one."""
        early, later = sorted((state, older), key=lambda each: each.seen)
        if not early.began or not later.began:
            return later if later.began else early
        return msgspec.structs.replace(later, first=early.first if early.first.length else later.first)


def _flat(before: Cycle, after: Cycle, flat: float) -> bool:
    if abs(after.rate - before.rate) > flat * before.rate + TINY:
        return False
    tones = before.tone, after.tone
    return tones[0] is None or tones[1] is None or abs(tones[1] - tones[0]) <= 2 * flat + TINY


def _came(state: Curve, at: int) -> Curve:
    now = state.now
    return msgspec.structs.replace(
        state, seen=max(state.seen, at), now=Cycle(now.length, now.occasions + 1, now.tones, now.heard)
    )
