"""Numbers that a relationship is read from, out of what was counted of a customer. All are whole.

Of every slot: how much in the last months and in the last weeks (log), how much a session (or a text), and
whether at all. Besides: how long known, how long silent, how much, how regular, how broad, warmth that
turned cold. Sixteenths of a doubling, 64ths of a share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import log2
from struct import Struct
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.compiled import compiled
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
Numbers = npt.NDArray[np.float64]
TOP: Final = 400 * 16
"""Sixteenths of an occurrence; counts beyond are as good as this many."""
_LOG: Final = np.rint(16 * np.log2(1 + np.arange(TOP + 1) / 16))
"""Sixteenths of a doubling by sixteenths of an occurrence."""
EVER: Final = 0.3
"""Occurrences from which on something has happened at all."""


def read_as(times: float) -> int:
    """The number of months that stands for so many occurrences."""
    return int(_LOG[min(int(times * 16), TOP)])


class Reader:
    """Reads a customer's habits as numbers. `warmth` is what each type's voice says of being close, -1..1."""

    def __init__(self, warmth: Sequence[float]) -> None:
        self._warmth = np.zeros(SLOTS - VOICES)  # of every slot that there is, whoever has it
        self._warmth[: len(warmth)] = warmth
        self._numbers = _machine()

    def read(self, habits: Habits, at: int, member_years: int = 0) -> Numbers:
        """The `SIZE` numbers as they stand at `at` (ms), in the order of `names`."""
        slow, fast = habits.slow.sums, habits.fast.sums
        # Bytes by one call: of two dozen numbers numpy's own way from Python's takes several times as long.
        packed = _packer(2 * (len(slow) + len(fast)))(*slow, *slow.values(), *fast, *fast.values())
        return self._numbers(
            np.frombuffer(packed, np.int64), len(slow), factor(habits.slow, SLOW_MS, at) / ONE,
            factor(habits.fast, FAST_MS, at) / ONE, self._warmth, _LOG,
            (at - habits.first) / DAY_MS if habits.first else 0.0, (at - habits.last) / DAY_MS if habits.last else 0.0,
            habits.kinds.bit_count(), habits.items.bit_count(), member_years,
        )  # fmt: skip


@lru_cache(maxsize=4 * SLOTS)
def _packer(count: int) -> Callable[..., bytes]:
    return Struct(f"={count}q").pack


@lru_cache(maxsize=1)
def _machine() -> Callable[..., Numbers]:
    """What `Reader.read` calls."""
    slots, voices, size, first_extra, top, ever = SLOTS, VOICES, SIZE, FIRST_EXTRA, TOP, EVER
    session, order, texts, spend, night, ours = h.SESSION, h.ORDER, h.TEXTS, h.SPEND, h.NIGHT, h.OURS
    gap_short, gap_week, gap_month, gap_long = h.GAP_SHORT, h.GAP_WEEK, h.GAP_MONTH, h.GAP_LONG
    gap_log, gap_square = h.GAP_LOG, h.GAP_SQUARE

    def numbers(
        counted: npt.NDArray[np.int64], counted_slow: int, scale: float, scale_now: float, warmth: Numbers,
        log: Numbers, known: float, silent: float, kinds: int, items: int, member_years: int,
    ) -> Numbers:  # fmt: skip
        """`counted` are the slots of months, their sums, and again the slots of weeks and their sums."""
        slow, fast = np.zeros(slots), np.zeros(slots)
        for n in range(counted_slow):
            slow[counted[n]] = counted[counted_slow + n] * scale
        counted_fast = len(counted) // 2 - counted_slow
        for n in range(2 * counted_slow, 2 * counted_slow + counted_fast):
            fast[counted[n]] = counted[counted_fast + n] * scale_now

        found = np.zeros(size)
        a_session, a_text = slow[session] + 1, slow[texts] + 0.5
        warm = cold = warm_now = cold_now = 0.0
        for slot in range(slots):
            months, weeks = slow[slot], fast[slot]
            if months == 0 and weeks == 0:
                continue
            found[slot] = log[min(int(months * 16), top)]
            found[slots + slot] = log[min(int(weeks * 16), top)]
            found[2 * slots + slot] = min(int(months * 64 / (a_session if slot < voices else a_text)), 64)
            found[3 * slots + slot] = 16 if months > ever else 0
            if slot >= voices:
                w = warmth[slot - voices]
                if w > 0:
                    warm += months * w
                    warm_now += weeks * w
                else:
                    cold -= months * w
                    cold_now -= weeks * w

        sessions, orders = slow[session], slow[order]
        gaps = slow[gap_short] + slow[gap_week] + slow[gap_month] + slow[gap_long]
        spread = 0.0
        if gaps > 0.5:
            mean = slow[gap_log] / gaps
            spread = slow[gap_square] / gaps - mean * mean
        rate, lately = sessions / 120, fast[session] / 21
        extra = found[first_extra:]
        doublings = (
            16.0, known, silent, 0.0, 0.0, spread, float(kinds), float(items), warm, cold, cold_now, min(warm, cold),
            min(orders, cold), warm - 3 * warm_now, (rate - lately) * 60, (lately - rate) * 60,
            slow[spend] / (orders + 0.5),
        )  # fmt: skip
        for place, amount in enumerate(doublings):
            if amount > 0:
                extra[place] = round(16 * log2(1 + amount))
        extra[0] = 16
        extra[3] = 16 if silent > 30 else 0
        extra[4] = 16 if silent > 90 else 0
        extra[17] = 16 if sessions < 1.5 and silent > 20 else 0
        extra[18] = int(64 * sessions / (sessions + slow[ours] + 0.5))
        extra[19] = int(64 * slow[night] / (sessions + 1))
        extra[20] = 16 if known < 30 else 0
        extra[21] = min(64, 4 * member_years)
        return found

    return compiled(numbers)


def names(of_slot: dict[int, str]) -> tuple[str, ...]:
    """The name of every number: `months.<slot>` and so on; slots that nothing uses are `-`."""
    found = [f"{kind}.{of_slot[slot]}" if slot in of_slot else "-" for kind in KINDS for slot in range(SLOTS)]
    return (*found, *EXTRA)
