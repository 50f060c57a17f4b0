"""Why a customer is what they are to us: the declared type, its reasons, and what else is likely. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Final

from rapport.customers.known import Likely, Reason, Standing
from schemas.records import Shift
from streams.customers.customer import Customer
from streams.knowledge.model import Knowledge
from streams.relationships.reading import Reading
from streams.relationships.turning import STRANGER

LIKELY: Final = 4
"""The declared type and its runners-up."""
LEAST: Final = 0.005
"""What is less likely rounds to nothing."""


def posterior(customer: Customer, knowledge: Knowledge) -> list[float]:
    """What `Relationships.posterior` says as of the last touchpoint, without the lists by which it reads new ones."""
    reading = Reading(knowledge)
    scores = reading.scores(reading.numbers(customer, customer.latest))
    top = max(scores)
    shares = [exp(score - top) for score in scores]
    return [share / sum(shares) for share in shares]


def of_state(customer: Customer, knowledge: Knowledge) -> Standing:
    """By the state, as of the customer's last touchpoint; the reasons those that the state still holds.

    Reasons for the declared type first, the weightiest first.
    """
    declared = STRANGER if customer.declared < 0 else knowledge.types[customer.declared].id
    shares = posterior(customer, knowledge)
    order = sorted(range(len(shares)), key=lambda index: -shares[index])
    index = knowledge.type_index[declared]
    shown = order[:LIKELY] if index in order[:LIKELY] else [*order[: LIKELY - 1], index]
    likely = [Likely(knowledge.types[index].id, round(shares[index], 4)) for index in shown]
    reasons = sorted(customer.reasons, key=lambda reason: (reason.type != customer.declared, -reason.milli))
    return Standing(
        declared,
        customer.since or None,
        tuple(Reason(r.event_id, r.what, knowledge.types[r.type].id, r.milli / 1000) for r in reasons),
        tuple(each for each in likely if each.probability >= LEAST or each.type == declared),
        customer.latest,
        "state",
    )


def of_shifts(declared: str | None, since: int | None, shifts: Sequence[Shift]) -> Standing:
    """By the last shift, as of its moment: what can be said without the state. `declared`: by the card, if any."""
    last = max(shifts, key=lambda shift: (shift.at, shift.offset), default=None)
    if last is None or (declared is not None and last.to != declared):
        return Standing(declared or STRANGER, since)
    reasons = tuple(Reason(each.event_id, each.what, last.to, each.weight) for each in last.because)
    return Standing(last.to, since or last.at, reasons, (Likely(last.to, last.probability),), last.at, "shift")
