"""We ask what they have told us already (S1-10, D8)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless

SLOTS = 12
"""Answers of one customer that are remembered; the oldest makes room."""
LETTERS = 32


class Told(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What they said, cut to `LETTERS`, and how sure it is."""

    slot: str
    answer: str
    at: int
    confidence: float


class Slots(msgspec.Struct, array_like=True, frozen=True, gc=False):
    told: tuple[Told, ...] = ()


class AskedTwice(Timeless[Slots]):
    """Fires each time staff ask for a slot of the profile that is known: told with more than `confidence` and within
    `valid_days`. The card has the answer. It fires while they are still talking, so it is never quiet."""

    name: ClassVar[str] = "asked_twice"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"agent.asked", "profile.updated"})
    state = Slots

    def start(self) -> Slots:
        return Slots()

    def observe(self, state: Slots, moment: Moment) -> Slots:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "profile.updated":
            return _learnt(state, moment)
        rule = moment.knowledge.signals[self.name]
        slot = moment.properties.get("slot")
        known = next((told for told in state.told if told.slot == slot), None)
        if known is None or known.confidence <= rule.number("confidence"):
            return state
        if known.at <= moment.at <= known.at + rule.number("valid_days") * DAY_MS:
            values = {"slot": known.slot, "answer": known.answer}
            moment.signal(self.name, f"slot:{known.slot}", values, [because(moment, "agent.asked")])
        return state

    def merge(self, state: Slots, older: Slots) -> Slots:
        return Slots(_latest((*older.told, *state.told)))


def _learnt(state: Slots, moment: Moment) -> Slots:
    fields, sure = moment.properties.get("fields"), moment.properties.get("confidence", 1.0)
    if not isinstance(fields, dict) or not isinstance(sure, int | float):
        return state
    told = tuple(
        Told(str(slot)[:LETTERS], str(value)[:LETTERS], moment.at, float(sure))
        for slot, value in sorted(fields.items()) if value not in (None, "")
    )  # fmt: skip
    return Slots(_latest((*state.told, *told)))


def _latest(told: tuple[Told, ...]) -> tuple[Told, ...]:
    by_slot = dict[str, Told]()
    for each in told:
        if each.slot not in by_slot or each.at >= by_slot[each.slot].at:
            by_slot[each.slot] = each
    return tuple(sorted(by_slot.values(), key=lambda each: (each.at, each.slot))[-SLOTS:])
