"""How a relationship ends: what hurts it, how fast it falls, and which of the sore ones comes after (S3-16)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from schemas.records import Touchpoint
from streams.customers.moment import Moment
from streams.knowledge.evidence import Violation
from streams.knowledge.model import Knowledge
from streams.relationships.counts import ONE
from streams.relationships.habits import BROKEN, VOICES, Amounts
from streams.relationships.reading import LEFT, close_types, endings, sore_voices
from streams.relationships.violations import broken, severity
from streams.relationships.words import Term

HOSTILE: Final = "enemy"
THREATENS: Final = "group.threat"


class Parting:
    """Fast down, slow up, by one version of knowledge. Whom we were never close to falls like anybody else."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._breakable = tuple(
            frozenset(kind for rule in knowledge.violations[each.id] for kind in rule.types) for each in knowledge.types
        )
        self._close = close_types(knowledge)
        self._warm = tuple(VOICES + index for index in sorted(self._close))
        self._endings = endings(knowledge)
        voices = sore_voices(knowledge)
        self._sore, self._sore_types = voices | self._endings, tuple(slot - VOICES for slot in sorted(voices))
        self._hostile, self._left = knowledge.type_index[HOSTILE], knowledge.type_index[LEFT]

    def violations(
        self, declared: int, touchpoint: Touchpoint, facts: Mapping[str, object], waits: Callable[[str], bool]
    ) -> list[tuple[Violation, int]]:
        """The rules of the declared relationship that we break, each with how much it hurts (64ths)."""
        if declared < 0 or touchpoint.type not in self._breakable[declared]:
            return []
        knowledge = self._knowledge
        found = broken(knowledge, declared, touchpoint, facts, waits)
        return [(each, round(ONE * severity(each, knowledge.types[declared], knowledge.hurt))) for each in found]

    def heard(self, terms: Sequence[Term], shares: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
        """What a text sounds like. Who says in one breath that they were loyal leaves hurt, and attacks nobody: what
        sounds hostile beside it is the end of a friendship (domain document §4), unless they threaten."""
        loyal = any(term.transformational and term.slot is None for term in terms)
        if not loyal or any(term.key == THREATENS for term in terms):
            return shares
        found = dict(shares)
        hostile = found.pop(self._hostile, 0)
        return tuple((found | {self._left: found.get(self._left, 0) + hostile}).items()) if hostile else shares

    def fall(self, moment: Moment, counted: Amounts, since: int) -> None:
        """What somebody close says in hurt, from `since` on in `counted`, weighs more, and with whatever ends a
        relationship it takes back some of the warm words of before. Broken loyalty turns it by weights of its own, and
        once is enough: one bad day is no goodbye."""
        customer = moment.customer
        # What was said before they were close (a past that is handed over) is no falling out.
        if customer.declared not in self._close or moment.at < customer.since:
            return
        rules, hurt = self._knowledge.hurt, 0
        bears, share = rules.bears.get(self._knowledge.types[customer.declared].id, 1.0), rules.takes_back
        for place in range(since, len(counted)):
            slot, amount = counted[place]
            if slot == BROKEN:
                return
            if slot in self._sore:
                hurt += amount
                weighs = rules.weighs if slot >= VOICES else 1.0
                if slot in self._endings:
                    share, weighs = rules.ends, rules.ends_weighs
                counted[place] = slot, round(amount * (1 + (weighs - 1) * bears))
        if hurt:
            customer.habits.take_back(self._warm, share * bears * min(hurt, ONE) / ONE)

    def hurts(self, counted: Amounts) -> bool:
        """Whether anything of what was counted sounds hurt, hostile or gone, or ends a relationship."""
        return any(slot in self._sore for slot, _ in counted)

    def leading(self, shares: list[float], declared: int, hurt: bool) -> tuple[int, float, float]:
        """The type that leads, how likely it is, and the next. Whoever was close and is hurt may sound wronged,
        hostile and gone at once: these are one against all others, and the likeliest of them leads."""
        first = max(range(len(shares)), key=shares.__getitem__)
        rest = max(shares[:first] + shares[first + 1 :])  # for every touchpoint: three times as fast as one by one
        if declared not in self._close or not hurt:
            return first, shares[first], rest
        sore = sum(shares[index] for index in self._sore_types)
        others = max(share for index, share in enumerate(shares) if index not in self._sore_types)
        if sore <= others:
            return first, shares[first], rest
        return max(self._sore_types, key=shares.__getitem__), sore, others
