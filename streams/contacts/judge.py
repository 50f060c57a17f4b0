"""Everything that speaks against a contact, and when it will have passed (signals.md, Rulings: Decisions)."""

from __future__ import annotations

from typing import NamedTuple

from schemas import times
from schemas.records import Touchpoint
from streams.contacts import bookkeeping as book
from streams.contacts import consent
from streams.contacts.budget import DAY_MS, Budget
from streams.contacts.ledger import Ledger
from streams.customers.ids import fingerprint
from streams.customers.locally import local, zone_of
from streams.customers.moment import Moment
from streams.knowledge.model import Knowledge, RelationshipType
from streams.knowledge.wording import CONTACT_REASONS
from streams.relationships.relationships import Relationships
from streams.signals.running_out import rhythms_of, usual_ms

OWN = 3
"""Times from which the mean interval is theirs, and not mostly that of their category."""


class Contact(NamedTuple):
    """A message that is planned or has been sent; `cost` in tokens, `mark` stands for its `contact_id`."""

    touchpoint: Touchpoint
    channel: str
    purpose: str
    mark: int
    cost: float


class Judge:
    """The rules of one version of knowledge. Promotions and surveys can fail by any of them, service and care only
    by consent, by quiet hours and where we do not know the customer."""

    def __init__(self, knowledge: Knowledge, relationships: Relationships) -> None:
        self.rules = knowledge.contacts
        self._knowledge = knowledge
        self._relationships = relationships
        self._harmed = knowledge.type_index[self.rules.harm_type]

    def reasons(self, state: Ledger, moment: Moment, contact: Contact, theirs: int) -> tuple[str, ...]:
        """Every reason against it, most binding first; `theirs`: touchpoints of the customer but planned contacts."""
        found = set[str]()
        if theirs <= 0:
            found.add("unknown_customer")
        objection = consent.objection(state.words, contact.channel, contact.purpose, self.rules.yes_by_default)
        if objection is not None:
            found.add(objection)
        if self._quiet(state, moment, contact, moment.at):
            found.add("quiet_hours")
        if contact.purpose in consent.ASKS_FIRST:
            found |= self._against_promotion(state, moment, contact)
        return tuple(reason for reason in CONTACT_REASONS if reason in found)

    def _against_promotion(self, state: Ledger, moment: Moment, contact: Contact) -> set[str]:
        found = set[str]()
        if self._harms(moment):
            found.add("harm_guard")
        if state.complaints:
            found.add("open_complaint")
        if self._open_alert(moment):
            found.add("open_alert")
        if _exposed(state, moment):
            found.add("already_exposed")
        due = self.due_at(state, moment, book.things(moment))
        if due is not None and due > moment.at:
            found.add("not_due")
        if self._free_at(state, moment, contact) != moment.at:
            found.add("budget_empty")
        return found

    def _open_alert(self, moment: Moment) -> bool:
        return any(
            alert.severity in ("error", "critical") or not self.rules.open_alerts.isdisjoint(case.names)
            for case in moment.customer.cases
            for alert in case.alerts
        )

    def stops_offers(self, state: Ledger, moment: Moment) -> bool:
        """Whether something speaks against an offer that they have asked for themselves."""
        forbidden = "promotion" in self.relationship(moment).never
        return forbidden or bool(state.complaints) or self._open_alert(moment) or self._harms(moment)

    def _harms(self, moment: Moment) -> bool:
        chances = self._relationships.posterior(moment.customer, max(moment.at, moment.customer.latest))
        return chances[self._harmed] >= self.rules.harm_probability

    def due_at(self, state: Ledger, moment: Moment, things: list[str]) -> int | None:
        """When the first known of `things` is due again; None where they have no rhythm of it.

        From two intervals on it is their own mean that counts, before them the one that `running_out` goes by.
        """
        cycle = next((c for key in things for c in state.cycles if c.key == key), None)
        if cycle is None or cycle.times < 2:
            return None
        usual = usual_ms(rhythms_of(moment), cycle.times, cycle.days, cycle.category)
        if usual is None:
            return None
        own = cycle.days / (cycle.times - 1) * DAY_MS if cycle.times >= OWN else usual
        return cycle.last + round(self.rules.due_share * own)

    def _free_at(self, state: Ledger, moment: Moment, contact: Contact) -> int | None:
        budget = self.budget(moment)
        return budget.free_from(state.buckets, state.holds, contact.channel, contact.cost, moment.at)

    def _quiet(self, state: Ledger, moment: Moment, contact: Contact, at: int) -> bool:
        if contact.purpose == "service" and self._serves(state, moment, contact.touchpoint):
            return False
        clock = local(at, zone_of(moment))
        return self.rules.quiet[contact.purpose].holds(clock.hour * 60 + clock.minute)

    def _serves(self, state: Ledger, moment: Moment, touchpoint: Touchpoint) -> bool:
        """Whether it is about an open order or complaint: the one it names, else any."""
        since = moment.at - self.rules.order_open_days * DAY_MS
        orders = {order for order, at in state.orders.items() if at >= since}
        if touchpoint.order_id or touchpoint.complaint_id:
            return touchpoint.order_id in orders or f"complaint:{touchpoint.complaint_id}" in state.complaints
        return bool(orders or state.complaints)

    def retry_at(self, state: Ledger, moment: Moment, contact: Contact, reasons: tuple[str, ...]) -> int | None:
        """When all that time can lift has lifted."""
        moments = list[int]()
        if "not_due" in reasons:
            moments.append(self.due_at(state, moment, book.things(moment)) or moment.at)
        if "budget_empty" in reasons and (free := self._free_at(state, moment, contact)) is not None:
            moments.append(free)
        if "quiet_hours" in reasons:
            moments.append(moment.at)
        if not moments:
            return None
        at = max(moments)
        return self._loud_from(moment, contact, at) if self._quiet(state, moment, contact, at) else at

    def _loud_from(self, moment: Moment, contact: Contact, at: int) -> int:
        end = self.rules.quiet[contact.purpose].end
        zone = zone_of(moment)
        today = local(at, zone).replace(hour=end // 60, minute=end % 60, second=0, microsecond=0)
        ends = round(today.timestamp() * 1000)
        if ends > at:
            return ends
        tomorrow = local(ends + DAY_MS, zone).replace(hour=end // 60, minute=end % 60)
        return round(tomorrow.timestamp() * 1000)

    def relationship(self, moment: Moment) -> RelationshipType:
        """The declared one; where nothing is declared, the one whose capacity they have."""
        declared = moment.customer.declared
        return self._knowledge.relationship(self.rules.undeclared) if declared < 0 else self._knowledge.types[declared]

    def budget(self, moment: Moment) -> Budget:
        return Budget(self.relationship(moment).cap, self.rules.period_days * DAY_MS)

    def contact(self, moment: Moment, touchpoint: Touchpoint) -> Contact:
        purpose = str(moment.properties.get("purpose"))
        if purpose not in self.rules.quiet:
            purpose = "promo"  # Past the contract, straight onto the topic: judged by the strictest.
        tokens = self._knowledge.channels[touchpoint.channel].promo_tokens if purpose in consent.ASKS_FIRST else 0
        mark = fingerprint(contact_id(moment)) & 0xFFFFFFFF
        return Contact(touchpoint, touchpoint.channel, purpose, mark, tokens)


def contact_id(moment: Moment) -> str:
    named = moment.properties.get("contact_id")
    return named if isinstance(named, str) and named else moment.event_id


def _exposed(state: Ledger, moment: Moment) -> bool:
    """Whether they were there since the offer began: at its place, else anywhere."""
    began = moment.properties.get("offer_started_at")
    if not isinstance(began, str):
        return False
    try:
        since = times.read(began).at
    except ValueError:
        return False
    place = moment.properties.get("offer_at_location")
    visits = [state.visits.get(place, 0)] if isinstance(place, str) and place else list(state.visits.values())
    return any(at >= since for at in visits)
