"""From numbers to the score of every relationship: weights by hand, or fitted where there are such."""

from __future__ import annotations

from math import log
from typing import Final

import numpy as np

from streams.compiled import compiled
from streams.customers.customer import Customer
from streams.knowledge.model import TYPE_IDS, Knowledge
from streams.relationships.counts import DAY_MS
from streams.relationships.features import FIRST_EXTRA, KINDS, SIZE, Numbers, Reader, names
from streams.relationships.habits import BROKEN, INTRINSIC, SLOTS, VOICES

UNIT: Final = 16_000.0
"""A number times a weight in such parts of a nat: numbers are sixteenths, weights thousandths."""
VOICE_BY_HAND: Final = 1500
"""Thousandths of a nat that one whole text says for the type that it sounds like, before anything was fitted."""
YEAR_DAYS: Final = 365.25


def of_slots(knowledge: Knowledge) -> dict[int, str]:
    """What is counted where; a slot that several deeds share has the name of the first."""
    found = dict(enumerate(INTRINSIC))
    for deed in knowledge.deeds:
        found.setdefault(deed.slot, deed.name)
    for done in knowledge.company_deeds:
        found.setdefault(done.slot, done.name)
    found[knowledge.hurt.slot] = "hurt"
    return found | {VOICES + n: type_id for n, type_id in enumerate(TYPE_IDS)}


def numbers_of(knowledge: Knowledge) -> tuple[str, ...]:
    """The name of every number that is read, in order."""
    return names(of_slots(knowledge))


def by_hand(knowledge: Knowledge) -> Numbers:
    """Weights before anything was fitted: those of the deeds on how often, one for each voice, and the priors."""
    found = np.zeros((SIZE, len(knowledge.types)))
    said = [(d.slot, d.weights) for d in knowledge.company_deeds] + [(d.slot, d.weights) for d in knowledge.deeds]
    said.append((knowledge.hurt.slot, knowledge.hurt.weights))
    for slot, weights in said:
        for name, weight in weights.items():
            found[slot, knowledge.type_index[name]] = round(1000 * weight)
    for turn in knowledge.combinations:
        if turn.transformational:
            for name, weight in turn.weights.items():
                found[[BROKEN, SLOTS + BROKEN], knowledge.type_index[name]] = round(1000 * weight)
    for index, each in enumerate(knowledge.types):
        found[VOICES + index, index] = VOICE_BY_HAND
        found[FIRST_EXTRA, index] = round(1000 * log(each.prior))
    return found


def present(knowledge: Knowledge) -> Numbers:
    """The weights that hold: fitted ones, else those by hand; without the company's industry and language."""
    found = by_hand(knowledge)
    for number, name in enumerate(numbers_of(knowledge)):
        fitted = knowledge.weights.get(name)
        if fitted is not None:
            found[number] = [fitted.get(type_id, 0.0) for type_id in TYPE_IDS]
    return found


class Reading:
    """Numbers and weights are whole and their products small: sums are exact in any order and on any machine."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._weights = present(knowledge)
        company = knowledge.company
        for index, each in enumerate(knowledge.types):
            self._weights[FIRST_EXTRA, index] += round(1000 * log(each.likelier(company.industry, company.language)))
        self._reader = Reader(tuple(t.valence * t.closeness for t in knowledge.types))
        self._scores = compiled(_scores)
        once = self._weights[: len(KINDS) * SLOTS].reshape(len(KINDS), SLOTS, -1).sum(axis=0)
        self._once = np.rint(once - once.mean(axis=1, keepdims=True)).astype(int)
        best = self._once.argmax(axis=1).tolist()
        self._speaks = tuple((index, int(self._once[slot, index])) for slot, index in enumerate(best))
        self.scores(self.numbers(Customer(), 0))  # compiled now, and not while the first customer waits

    def numbers(self, customer: Customer, at: int) -> Numbers:
        """What a customer's habits say at `at` (ms), in the order of `numbers_of`."""
        return self._reader.read(customer.habits, at, _member_years(customer, at))

    def scores(self, numbers: Numbers) -> list[float]:
        """The score of every type in nats."""
        found: list[float] = self._scores(numbers, self._weights, UNIT).tolist()
        return found

    def speaks(self, slot: int) -> tuple[int, int]:
        """For which type one occurrence speaks most, and how much more than for others, in thousandths of a nat."""
        return self._speaks[slot]

    def one(self, slot: int, type_index: int) -> int:
        """How much more one occurrence speaks for a type than for others, in thousandths of a nat."""
        return int(self._once[slot, type_index])


def _scores(numbers: Numbers, weights: Numbers, unit: float) -> Numbers:
    """Compiled: only the numbers that are not zero are looked at."""
    found = np.zeros(weights.shape[1])
    for n in range(len(numbers)):
        if numbers[n] != 0:
            for t in range(len(found)):
                found[t] += numbers[n] * weights[n, t]
    for t in range(len(found)):
        found[t] /= unit
    return found


def _member_years(customer: Customer, at: int) -> int:
    told = customer.slots.get("member_since")
    if not told:
        return 0
    since = told[:4]
    if not (len(since) == 4 and since.isascii() and since.isdigit()):
        return 0
    return max(0, int(at / DAY_MS / YEAR_DAYS) + 1970 - int(since))
