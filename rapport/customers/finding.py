"""Brings together what store and stream know of a customer.

Chosen: the store answers all that it has (timeline, shifts, signals, alerts with title and deadline, touchpoints
behind reasons), by key and so at any size. The state of the stream is asked at the same time for what only it
has: evidence and reasons as they stand, timers, alerts as they stand this second. Its changelog can only be read
in order, so that has a time limit; without it the last shift speaks for the relationship. `customers.v1` is not
read: the state holds all that its card holds, and the store its copy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import msgspec

from rapport.connection import Kafka
from rapport.customers import standing, stream
from rapport.customers.archive import ALERTS, Archive, Stored
from rapport.customers.known import Contact, Known, Matter, Note, Reason, Standing, Waiting
from rapport.customers.links import Person
from rapport.customers.stream import StateDeep, StreamAway
from rapport.settings import Settings
from replay.source import ReplayError
from schemas.records import Alert, AlertChange
from sinks.clickhouse.client import StoreError
from streams.alerts.changing import TIMER
from streams.customers.customer import HEARD, Customer
from streams.engine import UnreadableState
from streams.knowledge.model import Knowledge

PATIENCE_S: Final = 3.0
"""For the state, while the store has answered: what a person waits for without a doubt."""
ALONE_S: Final = 60.0
"""For the state where nothing else can tell."""
_DONE: Final = ("resolved", "closed", "expired")
_STAYS: Final = ("acknowledged", "snoozed")
_OPEN_AGAIN: Final = ("reopened", "reassigned")

ReadState = Callable[[str, float], Customer | None]
"""The state of a customer within so many seconds."""


class Span(NamedTuple):
    """The last `limit` touchpoints, none before `since` (ms); all as it stood at `at`."""

    limit: int
    since: int | None = None
    at: int | None = None


def of_kafka(kafka: Kafka) -> ReadState:
    """The state as it stands in Kafka."""
    return lambda customer_id, patience_s: stream.read(kafka, customer_id, patience_s)


def as_of(settings: Settings, at: int, knowledge: Callable[[], Knowledge]) -> ReadState:
    """The state as it stood at `at` (ms), folded again from the log in the archive."""

    from replay.past import state_at  # the whole of replay, which a look at the present does not need

    def state(customer_id: str, _: float) -> Customer | None:
        try:
            return state_at(settings, customer_id, at, knowledge())
        except ReplayError as error:
            raise StreamAway(str(error)) from error

    return state


def find(
    who: Person, archive: Archive, state: ReadState | None, knowledge: Callable[[], Knowledge], span: Span
) -> Known | None:
    """What is known of the person, and what could not be asked; None where neither store nor stream knows them.

    Store, state and knowledge are read at the same time. StoreError if the store does not answer, and the stream
    does not either or knows nobody.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        asked = None if state is None else pool.submit(state, who.customer_id, PATIENCE_S)
        away: StoreError | None = None
        stored = Stored()
        try:
            stored = archive.read(who.ids, span.limit, span.since, span.at)
        except StoreError as error:
            away = error
        rules = knowledge()
        customer, lack = _state(asked.result if asked is not None else None)
    if away is not None and state is not None and lack is not None and lack.lack == "state_deep":
        customer, lack = _state(lambda: state(who.customer_id, ALONE_S))
    if away is not None and customer is None:
        raise away
    if customer is None and not stored.touchpoints and stored.card is None:
        return None
    notes = [lack] if lack is not None else []
    if away is not None and customer is not None:
        notes.append(Note("archive_away", str(away)))
        stored = Stored(timeline=_glimpsed(customer, span))
    return _known(who, customer, stored, rules, archive if away is None else None, notes, span)


def _state(read: Callable[[], Customer | None] | None) -> tuple[Customer | None, Note | None]:
    """The state, or why there is none; that the stream knows nobody of that name is no lack."""
    if read is None:
        return None, Note("stream_away")
    try:
        return read(), None
    except StateDeep:
        return None, Note("state_deep")
    except (StreamAway, UnreadableState) as error:
        return None, Note("stream_away", str(error))


def _known(
    who: Person,
    customer: Customer | None,
    stored: Stored,
    knowledge: Knowledge,
    archive: Archive | None,
    notes: list[Note],
    span: Span,
) -> Known:
    card = stored.card
    if customer is not None:
        stands = standing.of_state(customer, knowledge)
        if archive is not None and span.at is None and _behind(customer, stored):
            notes.append(Note("archive_behind"))
    else:
        own = [shift for shift in stored.shifts if shift.customer_id == who.customer_id]
        stands = standing.of_shifts(card.relationship if card else None, card.since if card else None, own)
    if card is not None and card.knowledge != knowledge.version:
        notes.append(Note("other_knowledge", card.knowledge))
    return Known(
        customer_id=who.customer_id,
        standing=_placed(stands, archive, who, stored.timeline),
        linked=who.linked,
        language=_language(customer, card.language if card else None),
        touchpoints=max(stored.touchpoints, customer.touchpoints if customer else 0),
        first=stored.first or (customer.first if customer else None),
        latest=max(filter(None, (stored.latest, customer.latest if customer else None)), default=None),
        consents=_consents(customer, card.consents if card else {}),
        matters=_matters(who.customer_id, customer, stored),
        waiting=tuple(Waiting(t.due, t.name, t.key) for t in customer.timers if t.name != TIMER) if customer else (),
        timeline=stored.timeline,
        shifts=stored.shifts,
        signals=stored.signals,
        notes=tuple(notes),
    )


