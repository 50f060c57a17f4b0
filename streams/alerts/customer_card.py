"""The card of a customer that a screen-pop shows, sent only when it changed in what staff see."""

from __future__ import annotations

from schemas.records import CustomerCard
from streams.customers.ids import fingerprint, output_id
from streams.customers.moment import Moment
from streams.relationships.turning import STRANGER


def card_if_changed(moment: Moment) -> CustomerCard | None:
    """The card as it stands now; None while staff would see no difference."""
    customer = moment.customer
    declared = customer.declared
    relationship = STRANGER if declared < 0 else moment.knowledge.types[declared].id
    language = moment.language
    alerts = tuple([alert.id for case in customer.cases for alert in case.alerts])
    consents = {scope: consent.granted for scope, consent in sorted(customer.consents.items())}
    mark = fingerprint(f"{relationship}|{customer.since}|{language}|{alerts}|{consents}")
    if mark == customer.card:
        return None
    customer.card = mark
    return CustomerCard(
        id=output_id("card", "customer", 1, moment.customer_id, f"{mark:x}", "", moment.cause), at=moment.at,
        partition=moment.partition, offset=moment.offset, knowledge=moment.knowledge.version,
        customer_id=moment.customer_id, history=moment.history, relationship=relationship,
        since=customer.since or None, language=language, open_alerts=alerts, consents=consents,
    )  # fmt: skip
