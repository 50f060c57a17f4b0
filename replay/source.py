"""What a source of recorded touchpoints gives the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol, TypeAlias

from schemas.records import Record, Rejected

CHUNK: Final = 1000
"""Records folded at a time. Results do not depend on it."""


class ReplayError(Exception):
    """A replay can't be done as asked; the message names the thing, the place and the remedy."""


class Chunk(NamedTuple):
    """Records of one resolved partition in offset order."""

    partition: int
    records: Sequence[Record]


class Passing(NamedTuple):
    """Time passes in all partitions as if there were a tick: what is due before `to` fires, or also at it."""

    to: int
    inclusive: bool


class Round(NamedTuple):
    """All partitions of a log have come to this time: what trends have found until then can be told to all."""

    until: int


Piece: TypeAlias = Chunk | Passing | Round | Rejected
"""`Rejected`: a line that is no touchpoint."""


class Missing(NamedTuple):
    """Offsets of a partition of a log, `first` to `last`, that its source does not have: expired, or compacted away.

    `until`: when the record behind them happened (ms); None if there is none.
    """

    partition: int
    first: int
    last: int
    until: int | None


class Source(Protocol):
    """Recorded touchpoints, read once from the first to the last."""

    @property
    def log_order(self) -> bool:
        """Whether partitions, offsets and ticks are those of the line: only then can results equal the live ones."""

    @property
    def total(self) -> int | None:
        """How many records there will be, where that is known beforehand."""

    @property
    def partitions(self) -> int:
        """Into how many partitions touchpoints without a log are placed; 0 where there is a log."""

    def pieces(self) -> Iterator[Piece]:
        """Everything, in an order that depends on the content alone. `ReplayError` if it can't be read."""
