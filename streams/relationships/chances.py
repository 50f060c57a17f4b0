"""How likely a customer has a relationship just now, for the detectors that ask: rarely, since reading costs tens of
microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

from streams.customers.moment import Moment
from streams.relationships.reading import Reading

_readings: dict[str, Reading] = {}


def chance(moment: Moment, type_ids: Iterable[str]) -> float:
    """The summed probability of the types, as it stands at the moment."""
    knowledge, customer = moment.knowledge, moment.customer
    reading = _readings.get(knowledge.version)
    if reading is None:
        reading = _readings[knowledge.version] = Reading(knowledge)
    scores = reading.scores(reading.numbers(customer, max(moment.at, customer.latest)))
    top = max(scores)
    shares = [exp(score - top) for score in scores]
    return sum(shares[knowledge.type_index[type_id]] for type_id in type_ids) / sum(shares)


def leads(moment: Moment, type_ids: Iterable[str]) -> bool:
    """Whether one of the types is declared, or leads: what can be told without reading."""
    known = {moment.knowledge.type_index[type_id] for type_id in type_ids}
    return moment.customer.declared in known or moment.customer.habits.candidate in known
