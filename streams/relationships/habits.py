"""What is kept of a customer's words and deeds: bounded, mergeable, the same however the log was cut.

| kept | what | merge |
|---|---|---|
| slow, fast | counts by slot, half-life of months and of weeks | exact but for a 64th a slot and half-life |
| … of gaps, what is new, visits to the usual place | as each part saw them | the gap between the parts is not counted |
| first, last | first and latest own touchpoint | exact |
| sessions | the last `SESSIONS` and what was counted in each | the later ones: one cue may count twice |
| kinds, items | which of 62 classes of categories and items were bought | exact for the union; two may share a class |
| place | the place of most visits (majority vote of Boyer and Moore) | the stronger one |
| occasions | on how many occasions something spoke for each type, up to three | exact, where the parts shared none |
| candidate, before | the type that leads; the one declared before | the customer's own |
"""

from __future__ import annotations

from collections.abc import Iterable
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
WHERE: Final = (PHONE, CHAT, SOCIAL, MAIL)
"""Slots of by what somebody speaks to us. Who comes to the shop, serves themselves or is up at night does something
(domain document §1.3); who writes instead of calling says the same."""
DEEDS: Final = 30
"""The first slot of knowledge's deeds."""
VOICES: Final = 92
"""The first slot of what texts sound like, by index of type."""
SLOTS: Final = 122


COUNTED: Final = 1 << 58
"""Above two bits for each of 29 types: occasions are counted by type."""
MARK: Final = (1 << 32) - 1
EVERY: Final = (1 << 29) - 1
"""All types, as bits."""
Amounts: TypeAlias = list[tuple[int, int]]
"""Slots, and how much of an occurrence (`ONE`) each has seen."""


class Habits(msgspec.Struct, array_like=True, gc=False):
    """The state of one customer's relationship; `candidate` is -1 where none leads, `before` the type declared before
    the present one, or -1. `occasions` are two bits a type from `COUNTED` down (before: those on which the candidate
    led), `occasion` the mark of the latest and, above it, the types that it spoke for."""

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

    def take_back(self, slots: Iterable[int], share: float) -> None:
        """Takes a share (0..1) of what these slots have counted away."""
        slots = tuple(slots)
        counts.lessen(self.slow, slots, share)
        counts.lessen(self.fast, slots, share)

    def speak(self, occasion: int, types: int) -> None:
        """Counts an occasion (32 bits) for each of the types (bits): whatever is said on one, it is one for a type."""
        before = self.occasion >> 32 if self.occasion & MARK == occasion else 0
        if not types & ~before:
            return
        self.occasion = occasion | (types | before) << 32
        held, once = self._held(), _spread(types & ~before)
        # One more for each that has not had three: both of its bits are set.
        self.occasions = held + (once & ~(held & held >> 1))

    def hear(self, index: int, times: int) -> None:
        """Adds occasions for one type; more than three are as good as three."""
        held = self._held()
        self.occasions = held + (min(times, 3 - (held >> 2 * index & 3)) << 2 * index)

    def heard(self, index: int) -> int:
        """On how many occasions, of three at most, something spoke for a type."""
        return self._held() >> 2 * index & 3

    def forget(self, types: int) -> None:
        """Occasions of these types (bits) count no more."""
        self.occasions = self._held() & ~(3 * _spread(types))

    def _held(self) -> int:
        if self.occasions >= COUNTED:
            return self.occasions
        return COUNTED | (min(self.occasions, 3) << 2 * self.candidate if self.candidate >= 0 else 0)

    def new_in(self, session: int, slot: int) -> bool:
        """Whether `slot` was not yet counted in this session; remembers it."""
        low, high = (1 << slot, 0) if slot < CLASSES else (0, 1 << (slot - CLASSES))
        for mark, a, b in self.sessions:
            if mark == session:
                if a & low or b & high:
                    return False
                self.sessions = tuple([
                    (m, x | low, y | high) if m == session else (m, x, y) for m, x, y in self.sessions
                ])  # fmt: skip
                return True
        self.sessions = (*self.sessions, (session, low, high))[-SESSIONS:]
        return True


def _spread(types: int) -> int:
    """The types' bits, each in the lower one of its two: as digits of base 4."""
    return int(f"{types:b}", 4)


def merge(mine: Habits, other: Habits) -> None:
    """Adds what another part of the same person's history has shown (the table above says how exactly)."""
    counts.merge(mine.slow, other.slow)
    counts.merge(mine.fast, other.fast)
    for index in range(EVERY.bit_length()):
        mine.hear(index, other.heard(index))
    known = [each for each in (mine.first, other.first) if each]
    mine.first = min(known, default=0)
    mine.last = max(mine.last, other.last)
    mine.ours_at = max(mine.ours_at, other.ours_at)
    mine.kinds |= other.kinds
    mine.items |= other.items
    if other.visits > mine.visits:
        mine.place, mine.visits = other.place, other.visits
    mine.sessions = (*other.sessions, *mine.sessions)[-SESSIONS:]
