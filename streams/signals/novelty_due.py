"""Somebody who comes in bursts is past their time, and there is something new to show (S0-20, S0-23)."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import msgspec
from scipy.special import gammaincinv

from schemas.records import Because, Value
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.moment import DAY_MS, Moment, because
from streams.knowledge.model import Knowledge
from streams.relationships.chances import chance
from streams.signals.detector import News
from streams.signals.naming import named
from streams.signals.occasion import COMES, OCCASION_MS, comes

FLING_LIKE = ("fling", "one_night_stand")
MATTER = "novelty"


class Bursts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """How many, the days from the begin of the first to that of the last, when the last began and when it was last
    heard of; what was launched since, and when."""

    times: int = 0
    days: float = 0.0
    began: int = 0
    last: int = 0
    launched: int = 0
    item: str = ""


class NoveltyDue:
    """Fires for a fling-like customer who has not come for longer than in `quantile` of their own intervals between
    bursts, once something was launched since: at the later of the two moments.

    A burst ends with a pause of `pause_days`. Intervals are Gamma distributed with their own mean and the shape `k`;
    known from `bursts` bursts on. A launch is news for `new_days`. Fling-like: P(fling) + P(one_night_stand) of
    `probability` or more at that moment. A visit that arrives late changes nothing. One
    that comes in time ends the case.
    """

    name: ClassVar[str] = "novelty_due"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = COMES
    meets: ClassVar[frozenset[str]] = frozenset({"product.launched"})
    state = Bursts

    def start(self) -> Bursts:
        return Bursts()

    def observe(self, state: Bursts, moment: Moment) -> Bursts:
        if not comes(moment) or moment.at - state.last < OCCASION_MS:
            return state
        close_matter(moment, MATTER, "they came")
        rule = moment.knowledge.signals[self.name]
        pause = rule.number("pause_days") * DAY_MS
        if not state.times:
            state = Bursts(1, 0.0, moment.at, moment.at)
        elif moment.at - state.last < pause:
            state = msgspec.structs.replace(state, last=moment.at, launched=0, item="")
        else:
            days = round(state.days + (moment.at - state.began) / DAY_MS, 3)
            state = Bursts(state.times + 1, days, moment.at, moment.at)
        due = self._due_at(state, moment)
        if due is not None:
            moment.arm(self.name, "burst", due)
        return state

    def _due_at(self, state: Bursts, moment: Moment) -> int | None:
        """From when on a burst is overdue; None while too little is known."""
        rule = moment.knowledge.signals[self.name]
        if state.times < rule.number("bursts"):
            return None
        share = _share(rule.number("k"), rule.number("quantile"))
        return state.began + round(state.days / (state.times - 1) * share * DAY_MS)

    def due(self, state: Bursts, timer: Timer, moment: Moment) -> Bursts:
        due = self._due_at(state, moment)
        if due is not None and due > moment.at:
            moment.arm(self.name, "burst", due)
        elif due is not None and self._is_new(state, moment):
            self._fire(state, moment, Because(event_id=timer.cause, what="silence"))
        return state

    def concerns(self, news: News, knowledge: Knowledge) -> bool:
        return True

    def meet(self, state: Bursts, news: News, moment: Moment) -> Bursts:
        """Only who has a rhythm of bursts remembers what was launched."""
        due = self._due_at(state, moment)
        if due is None or news.at < state.last:
            return state
        name = named(str(news.properties.get("name") or news.item_id or ""))
        state = msgspec.structs.replace(state, launched=news.at, item=name)
        if due <= moment.at:
            self._fire(state, moment, because(moment, "product.launched"))
        return state

    def _is_new(self, state: Bursts, moment: Moment) -> bool:
        new_days = moment.knowledge.signals[self.name].number("new_days")
        return bool(state.launched) and moment.at - state.launched <= new_days * DAY_MS

    def _fire(self, state: Bursts, moment: Moment, why: Because) -> None:
        if chance(moment, FLING_LIKE) < moment.knowledge.signals[self.name].number("probability"):
            return
        values: dict[str, Value] = {
            "item": state.item,
            "silent_days": round((moment.at - state.last) / DAY_MS),
            "usual_days": round(state.days / (state.times - 1)),
        }
        moment.signal(self.name, MATTER, values, [why])

    def merge(self, state: Bursts, older: Bursts) -> Bursts:
        """Intervals of both; the burst that runs is the later one's."""
        early, later = sorted((state, older), key=lambda each: each.last)
        if not early.times:
            return later
        gap = max(0.0, later.began / DAY_MS - early.began / DAY_MS - later.days)
        return msgspec.structs.replace(
            later, times=early.times + later.times, days=round(early.days + later.days + gap, 3)
        )


@lru_cache(maxsize=64)
def _share(shape: float, quantile: float) -> float:
    """The quantile of a Gamma distribution of this shape, as a share of its mean."""
    return float(gammaincinv(shape, quantile)) / shape
