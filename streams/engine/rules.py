"""One version of knowledge, compiled for the fold."""

from __future__ import annotations

from typing import Any

from schemas.hints import ERASED
from streams.contacts.gate import Gate
from streams.knowledge.model import Knowledge
from streams.relationships.relationships import Relationships
from streams.signals import DETECTORS
from streams.signals.detector import Detector, Meeting, News
from streams.texts.closing import lists_of
from streams.texts.counting import patterns_of
from streams.texts.listening import listener

OF_NOBODY = frozenset({"cause_rising", "trend_alerts"})


class Rules:
    """Detectors by touchpoint type and by name, the gate being one of them, and the relationship model: as named."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.company_wide = knowledge.touchpoints.company_wide()
        self.apart = self.company_wide | {ERASED}
        """Types that are no touchpoint of one customer."""
        self.relationships = Relationships(knowledge)
        # Made ready now, so that no customer's first word waits for it.
        listener(knowledge.texts, knowledge.meanings)
        patterns_of(knowledge.texts)
        lists_of(knowledge.texts)
        gate = Gate(knowledge, self.relationships)
        self.detectors: dict[str, Detector[Any]] = {gate.name: gate}
        for detector in DETECTORS:
            rule = knowledge.signals.get(detector.name)
            if rule is not None and rule.version == detector.version:
                self.detectors[detector.name] = detector
        self.by_type: dict[str, tuple[tuple[str, Detector[Any]], ...]] = {}
        """Each with the key under which its state stands."""
        keyed = [(key_of(each), each) for each in self.detectors.values()]
        for kind in {kind for detector in self.detectors.values() for kind in detector.types}:
            self.by_type[kind] = tuple((key, each) for key, each in keyed if kind in each.types)
        of_nobody = [each for each in self.detectors.values() if each.name in OF_NOBODY]
        self.of_nobody = {kind: tuple(d for d in of_nobody if kind in d.types) for d in of_nobody for kind in d.types}
        """What is counted also where no customer is known."""
        self.meeting: dict[str, tuple[Meeting[Any], ...]] = {}
        meetings = [each for each in self.detectors.values() if isinstance(each, Meeting)]
        for kind in {kind for each in meetings for kind in each.meets}:
            self.meeting[kind] = tuple(each for each in meetings if kind in each.meets)

    def concerns(self, news: News) -> bool:
        """Whether the customers have to meet it."""
        return any(each.concerns(news, self.knowledge) for each in self.meeting.get(news.type, ()))


def key_of(detector: Detector[Any] | Meeting[Any]) -> str:
    """Under which the state of a detector stands in a customer's memory."""
    return f"{detector.name}.{detector.version}"
