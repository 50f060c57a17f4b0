"""They look longer, or again and again (S1-07)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from streams.alerts.cases import close_matter
from streams.customers.kept import gathered, in_order
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Timeless
from streams.signals.running_out import LOOKS_AHEAD

VIEWS = 12
"""Views of items that are remembered."""


class Looks(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """How often and how long on average they stayed, and the last items seen."""

    stays: int = 0
    mean_s: float = 0.0
    views: tuple[tuple[str, int], ...] = ()


class Engaged(Timeless[Looks]):
    """Fires when they stay `dwell_factor` times as long as they use to (known from `least_stays` earlier stays on), or
    look at one item for the `views`-th time within `days` without buying it. Buying it ends the case."""

    name: ClassVar[str] = "engaged"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "web.engaged", "store.visited", "web.viewed", "screen.viewed", "qr.scanned", "purchase.made", "order.placed",
    })  # fmt: skip
    state = Looks

    def start(self) -> Looks:
        return Looks()

    def observe(self, state: Looks, moment: Moment) -> Looks:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if moment.customer.granted("profiling") is False:
            return state
        if touchpoint.type in ("purchase.made", "order.placed"):
            bought = touchpoint.item_id
            for item in sorted({view[0] for view in state.views if bought in (None, view[0])}):
                close_matter(moment, f"item:{item}", "bought", LOOKS_AHEAD)
            return Looks(state.stays, state.mean_s, tuple(v for v in state.views if bought and v[0] != bought))
        dwell = moment.properties.get("dwell_s")
        if isinstance(dwell, int | float) and dwell > 0:
            state = self._stayed(state, moment, float(dwell))
        elif touchpoint.item_id:
            state = self._viewed(state, moment, touchpoint.item_id)
        return state

    def _stayed(self, state: Looks, moment: Moment, dwell: float) -> Looks:
        rule = moment.knowledge.signals[self.name]
        usual = state.mean_s
        if state.stays >= rule.number("least_stays") and dwell >= rule.number("dwell_factor") * usual:
            self._fire(moment, "dwell", {"why": "dwell", "item": moment.item, "times": round(dwell / usual, 1)})
        stays = state.stays + 1
        # The newest counts at least a tenth: what they use to do changes.
        return Looks(stays, round(usual + (dwell - usual) / min(stays, 10), 3), state.views)

    def _viewed(self, state: Looks, moment: Moment, item: str) -> Looks:
        rule = moment.knowledge.signals[self.name]
        views = in_order((*state.views, (item, moment.at)), VIEWS)
        n = gathered(views, item, moment.at, rule.number("days") * DAY_MS)
        if n >= rule.number("views"):
            self._fire(moment, f"item:{item}", {"why": "views", "item": moment.item, "times": float(n)})
        return Looks(state.stays, state.mean_s, views)

    def _fire(self, moment: Moment, matter: str, values: dict[str, str | float]) -> None:
        what = moment.touchpoint.type if moment.touchpoint else ""
        moment.signal(self.name, matter, {**values}, [because(moment, what)])

    def merge(self, state: Looks, older: Looks) -> Looks:
        stays = state.stays + older.stays
        mean = (state.mean_s * state.stays + older.mean_s * older.stays) / stays if stays else 0.0
        return Looks(stays, round(mean, 3), in_order((*older.views, *state.views), VIEWS))
