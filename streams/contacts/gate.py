"""Whether a contact may go out: every planned one is answered, every sent one judged (signals.md: Contact rules)."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec

from schemas.records import Decision, Touchpoint, Value
from streams.contacts import bookkeeping as book
from streams.contacts import ledger
from streams.contacts.judge import Contact, Judge, contact_id
from streams.contacts.ledger import Answer, Hold, Ledger
from streams.contacts.offering import RightOffer
from streams.customers.customer import Timer
from streams.customers.ids import output_id
from streams.customers.moment import Moment, because, worse
from streams.knowledge.model import Knowledge
from streams.knowledge.wording import CONTACT_REASONS as REASONS
from streams.relationships.relationships import Relationships
from streams.signals.refusal import SAID

BROKEN = "contact_rule_broken"
VISITS = frozenset({"store.entered", "store.visited", "service.completed", "qr.scanned", "purchase.made"})
ORDER_ENDS = frozenset({"order.cancelled", "order.returned"})


class Gate:
    """Answers `contact.planned` with one decision that names every reason; judges `message.sent` by the same rules.

    Asked again for a `contact_id` among the last `ANSWERS`, the answer is the same and reserves nothing more.
    A permitted contact holds its tokens until its message goes out, or for `reservation_hours`.
    What a permitted contact sends in that time breaks no rule.
    """

    name: ClassVar[str] = "contacts"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = VISITS | ORDER_ENDS | SAID | {
        "contact.planned", "message.sent", "consent.changed", "message.unsubscribed", "order.placed",
        "delivery.attempted", "complaint.resolved",
    }  # fmt: skip
    state = Ledger

    def __init__(self, knowledge: Knowledge, relationships: Relationships) -> None:
        self._judge = Judge(knowledge, relationships)
        self._rules = knowledge.contacts
        self._offers = RightOffer(self._judge)
        self._handlers: dict[str, Callable[[Ledger, Moment, Touchpoint], Ledger]] = {
            "contact.planned": self._planned,
            "message.sent": self._sent,
            "consent.changed": book.consented,
            "message.unsubscribed": book.unsubscribed,
            **dict.fromkeys(SAID, book.said),
            "order.placed": book.ordered,
            "delivery.attempted": book.delivered,
            **dict.fromkeys(ORDER_ENDS, book.order_ended),
            "complaint.opened": book.complained,
            "complaint.reopened": book.complained,
            "complaint.resolved": book.resolved,
            **dict.fromkeys(VISITS, book.visited),
            "qr.scanned": self._scanned,
        }

    def start(self) -> Ledger:
        return Ledger()

    def observe(self, state: Ledger, moment: Moment) -> Ledger:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        return self._handlers[touchpoint.type](state, moment, touchpoint)

    def due(self, state: Ledger, timer: Timer, moment: Moment) -> Ledger:
        return state

    def merge(self, state: Ledger, older: Ledger) -> Ledger:
        return ledger.merge(state, older)

    def _scanned(self, state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
        self._offers.scanned(state, moment, touchpoint)
        return book.visited(state, moment, touchpoint)

    def _planned(self, state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
        state = msgspec.structs.replace(state, planned=state.planned + 1)
        contact = self._judge.contact(moment, touchpoint)
        given = next((answer for answer in state.answers if answer.contact == contact.mark), None)
        if given is None:
            reasons = self._judge.reasons(state, moment, contact, moment.customer.touchpoints - state.planned)
            retry_at = self._judge.retry_at(state, moment, contact, reasons)
            given = Answer(contact.mark, moment.at, _bits(reasons), retry_at)
            state = msgspec.structs.replace(state, answers=(*state.answers, given)[-ledger.ANSWERS :])
            if not reasons and contact.cost > 0:
                until = moment.at + round(self._rules.reservation_hours * 3_600_000)
                hold = Hold(contact.mark, contact.channel, contact.cost, until)
                kept = [each for each in state.holds if each.until > moment.at]
                state = msgspec.structs.replace(state, holds=(*kept, hold)[-ledger.HOLDS :])
        moment.out.append(_decision(moment, contact_id(moment), given))
        return state

    def _sent(self, state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Ledger:
        contact = self._judge.contact(moment, touchpoint)
        if not self._permitted(state, moment, contact):
            reasons = self._judge.reasons(state, moment, contact, moment.customer.touchpoints - 1 - state.planned)
            if reasons:
                self._broken(moment, contact, reasons)
        named = _is_named(moment)
        own = (h for h in state.holds if (h.contact == contact.mark if named else h.channel == contact.channel))
        freed = next(own, None)
        holds = tuple(hold for hold in state.holds if hold is not freed) if contact.cost > 0 else state.holds
        buckets = self._judge.budget(moment).spend(state.buckets, contact.channel, contact.cost, moment.at)
        return msgspec.structs.replace(state, holds=holds, buckets=buckets)

    def _permitted(self, state: Ledger, moment: Moment, contact: Contact) -> bool:
        since = moment.at - round(self._rules.reservation_hours * 3_600_000)
        if _is_named(moment):
            asked = (a for a in state.answers if a.contact == contact.mark)
            return any(not answer.reasons and answer.at >= since for answer in asked)
        return any(hold.channel == contact.channel and hold.until > moment.at for hold in state.holds)

    def _broken(self, moment: Moment, contact: Contact, reasons: tuple[str, ...]) -> None:
        rule = moment.knowledge.signals.get(BROKEN)
        if rule is None:
            return
        closeness = self._judge.relationship(moment).closeness
        values: dict[str, Value] = {
            "reasons": " ".join(reasons),
            "channel": contact.channel,
            "purpose": contact.purpose,
            "weight": round(1 + 2 * closeness, 2),
        }
        severe = closeness >= self._rules.severe_from_closeness
        severity = worse(rule.severity) if severe else rule.severity
        moment.signal(BROKEN, f"contact:{contact.channel}", values, [because(moment, "message.sent")], severity)


def _is_named(moment: Moment) -> bool:
    """Whether the message says which planned contact it is; others are taken for the oldest on their channel."""
    return isinstance(moment.properties.get("contact_id"), str)


def _decision(moment: Moment, contact_id: str, answer: Answer) -> Decision:
    reasons = tuple(reason for bit, reason in enumerate(REASONS) if answer.reasons >> bit & 1)
    return Decision(
        id=output_id("decision", Gate.name, Gate.version, moment.customer_id, contact_id, "", moment.cause),
        at=moment.at, partition=moment.partition, offset=moment.offset, knowledge=moment.knowledge.version,
        because=(because(moment, "contact.planned"),), customer_id=moment.customer_id, history=moment.history,
        contact_id=contact_id, permitted=not reasons, reasons=reasons, retry_at=answer.retry_at,
    )  # fmt: skip


def _bits(reasons: tuple[str, ...]) -> int:
    return sum(1 << REASONS.index(reason) for reason in reasons)
