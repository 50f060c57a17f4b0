"""What people of their stage may expect of us was not given in its time (S1-14, D13)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because, Signal
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.moment import DAY_MS, Moment
from streams.signals.harassed import Harassed
from streams.signals.matter import by_staff
from streams.signals.occasion import OCCASION_MS

ACQUIRE, GROW, MATURE = "acquire", "grow", "mature"
STAGE, YEAR = "stage", "year"
"""Timers: the time of the stage is over; so is the first year."""
FIRST_YEAR_MS = 365 * DAY_MS
INVITES = frozenset({"club.joined", "club.active", "event.attended"})


class Stage(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Purchases (an order counts once, as does a visit), the first of them, when the stage began, the order of the last
    one, the last care and invitation, when `harassed` last fired, and when the last purchase was; times in ms."""

    purchases: int = 0
    first: int = 0
    began: int = 0
    name: str = ACQUIRE
    order: str = ""
    cared: int = 0
    invited: int = 0
    harassed: int = 0
    bought: int = 0


class StageGap:
    """Fires when the time of a stage has passed: no care within `acquire_days` of the first purchase, no personal
    contact for `grow_days` while it grows, no invitation for `mature_days` once it is mature.

    Each counts from the later of entering the stage and the last such contact, and is said once. Stages: acquire up
    to one purchase; grow up to four, or in the first year; mature beyond: at a purchase, or when the year is over.
    Lines of an order, or purchases less than half a day apart, are one.

    Who is declared a type whose rules forbid contact (relationships.yaml: `never`), or has told us within `peace_days`
    to leave them alone (`harassed`), is left alone: a gap that is due then is not said, nor later.
    """

    name: ClassVar[str] = "stage_gap"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = INVITES | Harassed.types | {
        "purchase.made", "order.placed", "message.sent", "call.started", "chat.message", "agent.asked",
        "agent.answered", "agent.refused", "agent.promised", "agent.fulfilled", "agent.apologised",
    }  # fmt: skip
    state = Stage

    def start(self) -> Stage:
        return Stage()

    def observe(self, state: Stage, moment: Moment) -> Stage:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        before = state
        if any(isinstance(found, Signal) and found.name == Harassed.name for found in moment.out):
            state = msgspec.structs.replace(state, harassed=max(state.harassed, moment.at))
        if touchpoint.type in ("purchase.made", "order.placed"):
            state = _bought(state, moment)
        elif _invites(moment):
            state = msgspec.structs.replace(state, invited=max(state.invited, moment.at))
        if by_staff(moment):
            state = msgspec.structs.replace(state, cared=max(state.cared, moment.at))
        if state is before or state == before or state.purchases == 0:
            return state
        if state.cared != before.cared:
            close_matter(moment, f"stage:{ACQUIRE}", "cared for")
            close_matter(moment, f"stage:{GROW}", "cared for")
        if state.invited != before.invited:
            close_matter(moment, f"stage:{MATURE}", "invited")
        year = _grown_at(state)
        if year is not None and year != _grown_at(before):
            moment.arm(self.name, YEAR, year)
        if state.name == ACQUIRE and state.cared >= state.began:
            moment.disarm(self.name, STAGE)  # Once is enough: what comes next begins with the second purchase.
        elif not before.purchases or self._due_at(state, moment) != self._due_at(before, moment):
            moment.arm(self.name, STAGE, self._due_at(state, moment))  # One that has been due was said.
        return state

    def _due_at(self, state: Stage, moment: Moment) -> int:
        rule = moment.knowledge.signals[self.name]
        last = state.invited if state.name == MATURE else state.cared
        return max(state.began, last) + round(rule.number(f"{state.name}_days") * DAY_MS)

    def due(self, state: Stage, timer: Timer, moment: Moment) -> Stage:
        if timer.key == YEAR:
            if _grown_at(state) != timer.due:
                return state  # A purchase has made them mature, or two histories have become one.
            state = msgspec.structs.replace(state, name=MATURE, began=timer.due)
            moment.arm(self.name, STAGE, self._due_at(state, moment))
            return state
        rule = moment.knowledge.signals[self.name]
        if _wants_peace(state, moment, rule.number("peace_days")):
            return state
        days = rule.number(f"{state.name}_days")
        reason = Because(event_id=timer.cause, what=f"stage {state.name}")
        moment.signal(self.name, f"stage:{state.name}", {"stage": state.name, "after_days": round(days)}, [reason])
        return state

    def merge(self, state: Stage, older: Stage) -> Stage:
        cared, harassed = max(state.cared, older.cared), max(state.harassed, older.harassed)
        if not older.purchases:
            return msgspec.structs.replace(state, cared=cared, harassed=harassed)
        first = min(state.first or older.first, older.first)
        purchases = state.purchases + older.purchases
        last = max(state.began, older.began)
        name = _stage(purchases, first, last)
        began = state.began if name == state.name and state.purchases else last
        return Stage(
            purchases, first, began, name, state.order or older.order,
            cared, max(state.invited, older.invited), harassed, max(state.bought, older.bought),
        )  # fmt: skip


def _wants_peace(state: Stage, moment: Moment, days: float) -> bool:
    declared = moment.customer.declared
    forbidden = declared >= 0 and "contact" in moment.knowledge.types[declared].never
    return forbidden or bool(state.harassed and moment.at <= state.harassed + days * DAY_MS)


def _stage(purchases: int, first: int, at: int) -> str:
    if purchases <= 1:
        return ACQUIRE
    return GROW if purchases <= 4 or at - first < FIRST_YEAR_MS else MATURE


def _grown_at(state: Stage) -> int | None:
    """When time alone makes them mature."""
    return state.first + FIRST_YEAR_MS if state.name == GROW and state.purchases > 4 else None


def _bought(state: Stage, moment: Moment) -> Stage:
    touchpoint = moment.touchpoint
    assert touchpoint is not None
    order = touchpoint.order_id or ""
    if order and order == state.order:
        return state
    if state.bought and abs(moment.at - state.bought) < OCCASION_MS:
        return msgspec.structs.replace(state, order=order or state.order)
    purchases = state.purchases + 1
    first = min(state.first or moment.at, moment.at)
    name = _stage(purchases, first, moment.at)
    began = moment.at if name != state.name or not state.purchases else state.began
    return msgspec.structs.replace(
        state, purchases=purchases, first=first, began=began, name=name, order=order, bought=moment.at
    )


def _invites(moment: Moment) -> bool:
    """An invitation to belong: the club, an event, a survey on their ideas."""
    touchpoint = moment.touchpoint
    if touchpoint is None:
        return False
    survey = touchpoint.type == "message.sent" and moment.properties.get("purpose") == "survey"
    return survey or touchpoint.type in INVITES
