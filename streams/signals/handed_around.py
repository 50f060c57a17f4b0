"""Handed from one to the next (S1-13)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.customers.kept import gathered, in_order
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import matter_of

HANDOVERS = 8
"""Hand-overs that are remembered."""
HOUR_MS = 3_600_000
CALL = "call"
"""Calls without anything that names their matter are one."""


class HandOvers(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Matter and time of the last ones."""

    last: tuple[tuple[str, int], ...] = ()


class HandedAround(Timeless[HandOvers]):
    """Fires at the `times`-th hand-over of a call in one matter within `hours`."""

    name: ClassVar[str] = "handed_around"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"call.transferred"})
    state = HandOvers

    def start(self) -> HandOvers:
        return HandOvers()

    def observe(self, state: HandOvers, moment: Moment) -> HandOvers:
        rule = moment.knowledge.signals[self.name]
        matter = matter_of(moment) or CALL
        last = in_order((*state.last, (matter, moment.at)), HANDOVERS)
        n = gathered(last, matter, moment.at, rule.number("hours") * HOUR_MS)
        if n >= rule.number("times"):
            moment.signal(self.name, matter, {"n": n}, [because(moment, "call.transferred")])
        return HandOvers(last)

    def merge(self, state: HandOvers, older: HandOvers) -> HandOvers:
        return HandOvers(in_order((*older.last, *state.last), HANDOVERS))
