"""The shop floor: where deeds leave their touchpoints, by the week in which they happen."""

from __future__ import annotations

from random import Random

from producers.simulator.bank import LANGUAGES, Bank, Family, Language, bank
from producers.simulator.clock import DAY_MS
from producers.simulator.people import Person
from producers.simulator.shop import BROKEN

WEEK_MS = 7 * DAY_MS

NEAR: dict[str, str] = {
    "marriage_partner": "best_friend", "best_friend": "buddy", "old_friend": "next_door_neighbor",
    "childhood_friend": "sibling", "buddy": "best_friend", "sibling": "old_friend", "parent_child": "guru_disciple",
    "teammate": "buddy", "business_partner": "guru_disciple", "guru_disciple": "business_partner",
    "star_groupie": "fling", "secret_affair": "fling", "fling": "one_night_stand", "one_night_stand": "fling",
    "courtship": "basic_exchange", "basic_exchange": "courtship", "next_door_neighbor": "casual_acquaintance",
    "casual_acquaintance": "basic_exchange", "fleeting_acquaintance": "complete_stranger",
    "complete_stranger": "fleeting_acquaintance", "arranged_marriage": "captive", "master_slave": "enemy",
    "dealer_addict": "star_groupie", "villain_victim": "captive", "stalker_prey": "villain_victim",
    "enemy": "villain_victim", "ex_friend": "frenemy", "frenemy": "ex_friend", "captive": "arranged_marriage",
}  # fmt: skip
"""In whose words people of a relationship speak now and then."""
BORROWED = 0.12
ASTRAY, FARTHEST = 0.27, 0.5
"""How often people do what those of the neighbouring relationship do: by a share of their own, and at most."""
EVIDENCE, NEUTRAL, MISLEADING = 0.68, 0.19, 0.09
"""Of the texts of a session that is no noise; the rest is sarcasm."""


class Floor:
    """Takes touchpoints of any later time, and gives them back week by week in order."""

    def __init__(self, chance: Random, family: Family, start: int, days: int, texts: bool) -> None:
        self.chance, self.start, self.end = chance, start, start + days * DAY_MS
        self._banks: dict[Language, Bank] = {each: bank(family, each) for each in LANGUAGES} if texts else {}
        self._weeks: list[list[tuple[int, int, str]]] = [[] for _ in range(-(-days * DAY_MS // WEEK_MS))]
        self._numbers = 0
        length = days * DAY_MS
        self._broken = (start + int(BROKEN.begins * length), start + int(BROKEN.ends * length))

    def put(self, at: int, offset: int, body: str) -> None:
        """One touchpoint; beyond the end of the run nothing happens."""
        if at < self.end:
            self._weeks[(at - self.start) // WEEK_MS].append((at, offset, body))

    def week(self, number: int) -> list[tuple[int, int, str]]:
        """The touchpoints of a week that is over, sorted; once."""
        found, self._weeks[number] = self._weeks[number], []
        found.sort()
        return found

    @property
    def weeks(self) -> int:
        return len(self._weeks)

    def number(self) -> int:
        self._numbers += 1
        return self._numbers

    def broken(self, at: int, item_id: str) -> bool:
        """Whether what is sold at that time has the fault of the incident."""
        return item_id == BROKEN.item_id and self._broken[0] <= at < self._broken[1]

    def manner(self, person: Person) -> str:
        """Whose deeds the person does this time: mostly those of their own relationship."""
        astray = min(FARTHEST, ASTRAY * person.tilt[6] ** 2)
        return NEAR[person.type] if self.chance.random() < astray else person.type

    def words(self, person: Person, noise: bool) -> str:
        """What the person writes, as fields."""
        random = self.chance.random
        draw = random()
        if noise:
            return self.say(person, "neutral" if draw < 0.72 else "misleading")
        if draw < EVIDENCE:
            section = person.type if random() >= BORROWED else NEAR[person.type]
            return self.say(person, section, random() < 0.5)
        if draw < EVIDENCE + NEUTRAL:
            return self.say(person, "neutral")
        return self.say(person, "misleading" if draw < EVIDENCE + NEUTRAL + MISLEADING else "sarcasm")

    def say(self, person: Person, section: str, plain: bool = False) -> str:
        """A sentence of a section, as fields."""
        language = person.language
        if not self._banks:
            return f'"language":"{language}"'
        texts = self._banks[language][section][1 if plain else 0]
        return f'"text":{texts[int(self.chance.random() * len(texts))]},"language":"{language}"'
