"""Numbers that a relationship is read from, out of what was counted of a customer. All are whole.

Of every slot: how much in the last months and in the last weeks (log), how much a session (or a text), and
whether at all. Besides: how long known, how long silent, how much, how regular, how broad, warmth that
turned cold. Sixteenths of a doubling, 64ths of a share.
"""

from __future__ import annotations

from math import log2
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.relationships import habits as h
from streams.relationships.counts import DAY_MS, ONE, factor
from streams.relationships.habits import FAST_MS, SLOW_MS, SLOTS, VOICES, Habits

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
_LOG: Final[tuple[int, ...]] = tuple(round(16 * log2(1 + n / 16)) for n in range(TOP * 16 + 1))
"""By sixteenths of an occurrence."""

Numbers = npt.NDArray[np.float64]


def logs(amount: float) -> int:
    """Sixteenths of a doubling of 1 + amount."""
    return round(16 * log2(1 + amount)) if amount > 0 else 0


class Reader:
    """Reads a customer's habits as numbers. `warmth` is what each type's voice says of being close, -1..1."""

    def __init__(self, warmth: tuple[float, ...]) -> None:
        self._warm = tuple((VOICES + n, w) for n, w in enumerate(warmth) if w > 0)
        self._cold = tuple((VOICES + n, -w) for n, w in enumerate(warmth) if w < 0)

    def read(self, habits: Habits, at: int, member_years: int = 0) -> Numbers:
        """The numbers as they stand at `at` (ms)."""
        found = np.zeros(SIZE)
        slow, fast = factor(habits.slow, SLOW_MS, at) / ONE, factor(habits.fast, FAST_MS, at) / ONE
        months, weeks = habits.slow.sums, habits.fast.sums
        sessions = months.get(h.SESSION, 0) * slow
        texts = months.get(h.TEXTS, 0) * slow
        by_session, by_text = 1 / (sessions + 1), 1 / (texts + 0.5)
        for slot, each in months.items():
            amount = each * slow
            share = by_text if slot >= VOICES else by_session
            found[slot] = _LOG[min(int(amount * 16), TOP * 16)]
            found[2 * SLOTS + slot] = min(64, int(64 * amount * share))
            found[3 * SLOTS + slot] = 16 if amount > 0.3 else 0
        for slot, each in weeks.items():
            found[SLOTS + slot] = _LOG[min(int(each * fast * 16), TOP * 16)]
        found[FIRST_EXTRA:] = self._extra(habits, at, slow, fast, member_years)
        return found

    def _extra(self, habits: Habits, at: int, slow: float, fast: float, member_years: int) -> list[int]:
        months, weeks = habits.slow.sums, habits.fast.sums
        known = max(0.0, (at - habits.first) / DAY_MS) if habits.first else 0.0
        silent = max(0.0, (at - habits.last) / DAY_MS) if habits.last else 0.0
        sessions = months.get(h.SESSION, 0) * slow
        gaps = sum(months.get(slot, 0) for slot in (h.GAP_SHORT, h.GAP_WEEK, h.GAP_MONTH, h.GAP_LONG)) * slow
        mean = months.get(h.GAP_LOG, 0) * slow / gaps if gaps > 0.5 else 0.0
        spread = months.get(h.GAP_SQUARE, 0) * slow / gaps - mean * mean if gaps > 0.5 else 0.0
        warm = sum(months.get(slot, 0) * w for slot, w in self._warm) * slow
        cold = sum(months.get(slot, 0) * w for slot, w in self._cold) * slow
        warm_now = sum(weeks.get(slot, 0) * w for slot, w in self._warm) * fast
        cold_now = sum(weeks.get(slot, 0) * w for slot, w in self._cold) * fast
        orders = months.get(h.ORDER, 0) * slow
        rate, lately = sessions / 120, weeks.get(h.SESSION, 0) * fast / 21
        ours = months.get(h.OURS, 0) * slow
        return [
            16, logs(known), logs(silent), 16 if silent > 30 else 0, 16 if silent > 90 else 0, logs(max(0.0, spread)),
            logs(habits.kinds.bit_count()), logs(habits.items.bit_count()), logs(warm), logs(cold), logs(cold_now),
            logs(min(warm, cold)), logs(min(orders, cold)), logs(max(0.0, warm - 3 * warm_now)),
            logs(max(0.0, rate - lately) * 60), logs(max(0.0, lately - rate) * 60),
            logs(months.get(h.SPEND, 0) * slow / (orders + 0.5)), 16 if sessions < 1.5 and silent > 20 else 0,
            int(64 * sessions / (sessions + ours + 0.5)), int(64 * months.get(h.NIGHT, 0) * slow / (sessions + 1)),
            16 if known < 30 else 0, min(64, 4 * member_years),
        ]  # fmt: skip


def names(of_slot: dict[int, str]) -> tuple[str, ...]:
    """The name of every number: `months.<slot>` and so on; slots that nothing uses are `-`."""
    found = [f"{kind}.{of_slot[slot]}" if slot in of_slot else "-" for kind in KINDS for slot in range(SLOTS)]
    return (*found, *EXTRA)
