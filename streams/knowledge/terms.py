"""The terms of the domain: ids that are stable, and the shapes of what knowledge says in every language.

`Text` maps a language (`LANGUAGES`) to words; `Weights` a type or `neutral` to nats.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Text: TypeAlias = dict[str, str]
Texts: TypeAlias = dict[str, tuple[str, ...]]
Weights: TypeAlias = dict[str, float]
Parameter: TypeAlias = float | str | tuple[str, ...] | dict[str, float] | dict[str, dict[str, float]]
HalfLife: TypeAlias = Literal["text", "behaviour", "betrayal"]
HALF_LIVES: tuple[HalfLife, ...] = ("text", "behaviour", "betrayal")
State: TypeAlias = Literal["transactional", "transitional", "communal", "damaged"]
STATES: tuple[State, ...] = ("transactional", "transitional", "communal", "damaged")
MIGRATIONS: tuple[str, ...] = ("exploration", "endowment", "recovery", "neglect", "betrayal")
STRATEGIES: tuple[str, ...] = ("solidify", "steer", "reroute")
REACHES: tuple[str, ...] = ("any", "phone", "phone_on_time", "where_asked", "with_us", "none")
"""How a card has the customer reached (`signals.yaml` says what each means)."""
TONES: tuple[str, ...] = ("promotional", "warm", "formal", "informative", "exclusive", "playful", "apologetic")

INDUSTRIES: tuple[str, ...] = (
    "airlines", "automotive", "banking", "consumer_technology", "education", "energy", "fashion", "food", "furniture",
    "gaming", "grocery", "insurance", "pharmacy", "retail", "salon", "social_media", "sports", "telecom",
)  # fmt: skip

TYPE_IDS: tuple[str, ...] = (
    "marriage_partner", "best_friend", "old_friend", "childhood_friend", "buddy", "sibling", "parent_child",
    "teammate", "business_partner", "guru_disciple", "star_groupie", "secret_affair", "fling", "one_night_stand",
    "courtship", "basic_exchange", "next_door_neighbor", "casual_acquaintance", "fleeting_acquaintance",
    "complete_stranger", "arranged_marriage", "master_slave", "dealer_addict", "villain_victim", "stalker_prey",
    "enemy", "ex_friend", "frenemy", "captive",
)  # fmt: skip
"""The stable ids, in the order of the domain document §1.1. Names and scores are knowledge; these are not."""


NEVER: tuple[str, ...] = ("promotion", "contact")
"""What the rule of a type may forbid: any promotion, an offer they have asked for too; any contact not asked for."""
