"""How people in a given relationship behave: how often they do what, in which mood. The ground truth."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from producers.simulator.texts import Mood

Deed: TypeAlias = Literal[
    "browse", "search", "chat", "enter", "scan", "impulse", "complain", "suggest", "post",
    "unsubscribe", "promo", "rate", "return_item", "club", "call",
]  # fmt: skip


class Persona(NamedTuple):
    """One relationship type. Rates are deeds a month; `refill` stretches the rhythm of purchases (0: none).

    `answered` is the chance that staff answer this person's chats and suggestions in time.
    """

    type: str
    share: float
    rates: dict[Deed, float]
    moods: tuple[Mood, ...]
    refill: float = 1.0
    answered: float = 0.92
    night: bool = False


PERSONAS: tuple[Persona, ...] = (
    Persona("basic_exchange", 0.26, {"browse": 6, "search": 4, "chat": 0.4, "promo": 1, "rate": 0.2}, ("thrifty",)),
    Persona("casual_acquaintance", 0.20, {"browse": 2, "enter": 0.4, "promo": 1, "chat": 0.2}, ("question",), 2.0),
    Persona("next_door_neighbor", 0.07, {"enter": 9, "scan": 2, "chat": 0.4, "impulse": 1}, ("question", "playful")),
    Persona("courtship", 0.07, {"browse": 14, "search": 6, "chat": 1.5, "scan": 1, "promo": 1.5}, ("question",), 1.4),
    Persona("buddy", 0.07, {"browse": 5, "chat": 1.5, "post": 1.5, "enter": 1}, ("playful",)),
    Persona(
        "best_friend", 0.05, {"chat": 4, "suggest": 0.5, "post": 1, "enter": 2, "rate": 0.5}, ("warm", "playful"), 0.9
    ),
    Persona(
        "marriage_partner",
        0.05,
        {"browse": 5, "chat": 1.2, "enter": 2, "rate": 0.5, "club": 0.5},
        ("devoted", "warm"),
        0.8,
    ),
    Persona("business_partner", 0.03, {"suggest": 1.5, "chat": 2, "rate": 1, "browse": 4}, ("idea", "question")),
    Persona("fling", 0.04, {"impulse": 5, "browse": 18, "chat": 1, "post": 1}, ("thrill",), 0.0),
    Persona("dealer_addict", 0.03, {"browse": 40, "impulse": 7, "chat": 2}, ("craving",), 0.5, night=True),
    Persona("master_slave", 0.02, {"call": 4, "chat": 3, "impulse": 2.5, "complain": 0.6}, ("commanding",), 0.8),
    Persona("ex_friend", 0.03, {"chat": 1, "unsubscribe": 0.2, "browse": 1, "complain": 0.5}, ("let_down",), 4.0, 0.5),
    Persona("villain_victim", 0.02, {"chat": 2, "complain": 1.5, "post": 0.7, "call": 1}, ("powerless",), 2.5, 0.5),
    Persona("stalker_prey", 0.03, {"promo": 9, "unsubscribe": 0.7, "chat": 0.7}, ("hounded",), 0.0, 0.6),
    Persona("enemy", 0.03, {"post": 3, "complain": 1.2, "chat": 1, "return_item": 0.5}, ("furious",), 0.0, 0.5),
)

SHIFTS: tuple[tuple[str, str, float], ...] = (
    ("best_friend", "ex_friend", 0.30),
    ("marriage_partner", "villain_victim", 0.25),
    ("courtship", "marriage_partner", 0.25),
    ("casual_acquaintance", "stalker_prey", 0.08),
    ("buddy", "best_friend", 0.20),
    ("basic_exchange", "enemy", 0.05),
    ("fling", "casual_acquaintance", 0.30),
)
"""(from, to, share of the former that takes this way somewhere in the middle of the run)."""

BY_TYPE: dict[str, Persona] = {persona.type: persona for persona in PERSONAS}
