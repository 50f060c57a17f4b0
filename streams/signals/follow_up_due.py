"""It was repaired, and nobody asked whether it is well now (S1-29)."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

import msgspec

from schemas.records import Because, Value
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.kept import joined, newest
from streams.customers.moment import Moment
from streams.signals.matter import by_staff, matter_of

WAITING = 6
"""Complaints whose follow-up is waited for."""
HOUR_MS = 3_600_000


class Resolved(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each was resolved, by matter, and when a person of ours last spoke; which of them did not satisfy."""

    matters: dict[str, int] = {}
    spoke: int = 0
    unwell: tuple[str, ...] = ()


class FollowUpDue:
    """Fires `hours` after a complaint was resolved if no person of ours has been in touch since.

    `values.unwell`: they have said themselves that it is not well, so that nobody need ask."""

    name: ClassVar[str] = "follow_up_due"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "complaint.resolved", "complaint.reopened", "message.sent", "call.started", "chat.message", "agent.asked",
        "agent.answered", "agent.refused", "agent.promised", "agent.fulfilled", "agent.apologised",
    })  # fmt: skip
    state = Resolved

    def start(self) -> Resolved:
        return Resolved()

    def observe(self, state: Resolved, moment: Moment) -> Resolved:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        matter = matter_of(moment) or f"event:{moment.event_id}"
        if touchpoint.type == "complaint.resolved":
            if state.spoke > moment.at:
                return state  # It comes in late, and somebody has been in touch since.
            hours = moment.knowledge.signals[self.name].number("hours")
            moment.arm(self.name, matter, moment.at + round(hours * HOUR_MS))
            kept = newest({**state.matters, matter: moment.at}, WAITING)
            for gone in state.matters.keys() - kept.keys():
                moment.disarm(self.name, gone)
            unwell = (
                {*state.unwell, matter} if moment.properties.get("satisfied") is False else {*state.unwell} - {matter}
            )
            return Resolved(kept, state.spoke, _of(unwell, kept))
        if touchpoint.type == "complaint.reopened":
            return self._over(state, moment, {matter})
        if by_staff(moment):
            state = msgspec.structs.replace(state, spoke=max(state.spoke, moment.at))
            return self._over(state, moment, {m for m, at in state.matters.items() if at < moment.at})
        return state

    def _over(self, state: Resolved, moment: Moment, matters: set[str]) -> Resolved:
        gone = matters & state.matters.keys()
        for matter in sorted(gone):
            moment.disarm(self.name, matter)
            close_matter(moment, f"follow_up:{matter}", "followed up")
        if not gone:
            return state
        left = {m: at for m, at in state.matters.items() if m not in gone}
        return Resolved(left, state.spoke, _of(state.unwell, left))

    def due(self, state: Resolved, timer: Timer, moment: Moment) -> Resolved:
        if timer.key in state.matters:
            hours = round((moment.at - state.matters[timer.key]) / HOUR_MS)
            reason = Because(event_id=timer.cause, what="complaint.resolved")
            values: dict[str, Value] = {"waited_hours": hours}
            if timer.key in state.unwell:
                values["unwell"] = "true"
            moment.signal(self.name, f"follow_up:{timer.key}", values, [reason])
        return state

    def merge(self, state: Resolved, older: Resolved) -> Resolved:
        matters = joined(state.matters, older.matters, WAITING)
        return Resolved(matters, max(state.spoke, older.spoke), _of({*state.unwell, *older.unwell}, matters))


def _of(unwell: Collection[str], matters: Collection[str]) -> tuple[str, ...]:
    """Those that are still waited for."""
    return tuple(sorted(matter for matter in unwell if matter in matters))
