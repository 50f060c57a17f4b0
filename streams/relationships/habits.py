"""What is kept of a customer's words and deeds: bounded, mergeable, the same however the log was cut.

| kept | what | merge |
|---|---|---|
| slow, fast | counts by slot, half-life of months and of weeks | exact but for a 64th a slot and half-life |
| … of gaps, what is new, visits to the usual place | as each part saw them | the gap between the parts is not counted |
| first, last | first and latest own touchpoint | exact |
| sessions | the last `SESSIONS` and what was counted in each | the later ones: one cue may count twice |
| kinds, items | which of 62 classes of categories and items were bought | exact for the union; two may share a class |
| place | the place of most visits (majority vote of Boyer and Moore) | the stronger one |
| candidate, before | the type that leads, and on how many occasions; the one declared before | the customer's own |
"""

from __future__ import annotations

from typing import Final, TypeAlias

import msgspec

from streams.relationships import counts
from streams.relationships.counts import DAY_MS, Bank

SLOW_MS: Final = 120 * DAY_MS
FAST_MS: Final = 21 * DAY_MS
SESSIONS: Final = 4
CLASSES: Final = 62

(
    SESSION, GAP_SHORT, GAP_WEEK, GAP_MONTH, GAP_LONG, GAP_LOG, GAP_SQUARE, NIGHT, OURS, TEXTS, LONG_TEXT, TWO_WAY,
    SPEND, NEW_ITEM, NEW_KIND, SAME_PLACE, ORDER, LINES, PHONE, CHAT, SOCIAL, STORE, SCREEN, MAIL, EVENING, REPEAT_ITEM,
    LAUNCHED, FOREIGN, BROKEN,
) = range(29)  # fmt: skip
"""Slots of what is counted of every touchpoint; the words and deeds of knowledge have theirs behind them."""
INTRINSIC: Final[tuple[str, ...]] = (
    "session", "gap_short", "gap_week", "gap_month", "gap_long", "gap_log", "gap_square", "night", "ours", "texts",
    "long_text", "two_way", "spend", "new_item", "new_kind", "same_place", "order", "lines", "phone", "chat", "social",
    "store", "screen", "mail", "evening", "repeat_item", "launched", "foreign", "broken",
)  # fmt: skip
DEEDS: Final = 30
"""The first slot of knowledge's deeds."""
VOICES: Final = 92
"""The first slot of what texts sound like, by index of type."""
SLOTS: Final = 122


Amounts: TypeAlias = list[tuple[int, int]]
"""Slots, and how much of an occurrence (`ONE`) each has seen."""


class Habits(msgspec.Struct, array_like=True, gc=False):
    """The state of one customer's relationship; `candidate` is -1 where none leads, `before` the type declared before
    the present one, or -1."""

    slow: Bank = msgspec.field(default_factory=Bank)
    fast: Bank = msgspec.field(default_factory=Bank)
    first: int = 0
    last: int = 0
    ours_at: int = 0
    sessions: tuple[tuple[int, int, int], ...] = ()
    kinds: int = 0
    items: int = 0
    place: int = 0
    visits: int = 0
    candidate: int = -1
    occasions: int = 0
    occasion: int = 0
    review: int = 0
    before: int = -1

    def count(self, at: int, what: Amounts) -> None:
        """Counts what happened at one moment."""
        counts.add(self.slow, SLOW_MS, at, what)
        counts.add(self.fast, FAST_MS, at, what)

    def new_in(self, session: int, slot: int) -> bool:
        """Whether `slot` was not yet counted in this session; remembers it."""
        low, high = (1 << slot, 0) if slot < CLASSES else (0, 1 << (slot - CLASSES))
        for mark, a, b in self.sessions:
            if mark == session:
                if a & low or b & high:
                    return False
                self.sessions = tuple(
                    (m, x | low, y | high) if m == session else (m, x, y) for m, x, y in self.sessions
                )
                return True
        self.sessions = (*self.sessions, (session, low, high))[-SESSIONS:]
        return True


def merge(mine: Habits, other: Habits) -> None:
    """Adds what another part of the same person's history has shown (the table above says how exactly)."""
    counts.merge(mine.slow, other.slow)
    counts.merge(mine.fast, other.fast)
    known = [each for each in (mine.first, other.first) if each]
    mine.first = min(known, default=0)
    mine.last = max(mine.last, other.last)
    mine.ours_at = max(mine.ours_at, other.ours_at)
    mine.kinds |= other.kinds
    mine.items |= other.items
    if other.visits > mine.visits:
        mine.place, mine.visits = other.place, other.visits
    mine.sessions = (*other.sessions, *mine.sessions)[-SESSIONS:]
