"""Numbers that a relationship is read from, out of what was counted of a customer. All are whole.

Of every slot: how much in the last months and in the last weeks (log), how much a session (or a text), and
whether at all. Besides: how long known, how long silent, how much, how regular, how broad, warmth that
turned cold. Sixteenths of a doubling, 64ths of a share.
"""

from __future__ import annotations

from math import log2
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from streams.relationships import habits as h
from streams.relationships.counts import DAY_MS, ONE, factor
from streams.relationships.habits import FAST_MS, SLOTS, SLOW_MS, VOICES, Habits

KINDS: Final = ("months", "weeks", "share", "ever")
"""What is read of a slot, in this order, each `SLOTS` numbers."""
EXTRA: Final[tuple[str, ...]] = (
    "always", "known_days", "silent_days", "silent_30", "silent_90", "irregular", "kinds", "items", "warm", "cold",
    "cold_now", "warm_and_cold", "buys_and_cold", "warm_gone", "drop", "rise", "spend_each", "one_visit", "own_share",
    "night_share", "early", "member_years",
)  # fmt: skip
FIRST_EXTRA: Final = len(KINDS) * SLOTS
SIZE: Final = FIRST_EXTRA + len(EXTRA)
TOP: Final = 400
"""Counts beyond are as good as this many."""
Numbers = npt.NDArray[np.float64]
_LOG: Final = tuple(round(16 * log2(1 + n / 16)) for n in range(TOP * 16 + 1))
"""By sixteenths of an occurrence."""
MOST: Final = _LOG[-1]


def logs(amount: float) -> int:
    """Sixteenths of a doubling of 1 + amount."""
    return round(16 * log2(1 + amount)) if amount > 0 else 0


class Counted(NamedTuple):
    """What a customer's habits say, without the numbers that are zero."""

    slots: tuple[int, ...]
    """Those of which anything was counted."""
    of_slots: list[int]
    """Of each of them its `KINDS`, one slot behind the other."""
    extra: list[int]
    """In the order of `EXTRA`."""

    def dense(self) -> Numbers:
        """All `SIZE` numbers, in the order of `names`."""
        found = np.zeros(SIZE)
        of_slots = np.array(self.of_slots).reshape(len(self.slots), len(KINDS))
        found[:FIRST_EXTRA].reshape(len(KINDS), SLOTS)[:, self.slots] = of_slots.T
        found[FIRST_EXTRA:] = self.extra
        return found


class Reader:
    """Reads a customer's habits as numbers. `warmth` is what each type's voice says of being close, -1..1."""

    def __init__(self, warmth: tuple[float, ...]) -> None:
        self._warmth = {VOICES + n: w for n, w in enumerate(warmth) if w}

    def read(self, habits: Habits, at: int, member_years: int = 0) -> Counted:
        """The numbers as they stand at `at` (ms)."""
        slow, fast = habits.slow.sums, habits.fast.sums
        if not fast.keys() <= slow.keys():  # two that are one person now, one of whom came late
            slow = dict.fromkeys(fast, 0) | slow
        scale, scale_now = factor(habits.slow, SLOW_MS, at) / ONE, factor(habits.fast, FAST_MS, at) / ONE
        counted = {slot: amount * scale for slot, amount in slow.items()}
        recent = {slot: amount * scale_now for slot, amount in fast.items()}
        sessions, texts = counted.get(h.SESSION, 0.0) + 1, counted.get(h.TEXTS, 0.0) + 0.5
        found: list[int] = []
        lately = recent.get
        for slot, months in counted.items():
            weeks, share = lately(slot, 0.0), months / (sessions if slot < VOICES else texts)
            found += (
                _LOG[int(months * 16)] if months < TOP else MOST, _LOG[int(weeks * 16)] if weeks < TOP else MOST,
                int(share * 64) if share < 1 else 64, 16 if months > 0.3 else 0,
            )  # fmt: skip
        extra = self._extra(habits, at, counted, recent, member_years)
        return Counted(tuple(counted), found, extra)

    def _extra(
        self, habits: Habits, at: int, counted: dict[int, float], recent: dict[int, float], member_years: int
    ) -> list[int]:
        known = max(0.0, (at - habits.first) / DAY_MS) if habits.first else 0.0
        silent = max(0.0, (at - habits.last) / DAY_MS) if habits.last else 0.0
        of = counted.get
        sessions, orders, ours = of(h.SESSION, 0.0), of(h.ORDER, 0.0), of(h.OURS, 0.0)
        gaps = of(h.GAP_SHORT, 0.0) + of(h.GAP_WEEK, 0.0) + of(h.GAP_MONTH, 0.0) + of(h.GAP_LONG, 0.0)
        mean = of(h.GAP_LOG, 0.0) / gaps if gaps > 0.5 else 0.0
        spread = of(h.GAP_SQUARE, 0.0) / gaps - mean * mean if gaps > 0.5 else 0.0
        warm = cold = warm_now = cold_now = 0.0
        warmth = self._warmth
        for slot in sorted([slot for slot in counted if slot in warmth]):  # in one order: floats add up to the same
            w = warmth[slot]
            if w > 0:
                warm += counted[slot] * w
                warm_now += recent.get(slot, 0.0) * w
            else:
                cold -= counted[slot] * w
                cold_now -= recent.get(slot, 0.0) * w
        rate, lately = sessions / 120, recent.get(h.SESSION, 0.0) / 21
        return [
            16, logs(known), logs(silent), 16 if silent > 30 else 0, 16 if silent > 90 else 0, logs(max(0.0, spread)),
            logs(habits.kinds.bit_count()), logs(habits.items.bit_count()), logs(warm), logs(cold), logs(cold_now),
            logs(min(warm, cold)), logs(min(orders, cold)), logs(max(0.0, warm - 3 * warm_now)),
            logs(max(0.0, rate - lately) * 60), logs(max(0.0, lately - rate) * 60),
            logs(of(h.SPEND, 0.0) / (orders + 0.5)), 16 if sessions < 1.5 and silent > 20 else 0,
            int(64 * sessions / (sessions + ours + 0.5)), int(64 * of(h.NIGHT, 0.0) / (sessions + 1)),
            16 if known < 30 else 0, min(64, 4 * member_years),
        ]  # fmt: skip


def names(of_slot: dict[int, str]) -> tuple[str, ...]:
    """The name of every number: `months.<slot>` and so on; slots that nothing uses are `-`."""
    found = [f"{kind}.{of_slot[slot]}" if slot in of_slot else "-" for kind in KINDS for slot in range(SLOTS)]
    return (*found, *EXTRA)
