"""The boards of a whole line in one process: for replay, stories and the line without Kafka."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from schemas.keys import partition_for
from schemas.records import Emitted, Measure
from streams.engine.counting import MARK
from streams.knowledge.model import Knowledge
from streams.trends.board import Board, Judged
from streams.trends.state import name_of


class Boards:
    """Measures go to the board of their scope, marks to all. `needed`: at least so many partitions send marks."""

    def __init__(self, partitions: int, known: Callable[[str], Knowledge], needed: int = 1) -> None:
        self._boards = [Board(number, known, needed) for number in range(partitions)]
        self._offsets = Counter[int]()

    def take(self, outputs: Iterable[Emitted]) -> Judged:
        """What comes of the measures among these outputs of the engine."""
        by_board: dict[int, list[tuple[int, Measure]]] = defaultdict(list)
        for output in outputs:
            if isinstance(output, Measure):
                for number in homes(output, len(self._boards)):
                    by_board[number].append((self._offsets[number], output))
                    self._offsets[number] += 1
        judged = Judged([], [], {})
        for number, records in sorted(by_board.items()):
            found = self._boards[number].process(records)
            judged.outputs.extend(found.outputs)
            judged.told.extend(found.told)
            judged.besides.update(found.besides)
        return judged


def homes(measure: Emitted, partitions: int) -> range:
    """Measures partitions to which it goes: that of its scope; all, for a mark; none, if it is not for trends."""
    if not isinstance(measure, Measure) or "measure" not in measure.scope:
        return range(0)
    if measure.scope == _MARK:
        return range(partitions)
    home = partition_for(name_of(measure.scope), partitions)
    return range(home, home + 1)


_MARK = dict(MARK)
