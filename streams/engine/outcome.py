"""What folding a chunk brings about."""

from __future__ import annotations

from collections import Counter

from schemas.records import Emitted


class Outcome:
    """Outputs in order, then the changelog records in the order in which they must be appended: the world last.

    `counts` has `applied`, `resent` (a station repeated itself), `duplicate` (a producer
    did), `late`, `rejected`, `timers`, `ticks`, `anonymous`, `swept`.
    """

    __slots__ = ("changes", "counts", "outputs")

    def __init__(self) -> None:
        self.outputs: list[Emitted] = []
        self.changes: list[tuple[bytes, bytes]] = []
        self.counts: Counter[str] = Counter()
