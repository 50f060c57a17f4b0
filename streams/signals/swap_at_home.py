"""Exchange it at the door (S4-08)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

import msgspec

from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import matter_of


class Nothing(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The address is in the profile."""


class SwapAtHome(Timeless[Nothing]):
    """Fires when someone whose address we know returns something or says that they want to return or exchange it."""

    name: ClassVar[str] = "swap_at_home"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "order.returned", "chat.message", "message.replied", "complaint.opened",
    })  # fmt: skip
    state = Nothing

    def start(self) -> Nothing:
        return Nothing()

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.initiator != "customer" or not moment.customer.slots.get("address"):
            return state
        if touchpoint.type != "order.returned":
            words = _wanted(moment.knowledge.signals[self.name].words("words"))
            if not touchpoint.text or words.search(touchpoint.text.lower()) is None:
                return state
        matter = f"swap:{matter_of(moment) or touchpoint.item_id or ''}"
        moment.signal(self.name, matter, {"item": moment.item}, [because(moment, touchpoint.type)])
        return state

    def merge(self, state: Nothing, older: Nothing) -> Nothing:
        return state


@lru_cache(maxsize=16)
def _wanted(words: tuple[str, ...]) -> re.Pattern[str]:
    """English ones as whole words, Chinese ones anywhere."""
    parts = (rf"\b{re.escape(word.lower())}\b" if word.isascii() else re.escape(word) for word in words)
    return re.compile("|".join(parts) or r"(?!)")
