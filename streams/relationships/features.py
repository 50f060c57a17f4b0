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
from streams.relationships.counts import DAY_MS, ONE, Bank, factor
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
_LOG: Final[Numbers] = np.array([round(16 * log2(1 + n / 16)) for n in range(TOP * 16 + 1)], dtype=np.float64)
"""By sixteenths of an occurrence."""


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
        both, found = np.zeros((2, SLOTS)), np.empty(SIZE)
        months, weeks = both
        _fill(months, habits.slow, SLOW_MS, at)
        _fill(weeks, habits.fast, FAST_MS, at)
        counted, recent = months.tolist(), weeks.tolist()
        _LOG.take((np.minimum(both, TOP) * 16).astype(np.intp), out=found[: 2 * SLOTS].reshape(2, SLOTS), mode="clip")
        each = found[2 * SLOTS : 3 * SLOTS]
        np.divide(months[:VOICES], counted[h.SESSION] + 1, out=each[:VOICES])
        np.divide(months[VOICES:], counted[h.TEXTS] + 0.5, out=each[VOICES:])
        each *= 64
        np.minimum(each, 64, out=each)
        np.floor(each, out=each)
        np.multiply(months > 0.3, 16, out=found[3 * SLOTS : FIRST_EXTRA])
        found[FIRST_EXTRA:] = self._extra(habits, at, counted, recent, member_years)
        return found

    def _extra(
        self, habits: Habits, at: int, counted: list[float], recent: list[float], member_years: int
    ) -> list[int]:  # fmt: skip
        known = max(0.0, (at - habits.first) / DAY_MS) if habits.first else 0.0
        silent = max(0.0, (at - habits.last) / DAY_MS) if habits.last else 0.0
        sessions, orders, ours = counted[h.SESSION], counted[h.ORDER], counted[h.OURS]
        gaps = counted[h.GAP_SHORT] + counted[h.GAP_WEEK] + counted[h.GAP_MONTH] + counted[h.GAP_LONG]
        mean = counted[h.GAP_LOG] / gaps if gaps > 0.5 else 0.0
        spread = counted[h.GAP_SQUARE] / gaps - mean * mean if gaps > 0.5 else 0.0
        warm = cold = warm_now = cold_now = 0.0
        if counted[h.TEXTS]:  # nobody sounds like anything without a word
            warm, cold = _total(counted, self._warm), _total(counted, self._cold)
            warm_now, cold_now = _total(recent, self._warm), _total(recent, self._cold)
        rate, lately = sessions / 120, recent[h.SESSION] / 21
        return [
            16, logs(known), logs(silent), 16 if silent > 30 else 0, 16 if silent > 90 else 0, logs(max(0.0, spread)),
            logs(habits.kinds.bit_count()), logs(habits.items.bit_count()), logs(warm), logs(cold), logs(cold_now),
            logs(min(warm, cold)), logs(min(orders, cold)), logs(max(0.0, warm - 3 * warm_now)),
            logs(max(0.0, rate - lately) * 60), logs(max(0.0, lately - rate) * 60),
            logs(counted[h.SPEND] / (orders + 0.5)), 16 if sessions < 1.5 and silent > 20 else 0,
            int(64 * sessions / (sessions + ours + 0.5)), int(64 * counted[h.NIGHT] / (sessions + 1)),
            16 if known < 30 else 0, min(64, 4 * member_years),
        ]  # fmt: skip


def _total(counted: list[float], weights: tuple[tuple[int, float], ...]) -> float:
    return sum([counted[slot] * weight for slot, weight in weights])


def _fill(found: Numbers, bank: Bank, half_life_ms: int, at: int) -> None:
    """Puts what is left of the sums of a bank at `at` into zeros."""
    sums = bank.sums
    if sums:
        found[list(sums)] = list(sums.values())
        found *= factor(bank, half_life_ms, at) / ONE


def names(of_slot: dict[int, str]) -> tuple[str, ...]:
    """The name of every number: `months.<slot>` and so on; slots that nothing uses are `-`."""
    found = [f"{kind}.{of_slot[slot]}" if slot in of_slot else "-" for kind in KINDS for slot in range(SLOTS)]
    return (*found, *EXTRA)
