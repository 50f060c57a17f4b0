"""We said we would, and have not (S1-31, S1-32)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas import times
from schemas.records import Because
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.kept import joined, newest
from streams.customers.moment import Moment

PROMISES = 8
"""Promises to one customer that are watched; the one due last stays longest."""
HOUR_MS = 3_600_000


class Promised(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each is due, by id; when promises were kept of which nothing was known yet."""

    due: dict[str, int] = {}
    kept: dict[str, int] = {}


class PromiseOverdue:
    """Fires when a promise is past its `due_at` (or `undated_hours` after it was given) and not fulfilled."""

    name: ClassVar[str] = "promise_overdue"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"agent.promised", "agent.fulfilled"})
    state = Promised

    def start(self) -> Promised:
        return Promised()

    def observe(self, state: Promised, moment: Moment) -> Promised:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        named = moment.properties.get("promise_id")
        if touchpoint.type == "agent.promised":
            promise = named if isinstance(named, str) and named else moment.event_id
            if state.kept.get(promise, moment.at - 1) >= moment.at:
                return state  # It comes in late, and has been kept.
            due = self._due_at(moment)
            moment.arm(self.name, promise, due)
            kept = newest({**state.due, promise: due}, PROMISES)
            for gone in state.due.keys() - kept.keys():
                moment.disarm(self.name, gone)
            return Promised(kept, state.kept)
        # One that names no promise keeps the one that was due first.
        first = min(state.due, key=lambda each: (state.due[each], each), default=None)
        promise = named if isinstance(named, str) and named else first or ""
        moment.disarm(self.name, promise)
        close_matter(moment, f"promise:{promise}", "fulfilled")
        if promise in state.due:
            return Promised({p: at for p, at in state.due.items() if p != promise}, state.kept)
        return Promised(state.due, joined(state.kept, {promise: moment.at}, PROMISES)) if promise else state

    def _due_at(self, moment: Moment) -> int:
        told = moment.properties.get("due_at")
        try:
            return times.read(str(told)).at
        except ValueError:
            return moment.at + round(moment.knowledge.signals[self.name].number("undated_hours") * HOUR_MS)

    def due(self, state: Promised, timer: Timer, moment: Moment) -> Promised:
        if timer.key in state.due:
            reason = Because(event_id=timer.cause, what="agent.promised")
            moment.signal(self.name, f"promise:{timer.key}", {"promise_id": timer.key}, [reason])
        return state

    def merge(self, state: Promised, older: Promised) -> Promised:
        return Promised(joined(state.due, older.due, PROMISES), joined(state.kept, older.kept, PROMISES))
