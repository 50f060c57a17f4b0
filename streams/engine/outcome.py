"""What folding a chunk brings about."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from schemas.records import Emitted
from streams.engine.past import Handed


class Repeated(NamedTuple):
    """A touchpoint that its producer had sent before under the same `event_id`, and where it stands."""

    key: str
    event_id: str
    at: int
    offset: int


class Outcome:
    """Outputs in order, then the changelog records in the order in which they must be appended: the world last.

    `erased` are customers of whom nothing is kept, and who have not come again since.
    `repeated` are touchpoints that count for nothing, for whoever counts rows.
    `besides` has by the id of a change the teams on whose topics it stands besides that of its `team`: whose alert it
    is or was, and those that the alert was escalated to.
    `handed` are records for resolved partitions of other customers, to be sent with the outputs.
    `counts` has `applied`, `resent` (a station repeated itself), `duplicate` (a producer
    did), `late`, `rejected`, `timers`, `ticks`, `anonymous`, `swept`,
    `uncounted` (for trends: late, or one scope too many).
    """

    __slots__ = ("besides", "changes", "counts", "erased", "handed", "outputs", "repeated")

    def __init__(self) -> None:
        self.outputs: list[Emitted] = []
        self.besides: dict[str, tuple[str, ...]] = {}
        self.handed: list[Handed] = []
        self.repeated: list[Repeated] = []
        self.erased: dict[str, None] = {}
        self.changes: list[tuple[bytes, bytes]] = []
        self.counts: Counter[str] = Counter()
