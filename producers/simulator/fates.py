"""Which relationships people begin with, what turns one into another, and how often: the truth's own tables."""

from __future__ import annotations

from random import Random
from typing import Final, NamedTuple

DISTANT: Final[dict[str, float]] = {
    "basic_exchange": 0.16, "casual_acquaintance": 0.12, "complete_stranger": 0.10, "fleeting_acquaintance": 0.10,
    "next_door_neighbor": 0.08, "arranged_marriage": 0.04,
}  # fmt: skip
"""Three fifths of all people keep their distance."""

OTHERS: Final[tuple[str, ...]] = (
    "marriage_partner", "best_friend", "old_friend", "childhood_friend", "buddy", "sibling", "parent_child",
    "teammate", "business_partner", "guru_disciple", "star_groupie", "secret_affair", "fling", "one_night_stand",
    "courtship", "master_slave", "dealer_addict", "villain_victim", "stalker_prey", "enemy", "ex_friend", "frenemy",
    "captive",
)  # fmt: skip

SHARES: Final[dict[str, float]] = DISTANT | {each: 0.40 / len(OTHERS) for each in OTHERS}
TYPES: Final[tuple[str, ...]] = tuple(SHARES)


class Turn(NamedTuple):
    """A way from one relationship to another, by a cause that leaves its trace in the stream."""

    to: str
    cause: str
    weight: float


TURNS: Final[dict[str, tuple[Turn, ...]]] = {
    "marriage_partner": (Turn("parent_child", "price_rise", 1), Turn("villain_victim", "price_rise", 1),
                         Turn("ex_friend", "price_rise", 1)),
    "best_friend": (Turn("ex_friend", "unanswered", 2), Turn("marriage_partner", "growth", 1)),
    "old_friend": (Turn("casual_acquaintance", "asked_again", 1), Turn("best_friend", "growth", 1)),
    "childhood_friend": (Turn("ex_friend", "recipe_change", 1),),
    "buddy": (Turn("casual_acquaintance", "lectured", 1), Turn("best_friend", "growth", 1)),
    "sibling": (Turn("frenemy", "formality", 1),),
    "parent_child": (Turn("villain_victim", "terms", 1), Turn("captive", "terms", 1)),
    "teammate": (Turn("enemy", "sold_out", 1), Turn("star_groupie", "growth", 1)),
    "business_partner": (Turn("ex_friend", "unanswered", 2), Turn("best_friend", "growth", 1)),
    "guru_disciple": (Turn("ex_friend", "contradiction", 1), Turn("business_partner", "growth", 1)),
    "star_groupie": (Turn("enemy", "fans_ignored", 1), Turn("master_slave", "fans_ignored", 1)),
    "secret_affair": (Turn("ex_friend", "exposed", 1),),
    "fling": (Turn("fleeting_acquaintance", "boredom", 1), Turn("dealer_addict", "growth", 1)),
    "one_night_stand": (Turn("stalker_prey", "barrage", 2), Turn("fling", "growth", 1)),
    "courtship": (Turn("marriage_partner", "growth", 1), Turn("basic_exchange", "growth", 1),
                  Turn("fleeting_acquaintance", "pressure", 1)),
    "basic_exchange": (Turn("casual_acquaintance", "slowness", 2), Turn("courtship", "growth", 1),
                       Turn("enemy", "failure", 1), Turn("captive", "terms", 1)),
    "next_door_neighbor": (Turn("stalker_prey", "barrage", 1), Turn("buddy", "growth", 2)),
    "casual_acquaintance": (Turn("stalker_prey", "barrage", 1), Turn("basic_exchange", "growth", 2),
                            Turn("fling", "growth", 1)),
    "fleeting_acquaintance": (Turn("courtship", "growth", 2), Turn("basic_exchange", "growth", 1),
                              Turn("stalker_prey", "barrage", 1)),
    "complete_stranger": (Turn("courtship", "growth", 1), Turn("one_night_stand", "growth", 1)),
    "arranged_marriage": (Turn("captive", "terms", 2), Turn("basic_exchange", "growth", 1)),
    "master_slave": (Turn("enemy", "refused", 1), Turn("ex_friend", "refused", 1)),
    "dealer_addict": (Turn("villain_victim", "stock_out", 1),),
    "villain_victim": (Turn("ex_friend", "unanswered", 1), Turn("basic_exchange", "redress", 1)),
    "stalker_prey": (Turn("casual_acquaintance", "silence", 1),),
    "enemy": (Turn("frenemy", "redress", 1),),
    "ex_friend": (Turn("old_friend", "redress", 1), Turn("best_friend", "redress", 1)),
    "frenemy": (Turn("enemy", "failure", 1), Turn("buddy", "redress", 1)),
    "captive": (Turn("enemy", "failure", 1), Turn("basic_exchange", "redress", 1)),
}  # fmt: skip

RESTLESS: Final = 0.36
"""Share of people whose relationship changes within a year."""
AGAIN: Final = 0.25
"""Of those, who change a second time."""


class Period(NamedTuple):
    """A relationship, the part of the run at which it begins, and why (empty: it was so from the start)."""

    type: str
    begins: float
    cause: str


def fate(first: str, days: int, chance: Random, common: dict[str, float]) -> tuple[Period, ...]:
    """The periods of a life. `common`: causes that strike everybody at one moment, as parts of the run."""
    found = [Period(first, 0.0, "")]
    share, low = RESTLESS * min(1.0, days / 365), 0.12
    while chance.random() < share and low < 0.75:
        turns = TURNS[found[-1].type]
        turn = chance.choices(turns, [each.weight for each in turns])[0]
        when = low + (0.86 - low) * chance.random()
        struck = common.get(turn.cause)
        if struck is not None:
            if struck <= low:
                break
            when = struck + 0.03 * chance.random()
        found.append(Period(turn.to, when, turn.cause))
        share, low = AGAIN, when + 0.2
    return tuple(found)
