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
_TOP: Final = TOP * 16
_EVER: Final = 0.3 * 16
"""Sixteenths of an occurrence from which on something has happened at all."""


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


class Felt(NamedTuple):
    """How warm and how cold what was said sounded, in the last months and in the last weeks."""

    warm: float
    cold: float
    warm_now: float
    cold_now: float


_NOTHING: Final = Felt(0.0, 0.0, 0.0, 0.0)


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
        # In sixteenths, as the table is: a power of two changes no digit.
        sixteen, sixteen_now = scale * 16, scale_now * 16
        a_session, a_text = (slow.get(h.SESSION, 0) * scale + 1) / 4, (slow.get(h.TEXTS, 0) * scale + 0.5) / 4
        found: list[int] = []
        said: list[int] = []
        lately, log = fast.get, _LOG
        for slot, amount in slow.items():
            months, weeks = amount * sixteen, int(lately(slot, 0) * sixteen_now)
            number = int(months)
            if slot < VOICES:
                share = int(months / a_session)
            else:
                share = int(months / a_text)
                said.append(slot)
            found += (
                log[number] if number < _TOP else MOST, log[weeks] if weeks < _TOP else MOST,
                share if share < 64 else 64, 16 if months > _EVER else 0,
            )  # fmt: skip
        felt = self._felt(sorted(said), slow, fast, scale, scale_now) if said else _NOTHING
        extra = _extra(habits, at, slow, scale, lately(h.SESSION, 0) * scale_now, felt)
        extra.append(min(64, 4 * member_years))
        return Counted(tuple(slow), found, extra)

    def _felt(
        self, said: list[int], slow: dict[int, int], fast: dict[int, int], scale: float, scale_now: float
    ) -> Felt:  # fmt: skip
        """How what was `said` sounded; its slots in one order, for floats add up to the same only so."""
        warm = cold = warm_now = cold_now = 0.0
        warmth = self._warmth
        for slot in said:
            w, months, weeks = warmth.get(slot, 0.0), slow[slot] * scale, fast.get(slot, 0) * scale_now
            if w > 0:
                warm += months * w
                warm_now += weeks * w
            else:
                cold -= months * w
                cold_now -= weeks * w
        return Felt(warm, cold, warm_now, cold_now)


def _extra(
    habits: Habits, at: int, slow: dict[int, int], scale: float, sessions_now: float, felt: Felt
) -> list[int]:  # fmt: skip
    """All of `EXTRA` but the last."""
    of = slow.get
    known = (at - habits.first) / DAY_MS if habits.first else 0.0
    silent = (at - habits.last) / DAY_MS if habits.last else 0.0
    sessions, orders = of(h.SESSION, 0) * scale, of(h.ORDER, 0) * scale
    gaps = of(h.GAP_SHORT, 0) * scale + of(h.GAP_WEEK, 0) * scale + of(h.GAP_MONTH, 0) * scale
    gaps += of(h.GAP_LONG, 0) * scale
    spread = 0.0
    if gaps > 0.5:
        mean = of(h.GAP_LOG, 0) * scale / gaps
        spread = of(h.GAP_SQUARE, 0) * scale / gaps - mean * mean
    warm, cold, warm_now, cold_now = felt
    rate, lately = sessions / 120, sessions_now / 21
    return [
        16, logs(known), logs(silent), 16 if silent > 30 else 0, 16 if silent > 90 else 0, logs(spread),
        logs(habits.kinds.bit_count()), logs(habits.items.bit_count()), logs(warm), logs(cold), logs(cold_now),
        logs(min(warm, cold)), logs(min(orders, cold)), logs(warm - 3 * warm_now),
        logs((rate - lately) * 60), logs((lately - rate) * 60), logs(of(h.SPEND, 0) * scale / (orders + 0.5)),
        16 if sessions < 1.5 and silent > 20 else 0,
        int(64 * sessions / (sessions + of(h.OURS, 0) * scale + 0.5)),
        int(64 * (of(h.NIGHT, 0) * scale) / (sessions + 1)), 16 if known < 30 else 0,
    ]  # fmt: skip


def names(of_slot: dict[int, str]) -> tuple[str, ...]:
    """The name of every number: `months.<slot>` and so on; slots that nothing uses are `-`."""
    found = [f"{kind}.{of_slot[slot]}" if slot in of_slot else "-" for kind in KINDS for slot in range(SLOTS)]
    return (*found, *EXTRA)
