"""We said we would, and have not (S1-31, S1-32)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas import times
from schemas.records import Because, Value
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.kept import joined, newest
from streams.customers.moment import Moment

PROMISES = 8
"""Promises to one customer that are watched; the one due last stays longest."""
LETTERS = 80
"""Of the words of a promise that are kept."""
HOUR_MS = 3_600_000


class Promised(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each is due, by id; when promises were kept of which nothing was known yet; in which words each was given,
    as far as it was."""

    due: dict[str, int] = {}
    kept: dict[str, int] = {}
    said: dict[str, str] = {}


class PromiseOverdue:
    """Fires when a promise is past its `due_at` (or `undated_hours` after it was given) and not fulfilled.

    `values.promised` are the words of the promise, shortened; empty where it was given without.
    """

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
            return Promised(kept, state.kept, _words_of({**state.said, **_said(promise, touchpoint.text)}, kept))
        # One that names no promise keeps the one that was due first.
        first = min(state.due, key=lambda each: (state.due[each], each), default=None)
        promise = named if isinstance(named, str) and named else first or ""
        moment.disarm(self.name, promise)
        close_matter(moment, f"promise:{promise}", "fulfilled")
        if promise in state.due:
            due_still = {p: at for p, at in state.due.items() if p != promise}
            return Promised(due_still, state.kept, _words_of(state.said, due_still))
        if not promise:
            return state
        return Promised(state.due, joined(state.kept, {promise: moment.at}, PROMISES), state.said)

    def _due_at(self, moment: Moment) -> int:
        told = moment.properties.get("due_at")
        try:
            return times.read(str(told)).at
        except ValueError:
            return moment.at + round(moment.knowledge.signals[self.name].number("undated_hours") * HOUR_MS)

    def due(self, state: Promised, timer: Timer, moment: Moment) -> Promised:
        if timer.key in state.due:
            reason = Because(event_id=timer.cause, what="agent.promised")
            values: dict[str, Value] = {"promise_id": timer.key, "promised": state.said.get(timer.key, "")}
            moment.signal(self.name, f"promise:{timer.key}", values, [reason])
        return state

    def merge(self, state: Promised, older: Promised) -> Promised:
        due = joined(state.due, older.due, PROMISES)
        return Promised(due, joined(state.kept, older.kept, PROMISES), _words_of({**older.said, **state.said}, due))


def _said(promise: str, text: str | None) -> dict[str, str]:
    words = " ".join((text or "").split())
    return {promise: words if len(words) <= LETTERS else f"{words[:LETTERS]}…"} if words else {}


def _words_of(said: dict[str, str], due: dict[str, int]) -> dict[str, str]:
    """The words of those that are still due."""
    return {promise: words for promise, words in said.items() if promise in due}
