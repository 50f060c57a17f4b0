"""The relationship that a customer would like, the one that we treat them as, and how far apart two are. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final, NamedTuple

from streams.customers.customer import Customer
from streams.knowledge.model import Knowledge, RelationshipType
from streams.relationships import habits as h
from streams.relationships.counts import ONE, factor
from streams.relationships.habits import FAST_MS, SLOW_MS, VOICES, Habits

OPEN: Final = 0.25
"""What the last weeks' texts sound like must be this much of a text, …"""
RISING: Final = 1.25
"""… and so many times what the last months' did."""
FURTHEST: Final = sqrt(5.0)


class Wish(NamedTuple):
    """Ids of types; `mismatch` is how far the one that we treat them as is from the one that they want, 0..1."""

    declared: str
    wished: str
    treated: str
    mismatch: float


def wish(knowledge: Knowledge, customer: Customer, declared: str, tones: Sequence[str], at: int) -> Wish:
    """`tones` of our last messages. Who signals nothing wants what there is; whom we write nothing is treated so."""
    wanted = wished(knowledge, customer.habits, declared, at)
    given = treated(knowledge, wanted, tones)
    apart = distance(knowledge.relationship(wanted), knowledge.relationship(given))
    return Wish(declared, wanted, given, round(apart, 3))


def wished(knowledge: Knowledge, habits: Habits, declared: str, at: int) -> str:
    """The type that the words of the last weeks sound like more and more; the declared one where none does."""
    slow, fast = factor(habits.slow, SLOW_MS, at) / ONE, factor(habits.fast, FAST_MS, at) / ONE
    texts = habits.slow.sums.get(h.TEXTS, 0) * slow, habits.fast.sums.get(h.TEXTS, 0) * fast
    found = declared, OPEN
    for index, each in enumerate(knowledge.types):
        months = habits.slow.sums.get(VOICES + index, 0) * slow / (texts[0] + 0.5)
        weeks = habits.fast.sums.get(VOICES + index, 0) * fast / (texts[1] + 0.5)
        if weeks >= max(found[1], months * RISING) and each.valence >= 0 and each.id != declared:
            found = each.id, weeks
    return found[0]


def treated(knowledge: Knowledge, wanted: str, tones: Sequence[str]) -> str:
    """The type whose tones fit our last messages best; of several, the one that is nearest to what they want."""
    mine = knowledge.relationship(wanted)

    def fit(each: RelationshipType) -> tuple[int, float]:
        return -sum(tone in each.tones for tone in tones), distance(mine, each)

    return min(knowledge.types, key=fit).id if tones else wanted


def distance(one: RelationshipType, other: RelationshipType) -> float:
    """0 for the same, 1 for the furthest that could be, over valence, closeness, power, formality and emotion."""
    steps = (
        (one.valence - other.valence) / 2, one.closeness - other.closeness, (one.power - other.power) / 2,
        one.formality - other.formality, one.emotion - other.emotion,
    )  # fmt: skip
    return sqrt(sum(step * step for step in steps)) / FURTHEST
