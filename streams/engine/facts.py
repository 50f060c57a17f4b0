"""What touchpoints tell about a person, whatever the detectors make of it."""

from __future__ import annotations

import msgspec

from schemas.records import Touchpoint
from schemas.sealing import KINDS, SEALED
from streams.customers.customer import COMPLAINTS, HEARD, PAYS, RECENT, WAYS, Complaint, Consent, Customer, Glimpse
from streams.customers.moment import Moment
from streams.knowledge.wording import SLOTS
from streams.signals.matter import matter_of
from streams.signals.occasion import BUYS
from streams.signals.refusal import SAID, taken_back
from streams.texts.tongue import tongue

SLOT_LETTERS = 64
GLIMPSE_BYTES = 120
CUT = "…"
"""Ends words that were longer."""
_TOLD = SAID | {"consent.changed", "message.unsubscribed", "profile.updated"}
UNTOLD = frozenset({"und", "mul", "zxx"})
"""Codes by which a source says that it does not know the language (ISO 639-2)."""
CHANNELS = frozenset({"email", "sms", "dm", "push", "letter", "phone", "chat", "social"})
"""By which somebody can be reached where they have been heard or were reached before."""
REACHED = ("message.", "agent.", "call.", "chat.")
"""Groups of what our people do that show a way to the customer."""
COMPLAINS = frozenset({"complaint.opened", "complaint.reopened", "complaint.resolved"})
HIDDEN = ("alert.", "consent.", "profile.", "identity.")
"""Groups that the card's recent touchpoints leave out: they are ours, not the customer's."""


def learn(moment: Moment, touchpoint: Touchpoint) -> None:
    """Language, place and offset of the last word; ways to reach them; consents and profile, where the touchpoint is
    about them. A language that is told holds; before one is, that of their own words does."""
    customer = moment.customer
    if touchpoint.email or touchpoint.phone:
        _contact(customer, touchpoint)
    language, place, kind = touchpoint.language, touchpoint.location_id, touchpoint.type
    if touchpoint.initiator == "customer":
        if language and language not in UNTOLD:
            customer.language = language
        elif touchpoint.text and customer.language is None:
            _note(customer, HEARD, tongue(touchpoint.text))
    if touchpoint.channel in CHANNELS:
        _way(customer, touchpoint)
    if moment.at >= customer.latest:
        if touchpoint.initiator == "customer":
            customer.offset_minutes = touchpoint.occurred_offset
        if place:
            customer.place = place
    if kind in BUYS and touchpoint.currency:
        _pays(moment, touchpoint.currency)
    if kind in _TOLD:
        _hear(moment, touchpoint)


def _hear(moment: Moment, touchpoint: Touchpoint) -> None:
    """What they tell of themselves and of how they may be reached."""
    kind = touchpoint.type
    if kind == "consent.changed":
        _consent(moment)
    elif kind == "message.unsubscribed":
        _withdraw(moment, touchpoint.channel)
    elif kind == "profile.updated":
        _profile(moment)
    elif touchpoint.text:
        for channel in taken_back(moment):
            _withdraw(moment, channel)


def _contact(customer: Customer, touchpoint: Touchpoint) -> None:
    """The last address and number, for writing and calling back: only as the seals that they came in."""
    for kind, value in zip(KINDS, (touchpoint.email, touchpoint.phone), strict=True):
        if value and value.startswith(SEALED) and customer.slots.get(kind) != value:
            customer.slots = {**customer.slots, kind: value}


def _note(customer: Customer, slot: str, value: str | None) -> None:
    if value is not None and customer.slots.get(slot) != value:
        customer.slots = {**customer.slots, slot: value}


def _pays(moment: Moment, currency: str) -> None:
    """The currency in which they buy; the base alone only where another would be thought of."""
    money, slots = moment.knowledge.money, moment.customer.slots
    if currency in money.rates and (currency != money.base or PAYS in slots or moment.language in money.languages):
        _note(moment.customer, PAYS, currency)


