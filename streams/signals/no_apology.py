"""A complaint is closed and nobody has said sorry (S0-31, S1-30)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.customers.kept import joined, newest
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import matter_of

COMPLAINTS = 6
"""Open complaints that are watched."""


class Sorry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each complaint was opened, and when we last apologised."""

    opened: dict[str, int] = {}
    apologised: int = 0


class NoApology(Timeless[Sorry]):
    """Fires when a complaint is resolved and nobody has apologised since it was opened. Regret is enough, and is no
    admission."""

    name: ClassVar[str] = "no_apology"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"complaint.opened", "complaint.resolved", "agent.apologised"})
    state = Sorry

    def start(self) -> Sorry:
        return Sorry()

    def observe(self, state: Sorry, moment: Moment) -> Sorry:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "agent.apologised":
            return Sorry(state.opened, max(state.apologised, moment.at))
        matter = matter_of(moment) or "complaint"
        if touchpoint.type == "complaint.opened":
            return Sorry(newest({**state.opened, matter: moment.at}, COMPLAINTS), state.apologised)
        opened = state.opened.get(matter)
        if opened is None or state.apologised >= opened:
            return Sorry({m: at for m, at in state.opened.items() if m != matter}, state.apologised)
        moment.signal(self.name, f"apology:{matter}", {}, [because(moment, touchpoint.type)])
        return Sorry({m: at for m, at in state.opened.items() if m != matter}, state.apologised)

    def merge(self, state: Sorry, older: Sorry) -> Sorry:
        return Sorry(joined(state.opened, older.opened, COMPLAINTS), max(state.apologised, older.apologised))
