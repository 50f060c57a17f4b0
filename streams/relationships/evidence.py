"""Log-evidence of the relationship types as integers with forward decay.

Forward decay (Cormode, Shkapenyuk, Srivastava and Xu, ICDE 2009): a term that
happened at `t` enters scaled by 2^((t - landmark) / half-life), so that adding
is commutative and reading costs one factor. Terms are thousandths of a nat,
rounded once when they enter: a sum does not depend on how it was batched. The
landmark moves on whole half-lives, which halves the sums exactly.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

HALF_LIVES: tuple[str, ...] = ("behaviour", "text", "betrayal")
DAY_MS = 86_400_000


class Sum(msgspec.Struct, array_like=True, gc=False):
    """Terms of one half-life, at the landmark `epoch` half-lives after 1970."""

    epoch: int = 0
    milli: list[int] = []


class Evidence(msgspec.Struct, array_like=True, gc=False):
    """One sum per half-life, in the order of `HALF_LIVES`."""

    sums: list[Sum] = msgspec.field(default_factory=lambda: [Sum(), Sum(), Sum()])


def add(evidence: Evidence, kind: int, half_life_ms: int, at: int, terms: Iterable[tuple[int, int]], size: int) -> None:
    """Adds `(type, thousandths of a nat)` that happened at `at` to the sum of half-life `kind`.

    A late term counts what is left of it at the landmark.
    """
    total = evidence.sums[kind]
    if not total.milli:
        total.milli = [0] * size
        total.epoch = at // half_life_ms
    _move(total, at // half_life_ms)
    factor = 2.0 ** (at / half_life_ms - total.epoch)
    for index, milli in terms:
        total.milli[index] += round(milli * factor)


def _move(total: Sum, epoch: int) -> None:
    ahead = epoch - total.epoch
    if ahead > 0:
        # Towards zero for both signs: a negative rest must fade, too.
        total.milli = [(v >> ahead) if v >= 0 else -((-v) >> ahead) for v in total.milli]
        total.epoch = epoch


def read(evidence: Evidence, half_lives_ms: tuple[int, ...], at: int, size: int) -> list[float]:
    """Log-evidence in nats of every type as it stands at `at` (ms)."""
    nats = [0.0] * size
    for total, half_life in zip(evidence.sums, half_lives_ms, strict=True):
        if total.milli:
            factor = 2.0 ** (total.epoch - at / half_life) / 1000.0
            nats = [n + v * factor for n, v in zip(nats, total.milli, strict=True)]
    return nats


def merge(mine: Evidence, older: Evidence, size: int) -> None:
    """Adds what another, older part of the same person's history has shown."""
    for total, other in zip(mine.sums, older.sums, strict=True):
        if not other.milli:
            continue
        if not total.milli:
            total.milli, total.epoch = [0] * size, other.epoch
        epoch = max(total.epoch, other.epoch)
        moved = Sum(other.epoch, list(other.milli))
        _move(total, epoch)
        _move(moved, epoch)
        total.milli = [a + b for a, b in zip(total.milli, moved.milli, strict=True)]
