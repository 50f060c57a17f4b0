"""A complaint is closed and nobody has said sorry (S0-31, S1-30)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.alerts.cases import close_all, close_matter
from streams.customers.kept import joined, newest
from streams.customers.moment import Moment, because
from streams.signals.detector import Timeless
from streams.signals.matter import matter_of

COMPLAINTS = 6
"""Open complaints that are watched."""
PREFIX = "apology:"


class Sorry(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """When each complaint was opened; when we last apologised without naming one, and when for each that we named."""

    opened: dict[str, int] = {}
    apologised: int = 0
    named: dict[str, int] = {}


class NoApology(Timeless[Sorry]):
    """Fires when a complaint is resolved and nobody has apologised for it since it was opened: an apology that names
    another complaint is for that one. Regret is enough, and is no admission. An apology that comes later ends the
    case."""

    name: ClassVar[str] = "no_apology"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"complaint.opened", "complaint.resolved", "agent.apologised"})
    state = Sorry

    def start(self) -> Sorry:
        return Sorry()

    def observe(self, state: Sorry, moment: Moment) -> Sorry:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        matter = matter_of(moment) or "complaint"
        if touchpoint.type == "agent.apologised":
            return _apologised(state, moment, touchpoint.complaint_id)
        if touchpoint.type == "complaint.opened":
            return msgspec.structs.replace(state, opened=newest({**state.opened, matter: moment.at}, COMPLAINTS))
        opened = state.opened.get(matter)
        if opened is None:
            return state
        if max(state.apologised, state.named.get(matter, 0)) < opened:
            moment.signal(self.name, f"{PREFIX}{matter}", {}, [because(moment, touchpoint.type)])
        left, named = ({m: at for m, at in each.items() if m != matter} for each in (state.opened, state.named))
        return Sorry(left, state.apologised, named)

    def merge(self, state: Sorry, older: Sorry) -> Sorry:
        return Sorry(
            joined(state.opened, older.opened, COMPLAINTS), max(state.apologised, older.apologised),
            joined(state.named, older.named, COMPLAINTS),
        )  # fmt: skip


def _apologised(state: Sorry, moment: Moment, complaint: str | None) -> Sorry:
    if complaint is None:
        close_all(moment, PREFIX, "apologised")
        return msgspec.structs.replace(state, apologised=max(state.apologised, moment.at))
    close_matter(moment, f"{PREFIX}complaint:{complaint}", "apologised")
    return msgspec.structs.replace(state, named=joined(state.named, {f"complaint:{complaint}": moment.at}, COMPLAINTS))
