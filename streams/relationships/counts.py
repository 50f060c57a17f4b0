"""Counts of what happened, as integers with forward decay.

Forward decay (Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009): what happened at `t` enters scaled by
2^((t - landmark) / half-life), so that adding is commutative and reading costs one factor. Amounts are
rounded once when they enter: a sum does not depend on how it was batched. The landmark moves on whole
half-lives, which halves the sums exactly; what falls below one unit is forgotten, so that a bank stays small.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

DAY_MS = 86_400_000
ONE = 64
"""One occurrence."""


class Bank(msgspec.Struct, array_like=True, gc=False):
    """Sums of one half-life by slot, at the landmark `epoch` half-lives after 1970."""

    epoch: int = 0
    sums: dict[int, int] = {}


def add(bank: Bank, half_life_ms: int, at: int, what: Iterable[tuple[int, int]]) -> None:
    """Adds amounts (ONE for an occurrence) by slot that happened at `at`; of late ones what is left counts."""
    epoch = at // half_life_ms
    if epoch > bank.epoch:
        move(bank, epoch)
    grown, sums = 2.0 ** (at / half_life_ms - bank.epoch), bank.sums
    one = round(ONE * grown)  # most are
    for slot, amount in what:
        left = one if amount == ONE else round(amount * grown)
        if left > 0:
            sums[slot] = sums.get(slot, 0) + left


def lessen(bank: Bank, slots: Iterable[int], share: float) -> None:
    """Takes a share (0..1) of what was counted in these slots away."""
    sums = bank.sums
    for slot in slots:
        if slot in sums:
            left = sums.pop(slot)
            if left := left - round(left * share):
                sums[slot] = left


def move(bank: Bank, epoch: int) -> None:
    """Puts the landmark on a later half-life."""
    ahead = epoch - bank.epoch
    if ahead > 0:
        if bank.sums:
            bank.sums = {slot: left for slot, each in bank.sums.items() if (left := each >> ahead)}
        bank.epoch = epoch


def factor(bank: Bank, half_life_ms: int, at: int) -> float:
    """What a sum is worth at `at`, in units of ONE."""
    return float(2.0 ** (bank.epoch - at / half_life_ms))


def merge(mine: Bank, other: Bank) -> None:
    """Adds what another part of the same person's history has counted."""
    moved = Bank(other.epoch, dict(other.sums))
    epoch = max(mine.epoch, other.epoch)
    move(mine, epoch)
    move(moved, epoch)
    for slot, each in moved.sums.items():
        mine.sums[slot] = mine.sums.get(slot, 0) + each
