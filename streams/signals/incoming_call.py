"""The telephone rings: who it is, and where we stopped (S4-03, S1-03, S0-30)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.alerts.life import taken
from streams.alerts.standing import HOW_IT_GOES
from streams.customers.kept import joined, newest
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import matter_of
from streams.signals.promise_overdue import PromiseOverdue

COMPLAINTS = 8
"""Complaints of one customer that are remembered; the one opened last stays longest."""
MATTER = "call"
SYSTEM = "system"
"""Who has picked up where no person has: a voice menu."""


class Complaints(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each was opened last, and when each was settled, by matter."""

    opened: dict[str, int] = {}
    settled: dict[str, int] = {}

    @property
    def open(self) -> frozenset[str]:
        return frozenset(matter for matter, at in self.opened.items() if self.settled.get(matter, at - 1) < at)


class IncomingCall(Timeless[Complaints]):
    """Fires each time a customer calls; `values.open` counts their open matters, of those that they know of: alerts of
    `matters` (what we have found wrong with our own messages is none of theirs), complaints that are not settled,
    promises that are still to be kept. Whom we ring is no caller. The call that a person of ours picks up is taken, and
    the case ends with it."""

    name: ClassVar[str] = "incoming_call"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "call.ringing", "call.started", "call.ended", "complaint.opened", "complaint.reopened", "complaint.resolved",
    })  # fmt: skip
    state = Complaints

    def start(self) -> Complaints:
        return Complaints()

    def observe(self, state: Complaints, moment: Moment) -> Complaints:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "call.started":
            if moment.properties.get("by") != SYSTEM:
                taken(moment, MATTER, touchpoint.staff_id)
            return state
        if touchpoint.type == "call.ended":
            close_matter(moment, MATTER, "the call has ended", (self.name,))
            return state
        if touchpoint.type != "call.ringing":
            return _heard(state, moment, touchpoint)
        if touchpoint.initiator == "customer":
            queue = moment.properties.get("queue")
            named = queue if isinstance(queue, str) else ""
            values: dict[str, Value] = {"queue": named, "open": self._open(state, moment)}
            moment.signal(self.name, MATTER, values, [because(moment, "call.ringing")])
        return state

    def _open(self, state: Complaints, moment: Moment) -> int:
        theirs = frozenset(moment.knowledge.signals[self.name].words("matters"))
        own = theirs - HOW_IT_GOES
        cases = [case for case in moment.customer.cases if not theirs.isdisjoint(case.names)]
        matters = state.open.union(case.matter for case in cases if not own.isdisjoint(case.names))
        promises = sum(timer.name == PromiseOverdue.name for timer in moment.customer.timers)
        return len(matters) + promises or min(len(cases), 1)

    def merge(self, state: Complaints, older: Complaints) -> Complaints:
        return Complaints(
            joined(state.opened, older.opened, COMPLAINTS), joined(state.settled, older.settled, COMPLAINTS)
        )


def _heard(state: Complaints, moment: Moment, touchpoint: Touchpoint) -> Complaints:
    """A complaint is open until it is resolved and the customer does not say that they are dissatisfied; what is
    resolved without a name is all of it, and complaints that name none are one."""
    matter = matter_of(moment) or "complaint:"
    if touchpoint.type != "complaint.resolved":
        return Complaints(joined(state.opened, {matter: moment.at}, COMPLAINTS), state.settled)
    if moment.properties.get("satisfied") is False:
        return state
    named = touchpoint.complaint_id or matter in state.opened
    settled = [matter] if named else sorted(state.opened)
    times = {**state.settled, **{each: max(moment.at, state.settled.get(each, moment.at)) for each in settled}}
    return Complaints(state.opened, newest(times, COMPLAINTS))
