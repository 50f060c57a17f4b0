"""A customer keeps running into the same policy (S0-06)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Severity, Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.customers.kept import in_order
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless

POLICIES, COMPLAINTS, ORDERS = 3, 4, 4
"""How many of each are remembered; the oldest make room."""


class Policy(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Complaints about it by id with their time, and when our people last refused (0: never)."""

    id: str
    complaints: tuple[tuple[str, int], ...] = ()
    refused: int = 0
    fixed: int = 0


class Order(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An order worth `amount` in the base currency; `ended` is 0 while it is open."""

    id: str
    amount: float
    at: int
    cancelled: int = 0
    ended: int = 0


class Collisions(msgspec.Struct, array_like=True, frozen=True, gc=False):
    policies: tuple[Policy, ...] = ()
    orders: tuple[Order, ...] = ()


class PolicyCollision(Timeless[Collisions]):
    """Fires at the second complaint about one policy, or at complaint and refusal together, within `days`.

    Critical where an order worth `vip_amount` (base currency) or more is open, or was cancelled in
    the last `cancelled_days` while the matter was open. A gift card does not end it: only `fixed` and
    satisfied does (*compensated, not fixed*).
    """

    name: ClassVar[str] = "policy_collision"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "complaint.opened", "complaint.reopened", "complaint.resolved", "agent.refused", "order.placed",
        "order.cancelled", "order.returned", "delivery.attempted",
    })  # fmt: skip
    state = Collisions

    def start(self) -> Collisions:
        return Collisions()

    def observe(self, state: Collisions, moment: Moment) -> Collisions:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "delivery.attempted" or touchpoint.type.startswith("order."):
            return self._traded(state, moment, touchpoint)
        if touchpoint.type == "complaint.resolved":
            return self._resolved(state, moment, touchpoint)
        policy = self._policy(state, moment, touchpoint)
        if policy is None:
            return state
        state = Collisions(_newest((*(p for p in state.policies if p.id != policy.id), policy)), state.orders)
        self._judge(state, policy, moment)
        return state

    def _policy(self, state: Collisions, moment: Moment, touchpoint: Touchpoint) -> Policy | None:
        """The policy as this complaint or refusal leaves it."""
        named = moment.properties.get("policy_id")
        if not isinstance(named, str) or not named:
            named = next((p.id for p in state.policies if touchpoint.complaint_id in dict(p.complaints)), None)
        if not named:
            return None
        known = next((p for p in state.policies if p.id == named), Policy(named))
        if touchpoint.type == "agent.refused":
            return msgspec.structs.replace(known, refused=max(known.refused, moment.at))
        complaint = (touchpoint.complaint_id or moment.event_id, moment.at)
        again = touchpoint.type == "complaint.reopened"
        others = tuple(c for c in known.complaints if again or c[0] != complaint[0])
        return msgspec.structs.replace(known, complaints=(*others, complaint)[-COMPLAINTS:])

    def _judge(self, state: Collisions, policy: Policy, moment: Moment) -> None:
        rule = moment.knowledge.signals[self.name]
        since = max(moment.at - round(rule.number("days") * DAY_MS), policy.fixed + 1)
        complaints = sum(at >= since for _, at in policy.complaints)
        refused = policy.refused >= since
        if complaints < 2 and not (complaints and refused):
            return
        begun = min((at for _, at in policy.complaints if at >= since), default=moment.at)
        worth = max((o.amount for o in state.orders if self._counts(o, begun, moment)), default=0.0)
        vip = worth >= rule.number("vip_amount")
        severity: Severity = "critical" if vip else rule.severity
        values: dict[str, Value] = {
            "policy_id": policy.id, "complaints": complaints, "refused": str(refused).lower(), "order": round(worth, 2),
        }  # fmt: skip
        what = moment.touchpoint.type if moment.touchpoint else ""
        moment.signal(self.name, f"policy:{policy.id}", values, [because(moment, what)], severity)

    def _counts(self, order: Order, begun: int, moment: Moment) -> bool:
        rule = moment.knowledge.signals[self.name]
        if order.cancelled:
            return begun <= order.cancelled and moment.at - order.cancelled <= rule.number("cancelled_days") * DAY_MS
        return not order.ended and moment.at - order.at <= moment.knowledge.contacts.order_open_days * DAY_MS

    def _traded(self, state: Collisions, moment: Moment, touchpoint: Touchpoint) -> Collisions:
        known = next((o for o in state.orders if o.id == touchpoint.order_id), None)
        if touchpoint.type == "order.placed" and touchpoint.order_id and known is None:
            order = Order(touchpoint.order_id, _base(moment, touchpoint), moment.at)
            state = Collisions(state.policies, (*state.orders, order)[-ORDERS:])
        elif known is None or (touchpoint.type == "delivery.attempted" and moment.properties.get("ok") is not True):
            return state
        else:
            cancelled = moment.at if touchpoint.type == "order.cancelled" else 0
            ended = msgspec.structs.replace(known, cancelled=cancelled, ended=moment.at)
            state = Collisions(state.policies, tuple(ended if o is known else o for o in state.orders))
        if touchpoint.type in ("order.placed", "order.cancelled"):
            for policy in state.policies:
                self._judge(state, policy, moment)
        return state

    def _resolved(self, state: Collisions, moment: Moment, touchpoint: Touchpoint) -> Collisions:
        facts = moment.properties
        if facts.get("outcome") != "fixed" or facts.get("satisfied") is False:
            return state
        named = facts.get("policy_id")
        fixed = {p.id for p in state.policies if p.id == named or touchpoint.complaint_id in dict(p.complaints)}
        for policy_id in sorted(fixed):
            close_matter(moment, f"policy:{policy_id}", "fixed")
        policies = (msgspec.structs.replace(p, fixed=moment.at) if p.id in fixed else p for p in state.policies)
        return Collisions(tuple(policies), state.orders) if fixed else state

    def merge(self, state: Collisions, older: Collisions) -> Collisions:
        mine = {policy.id: policy for policy in state.policies}
        for policy in older.policies:
            known = mine.get(policy.id, Policy(policy.id))
            complaints = {**dict(policy.complaints), **dict(known.complaints)}
            ranked = in_order(complaints.items(), COMPLAINTS)
            refused, fixed = max(known.refused, policy.refused), max(known.fixed, policy.fixed)
            mine[policy.id] = Policy(policy.id, ranked, refused, fixed) if known.complaints or known.refused else policy
        orders = {order.id: order for order in (*older.orders, *state.orders)}
        last = sorted(orders.values(), key=lambda o: (o.at, o.id))[-ORDERS:]
        return Collisions(_newest(tuple(mine.values())), tuple(last))


def _newest(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    def latest(policy: Policy) -> tuple[int, str]:
        return max([policy.refused, *(at for _, at in policy.complaints)]), policy.id

    return tuple(sorted(policies, key=latest)[-POLICIES:])


def _base(moment: Moment, touchpoint: Touchpoint) -> float:
    """In the base currency; without a known rate it is worth nothing here."""
    money = moment.knowledge.money
    return (touchpoint.amount or 0.0) * money.rates.get(touchpoint.currency or money.base, 0.0)
