"""The person who usually looks after them will not be there (S3-14)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas import times
from schemas.records import Value
from streams.customers.moment import DAY_MS, Moment, because
from streams.knowledge.model import Knowledge
from streams.signals.detector import News, Timeless
from streams.signals.running_out import rhythms_of, window_after

STAFF = 4
"""Members of staff who have looked after a customer that are remembered."""
OCCASION_MS = DAY_MS // 2


class Visits(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """How often whom; how many visits, when the last was, and the days from the first to it."""

    staff: dict[str, int] = {}
    times: int = 0
    last: int = 0
    days: float = 0.0


class StaffAwayNotice(Timeless[Visits]):
    """Fires when somebody is away while this customer would come next, if it is the one who has looked after most of
    their visits (at least `least_visits`). When they come next is told as `running_out` does, by their own rhythm."""

    name: ClassVar[str] = "staff_away_notice"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"service.completed", "purchase.made", "store.visited"})
    meets: ClassVar[frozenset[str]] = frozenset({"staff.away"})
    state = Visits

    def start(self) -> Visits:
        return Visits()

    def observe(self, state: Visits, moment: Moment) -> Visits:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if not touchpoint.staff_id or (state.times and moment.at - state.last < OCCASION_MS):
            return state
        counts = {**state.staff, touchpoint.staff_id: state.staff.get(touchpoint.staff_id, 0) + 1}
        days = state.days + (moment.at - state.last) / DAY_MS if state.times else 0.0
        return Visits(_most(counts), state.times + 1, moment.at, round(days, 3))

    def concerns(self, news: News, knowledge: Knowledge) -> bool:
        return True

    def meet(self, state: Visits, news: News, moment: Moment) -> Visits:
        rule = moment.knowledge.signals[self.name]
        usual = max(state.staff, key=lambda who: (state.staff[who], who), default=None)
        if usual is None or usual != news.staff_id or state.times < rule.number("least_visits"):
            return state
        window = window_after(rhythms_of(moment), state.last, state.times, state.days)
        try:
            begin, end = (times.read(str(news.properties.get(name))).at for name in ("from", "to"))
        except ValueError:
            return state
        if window is not None and begin <= window[1] and window[0] <= end:
            values: dict[str, Value] = {
                "staff_id": usual,
                "away_days": round((end - begin) / DAY_MS),
                "note": str(news.properties.get("note") or ""),
            }
            moment.signal(self.name, f"staff:{usual}", values, [because(moment, "staff.away")])
        return state

    def merge(self, state: Visits, older: Visits) -> Visits:
        if not older.times or not state.times:
            return state if state.times else older
        counts = {who: state.staff.get(who, 0) + older.staff.get(who, 0) for who in {*state.staff, *older.staff}}
        first = min(each.last - each.days * DAY_MS for each in (state, older))
        last = max(state.last, older.last)
        return Visits(_most(counts), state.times + older.times, last, round((last - first) / DAY_MS, 3))


def _most(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:STAFF]))
