"""Someone helps us with an idea and nobody answers the substance (S0-04)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because, Severity
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.moment import Moment, because
from streams.signals.matter import by_staff
from streams.signals.suggestion import suggestion_of

OPEN = 6
"""Suggestions of one customer that are waited for; the oldest makes room."""
HOUR_MS = 3_600_000


class Idea(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A suggestion without an answer; `promos` went out since, `told` once its time was over."""

    id: str
    at: int
    promos: int = 0
    told: bool = False


class Ideas(msgspec.Struct, array_like=True, frozen=True, gc=False):
    open: tuple[Idea, ...] = ()
    answered_at: int = 0


class IgnoredSuggestion:
    """Fires `hours` after a suggestion that nobody has answered: no answer, no message of service or chat written
    by a person, no call by us. An error where a promotion went out since; one that goes out later makes it one.
    An answer that names a suggestion is for that one alone, any other for all. Fires once a suggestion."""

    name: ClassVar[str] = "ignored_suggestion"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "feedback.suggested", "agent.answered", "suggestion.adopted", "message.sent", "call.started", "chat.message",
    })  # fmt: skip
    state = Ideas

    def start(self) -> Ideas:
        return Ideas()

    def observe(self, state: Ideas, moment: Moment) -> Ideas:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "feedback.suggested":
            return self._suggested(state, moment)
        if touchpoint.type == "message.sent" and moment.properties.get("purpose") == "promo":
            return self._promoted(state, moment)
        if by_staff(moment) or touchpoint.type == "suggestion.adopted":
            return self._answered(state, moment)
        return state

    def _suggested(self, state: Ideas, moment: Moment) -> Ideas:
        idea = Idea(suggestion_of(moment), moment.at)
        if moment.at <= state.answered_at or any(each.id == idea.id for each in state.open):
            return state
        hours = moment.knowledge.signals[self.name].number("hours")
        moment.arm(self.name, idea.id, moment.at + round(hours * HOUR_MS))
        for gone in state.open[: len(state.open) + 1 - OPEN]:
            moment.disarm(self.name, gone.id)
        return Ideas((*state.open, idea)[-OPEN:], state.answered_at)

    def _promoted(self, state: Ideas, moment: Moment) -> Ideas:
        promoted = tuple(
            msgspec.structs.replace(idea, promos=idea.promos + 1) if idea.at <= moment.at else idea
            for idea in state.open
        )
        for idea in promoted:
            if idea.told and idea.at <= moment.at:
                self._fire(moment, idea, because(moment, "message.sent"))
        return Ideas(promoted, state.answered_at) if promoted != state.open else state

    def _answered(self, state: Ideas, moment: Moment) -> Ideas:
        named = moment.properties.get("suggestion_id")
        done = [idea for idea in state.open if idea.at <= moment.at and named in (None, idea.id)]
        for idea in done:
            moment.disarm(self.name, idea.id)
            close_matter(moment, f"suggestion:{idea.id}", "answered")
        answered_at = state.answered_at if named else max(state.answered_at, moment.at)
        return Ideas(tuple(idea for idea in state.open if idea not in done), answered_at)

    def due(self, state: Ideas, timer: Timer, moment: Moment) -> Ideas:
        idea = next((each for each in state.open if each.id == timer.key), None)
        if idea is None:
            return state
        self._fire(moment, idea, Because(event_id=timer.cause, what="feedback.suggested"))
        told = tuple(msgspec.structs.replace(each, told=True) if each is idea else each for each in state.open)
        return Ideas(told, state.answered_at)

    def _fire(self, moment: Moment, idea: Idea, reason: Because) -> None:
        rule = moment.knowledge.signals[self.name]
        severity: Severity = "error" if idea.promos else rule.severity
        hours = round((moment.at - idea.at) / HOUR_MS)
        moment.signal(
            self.name, f"suggestion:{idea.id}", {"waited_hours": hours, "promos": idea.promos}, [reason], severity
        )

    def merge(self, state: Ideas, older: Ideas) -> Ideas:
        known = {idea.id for idea in state.open}
        others = tuple(idea for idea in older.open if idea.id not in known)
        return Ideas((*others, *state.open)[-OPEN:], max(state.answered_at, older.answered_at))
