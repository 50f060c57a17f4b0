"""Somebody close turns away after we have changed a policy (S0-18, S0-05)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Because, Value
from streams.customers.customer import Timer
from streams.customers.moment import DAY_MS, Moment, because
from streams.knowledge.model import Knowledge
from streams.relationships.chances import chance
from streams.signals.detector import News

HURT = ("parent_child", "villain_victim", "captive")
AFTER, OVER = "after", "over"


class Before(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The policy that changed last, when, its event, and what P of `HURT` was just before, in thousandths."""

    policy: str = ""
    at: int = 0
    event: str = ""
    milli: int = 0


class Betrayal:
    """Fires where P(parent_child + villain_victim + captive) has risen by `rise` or more within `days` of
    `policy.changed`, for a customer whose declared relationship was of closeness `close` or more when it changed.

    P is read just before the change counts for the relationship, at once after it, at what the customer says or does
    about us from then on, and when the days are over. Another change within the days begins them anew and keeps
    the lower P: many small steps are one.
    """

    name: ClassVar[str] = "betrayal"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "chat.message", "message.replied", "message.unsubscribed", "social.posted", "social.mentioned", "call.ended",
        "feedback.rated", "complaint.opened", "complaint.reopened", "agent.refused", "order.cancelled",
    })  # fmt: skip
    meets: ClassVar[frozenset[str]] = frozenset({"policy.changed"})
    state = Before

    def start(self) -> Before:
        return Before()

    def concerns(self, news: News, knowledge: Knowledge) -> bool:
        return True

    def meet(self, state: Before, news: News, moment: Moment) -> Before:
        rule = moment.knowledge.signals[self.name]
        if moment.closeness < rule.number("close"):
            return state
        milli = round(1000 * chance(moment, HURT))
        if state.at and 0 <= news.at - state.at <= rule.number("days") * DAY_MS:
            milli = min(milli, state.milli)
        moment.arm(self.name, AFTER, news.at)
        moment.arm(self.name, OVER, news.at + round(rule.number("days") * DAY_MS))
        return Before(str(news.properties.get("policy_id") or ""), news.at, moment.event_id, milli)

    def observe(self, state: Before, moment: Moment) -> Before:
        if state.at and 0 <= moment.at - state.at <= moment.knowledge.signals[self.name].number("days") * DAY_MS:
            self._judge(state, moment, because(moment, moment.touchpoint.type if moment.touchpoint else ""))
        return state

    def due(self, state: Before, timer: Timer, moment: Moment) -> Before:
        if not state.at:
            return state
        self._judge(state, moment, None)
        return Before() if timer.key == OVER else state

    def _judge(self, state: Before, moment: Moment, why: Because | None) -> None:
        rule = moment.knowledge.signals[self.name]
        now = chance(moment, HURT)
        if now - state.milli / 1000 < rule.number("rise"):
            return
        values: dict[str, Value] = {
            "policy_id": state.policy,
            "before": round(state.milli / 1000, 2),
            "now": round(now, 2),
        }
        changed = Because(event_id=state.event, what="policy.changed")
        moment.signal(self.name, f"policy:{state.policy}", values, [changed] if why is None else [changed, why])

    def merge(self, state: Before, older: Before) -> Before:
        return state if state.at >= older.at else older
