"""The partitions of a log side by side: each as far as the same time, then all have come to the end of a round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from replay.source import Chunk, Piece, Round
from replay.sources.placing import TICK
from schemas.records import Record, Rejected, Touchpoint
from streams.engine.counting import BUCKET_MS

LEFT_MS: Final = 60_000
"""A raw partition whose ticks are so far behind is not waited for, as the engine does not."""


def in_step(lanes: Mapping[int, Iterator[Chunk | Rejected]]) -> Iterator[Piece]:
    """The pieces of all partitions; a `Round` where all have passed a minute in which trends count.

    What follows from one partition for all others can then be told at about the place where it was told live.
    Memory: one block of each partition.
    """
    going = [_Lane(number, pieces, len(lanes)) for number, pieces in sorted(lanes.items())]
    until = 0
    while going:
        for lane in going:
            yield from lane.until(until)
        yield Round(until)
        going = [lane for lane in going if not lane.over]
        until = (min((lane.time for lane in going), default=0) // BUCKET_MS + 1) * BUCKET_MS


class _Lane:
    """One partition, read until a time. `time`: how far its ticks have come; `over`: nothing is left."""

    def __init__(self, number: int, pieces: Iterator[Chunk | Rejected], raw: int) -> None:
        self.time = 0
        self.over = False
        self._number = number
        self._pieces = pieces
        self._raw = raw
        self._ticks: dict[int, int] = {}
        self._kept: Sequence[Record] = ()

    def until(self, time: int) -> Iterator[Chunk | Rejected]:
        """What comes before time has passed there from every raw partition, the tick that does it among it."""
        while self.time < time or not self._ticks:
            if not self._kept:
                piece = next(self._pieces, None)
                if piece is None:
                    self.over = True
                    return
                if isinstance(piece, Rejected):
                    yield piece
                    continue
                self._kept = piece.records
            count = self._passed(time)
            yield Chunk(self._number, self._kept[:count])
            self._kept = self._kept[count:]

    def _passed(self, time: int) -> int:
        """How many of the kept records belong to the time before."""
        for number, record in enumerate(self._kept, start=1):
            body = record.body
            if isinstance(body, Touchpoint) and body.type == TICK:
                self._ticks[record.source.partition] = body.occurred_at
                latest = max(self._ticks.values())
                waited = [each for each in self._ticks.values() if each >= latest - LEFT_MS]
                if len(self._ticks) == self._raw or latest - LEFT_MS > time:
                    self.time = max(self.time, min(waited))
                if self.time >= time and self.time:
                    return number
        return len(self._kept)
