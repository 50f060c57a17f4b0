"""The rules of a relationship, and how badly one was broken (domain document §1.2, D11). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from schemas.records import Severity, Touchpoint
from streams.knowledge.conditions import holding
from streams.knowledge.evidence import Hurt, Violation
from streams.knowledge.model import Knowledge, RelationshipType

CLOSER: Final = 2.0
"""A stranger's blunder is borne, a friend's is not: base × (1 + 2 × closeness)."""


def broken(
    knowledge: Knowledge, declared: int, touchpoint: Touchpoint, facts: Mapping[str, object],
    waits: Callable[[str], bool],
) -> list[Violation]:  # fmt: skip
    """Rules of the relationship that what we did breaks; none where nothing is declared. `waits`: whether something of
    the customer's waits for us, by the signal that says so."""
    if declared < 0 or touchpoint.initiator != "company":
        return []
    rules = knowledge.violations.get(knowledge.types[declared].id, ())
    return [
        rule for rule in rules
        if touchpoint.type in rule.types and holding(rule.when)(touchpoint, facts)
        and (not rule.waits or waits(rule.waits))
    ]  # fmt: skip


def severity(rule: Violation, type_: RelationshipType, hurt: Hurt, days: float = 0.0) -> float:
    """How much it hurts, so many days later: at most 3. A fling forgives (Aaker, Fournier and Brasel 2004)."""
    fresh: float = 0.5 ** (max(0.0, days) / hurt.half_life_days)
    return rule.base * (1 + CLOSER * type_.closeness) * hurt.bears.get(type_.id, 1.0) * fresh


def worded(amount: float, hurt: Hurt) -> Severity | None:
    """The word for a severity; None where it is only counted."""
    if amount < hurt.signal_from:
        return None
    return "error" if amount >= hurt.error_from else "warning"
