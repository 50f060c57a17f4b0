"""What each touchpoint writes into the ledger of the gate."""

from __future__ import annotations

import msgspec

from schemas.records import Touchpoint
from streams.contacts import consent, ledger
from streams.contacts.budget import DAY_MS
from streams.contacts.ledger import NO, UNSUBSCRIBED, YES, Cycle, Ledger
from streams.customers.moment import Moment
from streams.signals.matter import matter_of
from streams.signals.refusal import taken_back

OCCASION_MS = DAY_MS // 2
"""Lines of one thing closer together than this are one occasion."""


def things(moment: Moment) -> list[str]:
    """What is bought, done or offered, the most exact first."""
    touchpoint, service = moment.touchpoint, moment.properties.get("service")
    assert touchpoint is not None
    named = [("item", touchpoint.item_id), ("service", service), ("category", touchpoint.category)]
    return [f"{kind}:{name}" for kind, name in named if isinstance(name, str) and name]


def visited(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    if touchpoint.location_id and touchpoint.channel not in ("web", "app"):
        visits = ledger.latest(state.visits, touchpoint.location_id, moment.at, ledger.VISITS)
        state = msgspec.structs.replace(state, visits=visits)
    if touchpoint.type not in ("purchase.made", "service.completed") or (touchpoint.quantity or 1) <= 0:
        return state
    known = {cycle.key: cycle for cycle in state.cycles}
    for key in things(moment):
        known[key] = _again(known.get(key), key, touchpoint.category or "", moment.at)
    cycles = ledger.most_regular(known.values())
    return state if cycles == state.cycles else msgspec.structs.replace(state, cycles=cycles)


def _again(known: Cycle | None, key: str, category: str, at: int) -> Cycle:
    """One occasion more; one that arrives late, before the last, adds nothing."""
    if known is None:
        return Cycle(key, category, 1, at, 0.0)
    if at - known.last < OCCASION_MS:
        return known
    days = round(known.days + (at - known.last) / DAY_MS, 3)
    return Cycle(key, category or known.category, known.times + 1, at, days)


def consented(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    facts = moment.properties
    scope, granted, purposes = facts.get("scope"), facts.get("granted"), facts.get("purposes")
    if not isinstance(scope, str) or scope not in moment.knowledge.channels or not isinstance(granted, bool):
        return state
    named = purposes if isinstance(purposes, list) else []
    words = consent.told(state.words, scope, named, moment.at, YES if granted else NO)
    return msgspec.structs.replace(state, words=words)


def unsubscribed(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    return _taken_back(state, moment, (touchpoint.channel,))


def said(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    """What they say, where they ask to be left alone."""
    return _taken_back(state, moment, taken_back(moment)) if touchpoint.text else state


def _taken_back(state: Ledger, moment: Moment, channels: tuple[str, ...]) -> Ledger:
    for channel in channels:
        words = consent.told(state.words, channel, consent.UNSUBSCRIBES, moment.at, UNSUBSCRIBED)
        state = msgspec.structs.replace(state, words=words)
    return state


def ordered(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    if not touchpoint.order_id:
        return state
    orders = ledger.latest(state.orders, touchpoint.order_id, moment.at, ledger.ORDERS)
    return msgspec.structs.replace(state, orders=orders)


def delivered(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    return order_ended(state, moment, touchpoint) if moment.properties.get("ok") is True else state


def order_ended(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    if touchpoint.order_id not in state.orders:
        return state
    orders = {order: at for order, at in state.orders.items() if order != touchpoint.order_id}
    return msgspec.structs.replace(state, orders=orders)


def complained(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    state = said(state, moment, touchpoint)
    complaints = ledger.latest(state.complaints, _complaint(moment), moment.at, ledger.COMPLAINTS)
    return msgspec.structs.replace(state, complaints=complaints)


def resolved(state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
    """A complaint ends when it is resolved, unless the customer says that they are not satisfied."""
    if moment.properties.get("satisfied") is False:
        return state
    solved = _complaint(moment)
    if solved not in state.complaints and not touchpoint.complaint_id:
        return msgspec.structs.replace(state, complaints={})  # It names none, so it is about all that is open.
    complaints = {matter: at for matter, at in state.complaints.items() if matter != solved}
    return state if len(complaints) == len(state.complaints) else msgspec.structs.replace(state, complaints=complaints)


def _complaint(moment: Moment) -> str:
    """The matter; complaints that name none are one."""
    return matter_of(moment) or "complaint:"
