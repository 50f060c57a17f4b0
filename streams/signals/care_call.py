"""A call in the evening to ask whether all is well (S4-09, S4-10)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.locally import local, zone_of
from streams.customers.moment import DAY_MS, Moment
from streams.signals.matter import by_staff

CALLS = 4
"""Calls of one household that are planned."""
MATTER = "care"
ADULT, ELDERLY = 18, 70


class Planned(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """For whom and in which category the purchases were, by their `event_id`."""

    calls: tuple[tuple[str, str, str], ...] = ()


class CareCall:
    """Fires at `hour` local time of the day on which something of a care category was bought for or by a minor or an
    elderly customer; the next day where that hour is past. The case ends when a person of ours has been in touch."""

    name: ClassVar[str] = "care_call"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"purchase.made", "call.started", "message.sent", "chat.message"})
    state = Planned

    def start(self) -> Planned:
        return Planned()

    def observe(self, state: Planned, moment: Moment) -> Planned:
        touchpoint, rule = moment.touchpoint, moment.knowledge.signals[self.name]
        assert touchpoint is not None
        if touchpoint.type != "purchase.made":
            if by_staff(moment):
                close_matter(moment, MATTER, "cared for")
            return state
        category = (touchpoint.category or "").lower()
        whom = _whom(moment)
        if whom is None or category not in rule.words("categories"):
            return state
        planned = (moment.event_id, whom, category)
        moment.arm(self.name, moment.event_id, self._evening(moment, round(rule.number("hour"))))
        for gone in state.calls[: len(state.calls) + 1 - CALLS]:
            moment.disarm(self.name, gone[0])
        return Planned((*state.calls, planned)[-CALLS:])

    @staticmethod
    def _evening(moment: Moment, hour: int) -> int:
        zone = zone_of(moment)
        today = local(moment.at, zone).replace(hour=hour, minute=0, second=0, microsecond=0)
        at = round(today.timestamp() * 1000)
        return at if at > moment.at else at + DAY_MS

    def due(self, state: Planned, timer: Timer, moment: Moment) -> Planned:
        call = next((each for each in state.calls if each[0] == timer.key), None)
        if call is None:
            return state
        reason = Because(event_id=timer.cause, what="purchase.made")
        moment.signal(self.name, MATTER, {"for": call[1], "category": call[2]}, [reason])
        return Planned(tuple(each for each in state.calls if each is not call))

    def merge(self, state: Planned, older: Planned) -> Planned:
        return Planned((*older.calls, *state.calls)[-CALLS:])


def _whom(moment: Moment) -> str | None:
    named = moment.properties.get("for")
    if named in ("minor", "elderly"):
        return str(named)
    born = moment.customer.slots.get("birth_year", "")
    if not born[:4].isdigit():
        return None
    age = local(moment.at, zone_of(moment)).year - int(born[:4])
    return "minor" if age < ADULT else "elderly" if age >= ELDERLY else None