def _behind(customer: Customer, stored: Stored) -> bool:
    """Whether the archive lacks what the state knows already: the last touchpoint, or an alert that has come of it."""
    told = {alert.id for alert in stored.alerts}
    lacks = any(each.id not in told for case in customer.cases for each in case.alerts)
    return customer.latest > (stored.latest or 0) or (lacks and len(told) < ALERTS)


def _placed(stands: Standing, archive: Archive | None, who: Person, seen: Sequence[Contact]) -> Standing:
    """Reasons with the time and channel of their touchpoints."""
    found = {contact.event_id: contact for contact in seen if contact.event_id}
    missing = [reason.event_id for reason in stands.reasons if reason.event_id not in found]
    if archive is not None and missing:
        found |= archive.contacts(who.ids, missing)

    def placed(reason: Reason) -> Reason:
        contact = found.get(reason.event_id)
        if contact is None:
            return reason
        return msgspec.structs.replace(reason, at=contact.occurred_at, channel=contact.channel)

    return msgspec.structs.replace(stands, reasons=tuple(map(placed, stands.reasons)))


def _matters(customer_id: str, customer: Customer | None, stored: Stored) -> tuple[Matter, ...]:
    """By the state what is the customer's own, by the store what is not: that of linked keys."""
    if customer is None:
        return open_matters(stored.alerts, stored.changes)
    others = [alert for alert in stored.alerts if alert.customer_id != customer_id]
    return _pressing([*_of_cases(customer, stored.alerts), *open_matters(others, stored.changes)])


def open_matters(alerts: Sequence[Alert], changes: Sequence[AlertChange]) -> tuple[Matter, ...]:
    """Live alerts that no change has ended, by what the store knows; the most pressing first."""
    states: dict[str, str] = {}
    teams: dict[str, str] = {}
    for change in changes:
        if change.state in _OPEN_AGAIN and states.get(change.alert_id) not in _DONE:
            states[change.alert_id] = "open"
        if change.state == "reassigned":
            teams[change.alert_id] = change.team
        if change.state in _DONE or (change.state in _STAYS and states.get(change.alert_id) not in _DONE):
            states[change.alert_id] = change.state
    found = [
        Matter(a.id, teams.get(a.id, a.team), states.get(a.id, "open"), a.severity, _matter(a), a.title, a.at, a.due_at)
        for a in alerts
        if a.history is None and states.get(a.id) not in _DONE
    ]
    return _pressing(found)


def _matter(alert: Alert) -> str:
    return alert.dedup_key.removeprefix(f"{alert.customer_id}|").removesuffix(f"|{alert.team}")


def _of_cases(customer: Customer, alerts: Sequence[Alert]) -> list[Matter]:
    told = {alert.id: alert for alert in alerts}
    found = []
    for case in customer.cases:
        for each in case.alerts:
            alert = told.get(each.id)
            title, due, names = (alert.title, alert.due_at, ()) if alert else (None, each.due_at or None, case.names)
            opened = case.opened_at
            found.append(Matter(each.id, each.team, each.state, each.severity, case.matter, title, opened, due, names))
    return found


def _pressing(matters: list[Matter]) -> tuple[Matter, ...]:
    return tuple(sorted(matters, key=lambda m: (m.due_at is None, m.due_at or m.opened_at or 0, m.alert_id)))


def _language(customer: Customer | None, card: str | None) -> str | None:
    if customer is None:
        return card
    return customer.slots.get("language") or customer.language or customer.slots.get(HEARD) or card


def _consents(customer: Customer | None, card: dict[str, bool]) -> dict[str, bool]:
    if customer is None:
        return card
    return {scope: consent.granted for scope, consent in sorted(customer.consents.items())}


def _glimpsed(customer: Customer, span: Span) -> tuple[Contact, ...]:
    """The few touchpoints that the state remembers."""
    wanted = [glimpse for glimpse in customer.recent if glimpse.at >= (span.since or 0)]
    return tuple(
        Contact(g.at, g.type, g.channel, "company" if g.ours else "customer", g.words or None)
        for g in wanted[-span.limit :]
    )
