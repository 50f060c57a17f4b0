"""Handed from one to the next (S1-13)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.alerts.cases import close_matter
from streams.customers.kept import gathered, in_order
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import matter_of, settled

HANDOVERS = 8
"""Hand-overs that are remembered."""
HOUR_MS = 3_600_000
CALL = "call"
"""Calls without anything that names their matter are one."""
NAMELESS = (CALL, "session:")
"""How matters begin that a call has of its own."""


class HandOvers(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Matter and time of the last ones."""

    last: tuple[tuple[str, int], ...] = ()


class HandedAround(Timeless[HandOvers]):
    """Fires at the `times`-th hand-over of a call in one matter within `hours`. The case ends with a complaint that is
    resolved to the customer's satisfaction, or when we call back."""

    name: ClassVar[str] = "handed_around"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"call.transferred", "call.started", "complaint.resolved"})
    state = HandOvers

    def start(self) -> HandOvers:
        return HandOvers()

    def observe(self, state: HandOvers, moment: Moment) -> HandOvers:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        matter = matter_of(moment) or CALL
        if touchpoint.type != "call.transferred":
            if settled(moment):
                close_matter(moment, matter, "resolved", (self.name,))
            elif touchpoint.type == "call.started" and touchpoint.initiator == "company":
                self._called_back(moment, None if matter.startswith(NAMELESS) else matter)
            return state
        rule = moment.knowledge.signals[self.name]
        last = in_order((*state.last, (matter, moment.at)), HANDOVERS)
        n = gathered(last, matter, moment.at, rule.number("hours") * HOUR_MS)
        if n >= rule.number("times"):
            moment.signal(self.name, matter, {"n": n}, [because(moment, "call.transferred")])
        return HandOvers(last)

    def _called_back(self, moment: Moment, matter: str | None) -> None:
        """About a matter, or about whatever is open if it names none but its own session."""
        for case in moment.customer.cases:
            if case.names == (self.name,) and matter in (None, case.matter):
                close_matter(moment, case.matter, "called back")

    def merge(self, state: HandOvers, older: HandOvers) -> HandOvers:
        return HandOvers(in_order((*older.last, *state.last), HANDOVERS))
