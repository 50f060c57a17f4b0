"""Somebody who expects to be served at once waits, or is told no (S0-11, S0-26)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because, Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.kept import Event, gathered, in_order, newest
from streams.customers.moment import DAY_MS, Moment, because
from streams.knowledge.model import SignalRule
from streams.relationships.chances import chance, leads
from streams.signals.matter import by_staff, matter_of
from streams.signals.refusal import REPLY, asks_nothing_more
from streams.signals.tone import glad_only
from streams.signals.unanswered import CLOSES
from streams.texts.closing import closes

MASTER, STAR = "master_slave", "star_groupie"
WAITING, NOES = 4, 4
"""Questions without an answer, and noes, that are remembered."""
MINUTE_MS = 60_000
NO = "no"
VIP = "vip_amount"
RING = "ring:"
"""What waiting at the telephone is kept under."""


class Service(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What they wait for, since when; what they were refused; spent in all, whole in the base currency; when a person
    of ours spoke last."""

    waiting: dict[str, int] = {}
    noes: tuple[Event, ...] = ()
    spent: int = 0
    spoke: int = 0


class ServiceGap:
    """Fires for a master-like customer who waits longer than `norms_minutes` for a person of ours, or hears more than
    `noes` noes within `days`.

    Master-like: P(master_slave), with P(star_groupie) where they have spent `vip_amount` or more, is `probability`
    or more at that moment, and one of the two is declared or leads. A no is a refusal by staff, or a complaint that
    ends in one. An answer of a person about the matter, or one that names none, ends the waiting and the case, and so
    does a complaint that is resolved, that of a ringing telephone a call that has begun; a question that arrives after
    a later word of ours is answered. Who is merely glad waits for nothing, and nor do thanks, an ok, a goodbye or a no
    to more messages: in reply to a message, or within 24 hours of our word. Who is never answered and asks again is
    heard again once it is no longer quiet.
    """

    name: ClassVar[str] = "service_gap"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "chat.message", "message.replied", "message.sent", "social.mentioned", "complaint.opened", "complaint.resolved",
        "call.started", "call.ringing", "purchase.made", "agent.asked", "agent.answered", "agent.refused",
        "agent.promised", "agent.fulfilled", "agent.apologised",
    })  # fmt: skip
    state = Service

    def start(self) -> Service:
        return Service()

    def observe(self, state: Service, moment: Moment) -> Service:
        touchpoint, rule = moment.touchpoint, moment.knowledge.signals[self.name]
        assert touchpoint is not None
        if touchpoint.type == "purchase.made":
            worth = moment.knowledge.money.in_base(touchpoint.amount or 0, touchpoint.currency)
            return state if not worth else msgspec.structs.replace(state, spent=state.spent + round(worth))
        if self._refuses(moment):
            state = self._told_no(state, moment, rule)
        if by_staff(moment) or touchpoint.type == "complaint.resolved":
            return self._answered(state, moment)
        if touchpoint.type == "call.started":
            return self._over(state, moment, [each for each in state.waiting if each.startswith(RING)])
        norm = rule.numbers("norms_minutes").get(touchpoint.type)
        if norm is None or moment.at <= state.spoke or touchpoint.initiator != "customer":
            return state
        if not leads(moment, (MASTER, STAR)) or asks_nothing_more(moment) or _closes(state, moment, touchpoint):
            return state
        matter = (RING if touchpoint.type == "call.ringing" else "") + (matter_of(moment) or moment.event_id)
        if matter in state.waiting and moment.at < _heard_again(state.waiting[matter], rule):
            return state
        waiting = newest({**state.waiting, matter: moment.at}, WAITING)
        for gone in state.waiting.keys() - waiting.keys():
            moment.disarm(self.name, gone)
        moment.arm(self.name, matter, moment.at + round(norm * MINUTE_MS))
        return msgspec.structs.replace(state, waiting=waiting)

    @staticmethod
    def _refuses(moment: Moment) -> bool:
        kind = moment.touchpoint.type if moment.touchpoint else ""
        return kind == "agent.refused" or (
            kind == "complaint.resolved" and moment.properties.get("outcome") == "refused"
        )  # fmt: skip

    def _told_no(self, state: Service, moment: Moment, rule: SignalRule) -> Service:
        noes = in_order((*state.noes, (NO, moment.at)), NOES)
        n = gathered(noes, NO, moment.at, rule.number("days") * DAY_MS)
        if n > rule.number("noes"):
            self._fire(state, moment, "refused", {"noes": n}, f"no:{matter_of(moment) or ''}", None)
        return msgspec.structs.replace(state, noes=noes)

    def _answered(self, state: Service, moment: Moment) -> Service:
        """What began before it, about the same matter, or about any if it names none."""
        matter = matter_of(moment)
        named = state.waiting.keys() & {matter, f"{RING}{matter}"}
        if moment.at > state.spoke:
            state = msgspec.structs.replace(state, spoke=moment.at)
        return self._over(state, moment, [each for each in state.waiting if not named or each in named])

    def _over(self, state: Service, moment: Moment, ended: list[str]) -> Service:
        over = [each for each in ended if state.waiting[each] <= moment.at]
        for each in over:
            moment.disarm(self.name, each)
            close_matter(moment, f"service:{each}", "answered")
        if not over:
            return state
        left = {each: at for each, at in state.waiting.items() if each not in over}
        return msgspec.structs.replace(state, waiting=left)

    def due(self, state: Service, timer: Timer, moment: Moment) -> Service:
        since = state.waiting.get(timer.key)
        if since is not None:
            minutes = (moment.at - since) / MINUTE_MS
            values: dict[str, Value] = {"waited_minutes": round(minutes) if minutes >= 1 else round(minutes, 1)}
            why = Because(event_id=timer.cause, what="waiting")
            self._fire(state, moment, "waiting", values, f"service:{timer.key}", why)
        return state

    def _fire(
        self, state: Service, moment: Moment, gap: str, values: dict[str, Value], matter: str, why: Because | None
    ) -> None:
        rule = moment.knowledge.signals[self.name]
        if not leads(moment, (MASTER, STAR)):
            return
        kinds = (MASTER, STAR) if state.spent >= rule.number(VIP) else (MASTER,)
        if chance(moment, kinds) >= rule.number("probability"):
            what = moment.touchpoint.type if moment.touchpoint else ""
            moment.signal(self.name, matter, {"gap": gap, **values}, [why or because(moment, what)])

    def merge(self, state: Service, older: Service) -> Service:
        waiting = newest({**older.waiting, **state.waiting}, WAITING)
        noes = in_order((*older.noes, *state.noes), NOES)
        return Service(waiting, noes, state.spent + older.spent, max(state.spoke, older.spoke))


def _heard_again(since: int, rule: SignalRule) -> int:
    """From when on words on what has waited since then are a question anew: whatever the norms of the two, the quiet of
    the first is over."""
    return since + round(rule.quiet_days * DAY_MS + max(rule.numbers("norms_minutes").values()) * MINUTE_MS)


def _closes(state: Service, moment: Moment, touchpoint: Touchpoint) -> bool:
    """Whether nothing is left to say."""
    if touchpoint.type not in CLOSES or not touchpoint.text:
        return False
    if glad_only(moment):
        return True
    spoken = touchpoint.type == REPLY or (state.spoke > 0 and moment.at - state.spoke < DAY_MS)
    return spoken and closes(moment.knowledge.texts, touchpoint.text)