def _way(customer: Customer, touchpoint: Touchpoint) -> None:
    """They can be reached by a channel that they use, or by which we have reached them; what bounces reaches nobody."""
    channel, known = touchpoint.channel, customer.slots.get(WAYS, "")
    if touchpoint.type == "message.bounced":
        if channel in known:
            _note(customer, WAYS, " ".join(each for each in known.split() if each != channel))
    elif channel not in known and (touchpoint.initiator == "customer" or touchpoint.type.startswith(REACHED)):
        _note(customer, WAYS, " ".join(sorted((*known.split(), channel))))


def _consent(moment: Moment) -> None:
    facts = moment.properties
    scope, granted, purposes = facts.get("scope"), facts.get("granted"), facts.get("purposes")
    if isinstance(scope, str) and isinstance(granted, bool):
        named = tuple(sorted(str(p) for p in purposes)) if isinstance(purposes, list) else ()
        _last_word(moment.customer, scope, Consent(moment.at, granted, named))


def _withdraw(moment: Moment, channel: str) -> None:
    _last_word(moment.customer, channel, Consent(moment.at, False, ("care", "promo", "survey")))


def _last_word(customer: Customer, scope: str, consent: Consent) -> None:
    known = customer.consents.get(scope)
    if known is None or consent.at >= known.at:
        customer.consents = {**customer.consents, scope: consent}


def _profile(moment: Moment) -> None:
    fields = moment.properties.get("fields")
    if isinstance(fields, dict):
        told = {s: str(v)[:SLOT_LETTERS] for s, v in fields.items() if s in SLOTS and isinstance(v, str | int | float)}
        moment.customer.slots = {**moment.customer.slots, **told}


def remember(moment: Moment, touchpoint: Touchpoint) -> None:
    """Keeps the touchpoint among those that the card shows, in order of their own time."""
    if touchpoint.type.startswith(HIDDEN):
        return
    words = touchpoint.text or (moment.item if touchpoint.item_id else "")
    if len(words) > GLIMPSE_BYTES // 4 and len(whole := words.encode()) > GLIMPSE_BYTES:
        words = whole[: GLIMPSE_BYTES - len(CUT.encode())].decode(errors="ignore") + CUT
    at, ours = moment.at, touchpoint.initiator == "company"
    private = touchpoint.category in moment.knowledge.alerts.sensitive
    glimpse = Glimpse(at, touchpoint.type, touchpoint.channel, words, ours, private)
    customer = moment.customer
    if touchpoint.type in COMPLAINS:
        _complains(moment, touchpoint, glimpse)
    recent = customer.recent
    if recent and recent[-1].at > at:
        customer.recent = tuple(sorted((*recent, glimpse), key=lambda g: g.at))[-RECENT:]
    else:
        customer.recent = (*recent[1 - RECENT :], glimpse)


def _complains(moment: Moment, touchpoint: Touchpoint, glimpse: Glimpse) -> None:
    """Keeps what they first said of each complaint that is open. One is until it is resolved and they do not say that
    they are dissatisfied; what is resolved without a name is all of it."""
    matter, known = matter_of(moment) or "complaint:", moment.customer.complaints
    if touchpoint.type == "complaint.resolved":
        if moment.properties.get("satisfied") is not False:
            named = touchpoint.complaint_id or any(each.matter == matter for each in known)
            left = [each for each in known if (named and each.matter != matter) or each.said.at > moment.at]
            moment.customer.complaints = tuple(left)
        return
    first = next((each for each in known if each.matter == matter), None)
    if first is not None and (first.said.words or not touchpoint.text):
        return
    about = "" if touchpoint.text else str(moment.properties.get("cause") or moment.item or "")[:SLOT_LETTERS]
    said = glimpse if touchpoint.text else msgspec.structs.replace(glimpse, words="")
    others = [each for each in known if each.matter != matter]
    kept = sorted((*others, Complaint(matter, said, about)), key=lambda each: (each.said.at, each.matter))
    moment.customer.complaints = tuple(kept[-COMPLAINTS:])
