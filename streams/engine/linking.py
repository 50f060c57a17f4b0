"""What links do to states: a past is kept, handed over, taken over; a customer is begun anew."""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.hints import LINKED, UNLINKED
from schemas.records import Record, Source, Touchpoint
from schemas.wire import properties
from streams.alerts import cases
from streams.alerts.changing import TIMER
from streams.alerts.customer_card import card_if_changed
from streams.contacts.gate import Gate
from streams.contacts.ledger import Ledger
from streams.customers import customer as customers
from streams.customers.customer import Customer
from streams.customers.moment import Moment
from streams.engine import past as pasts
from streams.engine.fold import Fold
from streams.engine.joining import join, left_over
from streams.engine.partition import Live, Partition
from streams.engine.past import KEPT, KEPT_BYTES, MEMORY, MERGED, UNIDENTIFIED, Handed

RESET: Final = "customer.reset"
SPECIAL: Final = frozenset({LINKED, UNLINKED, "identity.conflicted", MERGED, RESET})
"""Types that say something of links or states; the first ones only where identity says it."""
BY: Final = "identity"
BUDGET: Final = f"{Gate.name}.{Gate.version}"


def keep(fold: Fold, key: str, live: Live, body: Touchpoint, offset: int) -> None:
    """Keeps a touchpoint of somebody unidentified; what is too much is folded into the older part."""
    past = pasts.of(live)
    past.items.append(encode_touchpoint(body))
    size = sum(map(len, past.items))
    while len(past.items) > KEPT or (size > KEPT_BYTES and len(past.items) > 1):
        oldest = past.items.pop(0)
        size -= len(oldest)
        (gone,) = decode_touchpoints([oldest])
        assert isinstance(gone, Touchpoint)
        _age(fold, key, past, gone, offset)


def take(fold: Fold, record: Record, body: Touchpoint, live: Live) -> bool:
    """Whether the record is about links, a past or a reset, and done with."""
    if pasts.is_handed(record.source):
        _receive(fold, record, body, live)
        return True
    if body.type == RESET:
        _begin_anew(fold, record, live)
        return True
    facts = properties(body)
    if facts.get("by") != BY:
        return False
    if body.type == LINKED:
        _hand_over(fold, record, body, live, str(facts.get("to")))
    elif body.type == UNLINKED:
        pasts.of(live).moved = ""
    return True


def _receive(fold: Fold, record: Record, body: Touchpoint, live: Live) -> None:
    """A touchpoint, or the rest, of a past that is this customer's; who has moved on sends it after them."""
    pasts.forget_donors(live.customer.sources)
    past = pasts.seen(live)
    if past is not None and past.moved:
        fold.outcome.handed.append(Handed(record.key, past.moved, record.source, body))
        return
    fold.meet_pending(record.key, live)
    if body.type == MERGED:
        _take_over(fold, record, body, live)
    elif not fold.repeated(live.customer, body):
        fold.own_again(record.key, live, body, record.offset)
        if record.key.startswith(UNIDENTIFIED):
            keep(fold, record.key, live, body, record.offset)
        fold.outcome.counts["handed"] += 1


def _age(fold: Fold, key: str, past: pasts.Past, body: Touchpoint, offset: int) -> None:
    live = Live(customers.unpack(past.older) if past.older else Customer(first=body.occurred_at))
    fold.muted = True
    fold.own(key, live, body, offset)
    fold.muted = False
    past.older = Partition.pack(live)


def _hand_over(fold: Fold, record: Record, body: Touchpoint, live: Live, to: str) -> None:
    key, customer, at = record.key, live.customer, body.occurred_at
    if customer.run is not None:
        fold.settle(key, live, at - 1, record.offset)
    fold.fire(key, live, max(at, customer.latest, fold.states.world.time or 0) - 1, record.offset)
    past, donor = pasts.of(live), pasts.number_of(key)
    if key.startswith(UNIDENTIFIED):
        older = customers.unpack(past.older) if past.older else Customer()
    else:
        older = customers.unpack(Partition.pack(live))
        older.memory.pop(MEMORY, None)
    items = [each for each in decode_touchpoints(past.items) if isinstance(each, Touchpoint)] if past.items else []
    bodies = [*items, pasts.merging(key, at, body.event_id, left_over(older, customer.cases))]
    fold.outcome.handed += [
        Handed(key, to, Source(donor, record.offset, n), each) for n, each in enumerate(bodies, start=1)
    ]
    _replace(fold, record, live, Customer(sources=customer.sources, wide=customer.wide, card=customer.card), to)


def _take_over(fold: Fold, record: Record, body: Touchpoint, live: Live) -> None:
    older = customers.unpack(pasts.merged_state(body))
    detectors = fold.rules.detectors.values()
    join(live, older, detectors)
    if record.key.startswith(UNIDENTIFIED) and older.touchpoints:
        past = pasts.of(live)
        mine = Live(customers.unpack(past.older) if past.older else Customer())
        join(mine, customers.unpack(pasts.merged_state(body)), detectors)
        past.older = Partition.pack(mine)
    now = 0 if live.customer.run is not None else fold.states.world.time or 0
    fold.muted = True
    fold.fire(record.key, live, max(now, live.customer.latest - 1), record.offset)
    fold.muted = False
    moment = _moment(fold, record, live.customer, body)
    for case in older.cases:
        cases.adopt(moment, case)
    _tell_card(fold, moment)
    fold.outcome.counts["merged"] += 1


def _begin_anew(fold: Fold, record: Record, live: Live) -> None:
    """Clears the state; open live alerts stay, with the timers of their lives, and what contacts have cost."""
    customer = live.customer
    open_live = tuple(case for case in customer.cases if case.history is None)
    matters = {case.matter for case in open_live}
    timers = tuple(t for t in customer.timers if t.name == TIMER and t.key in matters)
    kept = Customer(
        sources=customer.sources, wide=customer.wide, card=customer.card, cases=open_live, timers=timers,
    )  # fmt: skip
    past, spent = pasts.seen(live), _spent(live)
    _replace(fold, record, live, kept, past.moved if past is not None else "")
    if spent is not None:
        live.states[BUDGET] = spent
        live.changed.add(BUDGET)


def _spent(live: Live) -> Ledger | None:
    """The contact budget alone, of all that the gate keeps."""
    ledger: Ledger | None = live.states.get(BUDGET)
    if ledger is None and (packed := live.customer.memory.get(BUDGET)) is not None:
        ledger = msgspec.msgpack.decode(packed, type=Ledger)
    return None if ledger is None else Ledger(buckets=ledger.buckets, holds=ledger.holds)


def _replace(fold: Fold, record: Record, live: Live, fresh: Customer, moved: str) -> None:
    fresh.position = record.offset
    live.customer = fresh
    live.states.clear()
    live.changed.clear()
    if moved:
        pasts.of(live).moved = moved
    assert isinstance(record.body, Touchpoint)
    _tell_card(fold, _moment(fold, record, fresh, record.body))


def _moment(fold: Fold, record: Record, customer: Customer, body: Touchpoint) -> Moment:
    return fold.moment(
        record.key, customer, body.occurred_at, body.event_id, body.event_id, body, body.history, record.offset
    )


def _tell_card(fold: Fold, moment: Moment) -> None:
    card = card_if_changed(moment)
    if card is not None:
        moment.out.append(card)
    fold.outcome.outputs.extend(moment.out)
