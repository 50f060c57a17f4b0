"""Which of five kinds of consumer somebody is (S1-15, D14): naive Bayes over what they buy, never who they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streams.knowledge.model import Knowledge
from streams.relationships import habits as h
from streams.relationships.counts import ONE, factor
from streams.relationships.habits import SLOW_MS, Habits

CONSUMERS: Final = ("adventurer", "striver", "price_first", "trend_follower", "indifferent")
"""敢于冒险者, 努力耕耘者, 价格至上者, 潮流追随者, 时代落伍者."""
SHARES: Final = (0.14, 0.22, 0.27, 0.26, 0.10)
"""Before anything is known (the seed's; they add up to .99)."""
CITIES: Final[dict[str, dict[str, float]]] = {
    "shanghai": {"price_first": 0.31}, "guangzhou": {"trend_follower": 1 / 3},
    "beijing": dict.fromkeys(CONSUMERS, 0.2),
}  # fmt: skip
"""What is otherwise there (the seed names no more)."""
LIKELY: Final[dict[str, tuple[float, ...]]] = {
    "new": (0.75, 0.35, 0.35, 0.55, 0.15),
    "launched": (0.40, 0.05, 0.03, 0.20, 0.01),
    "bargain": (0.10, 0.10, 0.70, 0.25, 0.15),
    "returned_to": (0.20, 0.75, 0.45, 0.30, 0.40),
    "social": (0.20, 0.10, 0.08, 0.45, 0.03),
}  # fmt: skip
"""How likely a purchase (a session, for `social`) of each kind of consumer shows the sign."""
MOST: Final = 12.0
"""More purchases than these are as good as so many: what somebody always does is one habit."""


def consumer(knowledge: Knowledge, habits: Habits, at: int, city: str = "") -> dict[str, float]:
    """Probabilities of the five; those of the city while nothing is known."""
    told = factor(habits.slow, SLOW_MS, at) / ONE

    def counted(slot: int) -> float:
        return habits.slow.sums.get(slot, 0) * told

    bargain = {d.slot for d in knowledge.deeds if d.name in ("coupon", "price_sort")}
    lines = counted(h.LINES)
    return by_signs({
        "new": (counted(h.NEW_ITEM), lines), "launched": (counted(h.LAUNCHED), counted(h.ORDER)),
        "bargain": (sum(map(counted, bargain)), counted(h.ORDER)), "returned_to": (counted(h.REPEAT_ITEM), lines),
        "social": (counted(h.SOCIAL), counted(h.SESSION)),
    }, city)  # fmt: skip


def by_signs(signs: Mapping[str, tuple[float, float]], city: str = "") -> dict[str, float]:
    """The same by how often each sign was seen, and of how many purchases (sessions)."""
    priors = CITIES.get(city, {})
    shares = [priors.get(name, share) for name, share in zip(CONSUMERS, SHARES, strict=True)]
    for name, (seen, of) in signs.items():
        yes = min(seen, of)
        scale = min(1.0, MOST / of) if of else 0.0
        shares = [
            share * likely ** (yes * scale) * (1 - likely) ** ((of - yes) * scale)
            for share, likely in zip(shares, LIKELY[name], strict=True)
        ]
    total = sum(shares)
    return {name: share / total for name, share in zip(CONSUMERS, shares, strict=True)}
