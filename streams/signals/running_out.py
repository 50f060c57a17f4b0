"""Something they buy again and again is about to run out (S4-07, D5)."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import msgspec
from scipy.special import gammaincinv

from schemas.records import Because, Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.customers.customer import Timer
from streams.customers.moment import DAY_MS, Moment, because
from streams.knowledge.model import SignalRule
from streams.signals.naming import named

ITEMS = 16
"""Items remembered of one customer: those bought most often, then most recently; first what is not `GONE`."""
GONE = 3.0
"""Usual intervals after which an item that was not bought again has no rhythm any more."""
LOOKS_AHEAD = ("running_out", "engaged")
"""Signals that hope for a purchase."""
OCCASION_MS = DAY_MS // 2
"""Lines of one item closer together than this are one purchase."""


class Item(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`times` purchases of an item, the last at `last`, the intervals between them adding up to `days`.

    `name` is what staff call it, kept from the second purchase on.
    """

    item: str
    category: str
    times: int
    last: int
    days: float
    name: str = ""


class Shelf(msgspec.Struct, array_like=True, frozen=True, gc=False):
    items: tuple[Item, ...] = ()


class RunningOut:
    """Fires when the time since the last purchase of an item enters the window in which it is usually bought again.

    Intervals of a customer and item are Gamma distributed with shape k of the category and a
    mean that is shrunk to the category's by a pseudo-count; the window is [q.20, q.60].
    Silent before `min_purchases`, and where k says that buying has no rhythm (Wheat and
    Morrison 1990: k near 1 is a Poisson process). Fires by a timer at the window's begin,
    and again at a visit inside it when the quiet of the last time is over. A purchase
    that arrives late, before the last one known, changes nothing. What is bought ends its case.

    Of a customer the `ITEMS` (16) items are remembered that are bought most often, then most recently. What has no
    rhythm, or was not bought for three usual intervals, is forgotten first. So whoever buys a hundred items again and
    again is told of a few.
    """

    name: ClassVar[str] = "running_out"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"purchase.made", "store.visited", "store.entered", "qr.scanned"})
    state = Shelf

    def start(self) -> Shelf:
        return Shelf()

    def observe(self, state: Shelf, moment: Moment) -> Shelf:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        bought = touchpoint.item_id if touchpoint.type == "purchase.made" else None
        if bought and (touchpoint.quantity is None or touchpoint.quantity > 0):
            state = self._bought(state, moment, touchpoint, bought)
            close_matter(moment, f"item:{bought}", "bought", LOOKS_AHEAD)
        self._visit(state, moment, bought)
        return state

    def _bought(self, state: Shelf, moment: Moment, touchpoint: Touchpoint, item_id: str) -> Shelf:
        known = next((i for i in state.items if i.item == item_id), None)
        category = touchpoint.category or (known.category if known else "")
        if known is None:
            item = Item(item_id, category, 1, moment.at, 0.0)
        elif moment.at - known.last < OCCASION_MS:
            return state
        else:
            days = round(known.days + (moment.at - known.last) / DAY_MS, 3)
            item = Item(item_id, category, known.times + 1, moment.at, days, named(moment.item))
        rhythms = rhythms_of(moment)
        others = [i for i in state.items if i.item != item_id]
        kept = sorted((*others, item), key=lambda each: (_gone(rhythms, each, moment.at), _rank(each)))
        for gone in kept[ITEMS:]:
            moment.disarm(self.name, gone.item)
        window = _window(rhythms, item)
        if window is None or item not in kept[:ITEMS]:
            moment.disarm(self.name, item_id)
        else:
            moment.arm(self.name, item_id, window[0])
        return Shelf(tuple(kept[:ITEMS]))

    def _visit(self, state: Shelf, moment: Moment, bought: str | None) -> None:
        rhythms = rhythms_of(moment)
        for item in state.items:
            window = None if item.item == bought else _window(rhythms, item)
            if window is not None and window[0] < moment.at <= window[1]:
                self._fire(rhythms, item, moment, because(moment, moment.touchpoint.type if moment.touchpoint else ""))

    def _fire(self, rhythms: Rhythms, item: Item, moment: Moment, reason: Because) -> None:
        usual = usual_ms(rhythms, item.times, item.days, item.category) or 0.0
        values: dict[str, Value] = {
            "item_id": item.item,
            "item": item.name or item.item,
            "elapsed_days": round((moment.at - item.last) / DAY_MS, 1),
            "usual_days": round(item.days / (item.times - 1), 1),
            "expected_days": round(usual / DAY_MS, 1),
            "purchases": item.times,
        }
        moment.signal(self.name, f"item:{item.item}", values, [reason])

    def due(self, state: Shelf, timer: Timer, moment: Moment) -> Shelf:
        item = next((i for i in state.items if i.item == timer.key), None)
        if item is not None:
            self._fire(rhythms_of(moment), item, moment, Because(event_id=timer.cause, what="purchase.made"))
        return state

    def merge(self, state: Shelf, older: Shelf) -> Shelf:
        mine = {i.item: i for i in state.items}
        for item in older.items:
            known = mine.get(item.item)
            mine[item.item] = item if known is None else _joined(known, item)
        return Shelf(tuple(sorted(mine.values(), key=_rank)[:ITEMS]))


def _joined(newer: Item, older: Item) -> Item:
    if newer.last < older.last:
        newer, older = older, newer
    first = newer.last - newer.days * DAY_MS
    gap = max(0.0, (first - older.last) / DAY_MS)
    days = round(newer.days + older.days + gap, 3)
    return Item(
        newer.item,
        newer.category or older.category,
        newer.times + older.times,
        newer.last,
        days,
        newer.name or older.name,
    )


def _gone(rhythms: Rhythms, item: Item, at: int) -> bool:
    usual = usual_ms(rhythms, item.times, item.days, item.category)
    return usual is None or at - item.last > GONE * usual


def _rank(item: Item) -> tuple[int, int, str]:
    return -item.times, -item.last, item.item


def _window(rhythms: Rhythms, item: Item) -> tuple[int, int] | None:
    """Begin and end of the window as moments in ms; None where there is no rhythm to go by."""
    if item.times < rhythms.min_purchases:
        return None
    return window_after(rhythms, item.last, item.times, item.days, item.category)


def window_after(
    rhythms: Rhythms, last: int, times: int, days: float, category: str = ""
) -> tuple[int, int] | None:  # fmt: skip
    """When something that was done `times` times, `days` from the first to the last, will be done again."""
    mean = usual_ms(rhythms, times, days, category)
    if mean is None:
        return None
    rhythm = rhythms.of(category)
    return last + round(mean * rhythm.begin), last + round(mean * rhythm.end)


def usual_ms(rhythms: Rhythms, times: int, days: float, category: str = "") -> float | None:
    """The mean interval, shrunk to the category's; None where there is no rhythm to go by."""
    rhythm, pseudo = rhythms.of(category), rhythms.pseudo_count
    return (days + pseudo * rhythm.mean_days) / (times - 1 + pseudo) * DAY_MS if rhythm.regular else None


class _Rhythm(NamedTuple):
    """A category: its mean interval in days, and the window as shares of a mean interval."""

    mean_days: float
    begin: float
    end: float
    regular: bool


class Rhythms(NamedTuple):
    """The rule's numbers, prepared."""

    min_purchases: float
    pseudo_count: float
    by_category: dict[str, _Rhythm]

    def of(self, category: str) -> _Rhythm:
        return self.by_category.get(category) or self.by_category["default"]


NONE = Rhythms(2, 0, {"default": _Rhythm(1, 0, 0, False)})
"""Where knowledge leaves the signal out: nothing has a rhythm."""


_COMPILED: dict[str, Rhythms] = {}


def rhythms_of(moment: Moment) -> Rhythms:
    """The rule's numbers, prepared once for each version of knowledge."""
    version = moment.knowledge.version
    if version not in _COMPILED:
        rule = moment.knowledge.signals.get(RunningOut.name)
        _COMPILED[version] = NONE if rule is None else _compile(rule)
    return _COMPILED[version]


def _compile(rule: SignalRule) -> Rhythms:
    floor = rule.number("min_regularity_k")
    begin, end = rule.number("from_quantile"), rule.number("to_quantile")
    known = {
        name: _Rhythm(usual["mean_days"], _share(usual["k"], begin), _share(usual["k"], end), usual["k"] > floor)
        for name, usual in rule.tables("categories").items()
    }
    return Rhythms(max(2.0, rule.number("min_purchases")), rule.number("pseudo_count"), known)


def _share(shape: float, quantile: float) -> float:
    """The quantile of a Gamma distribution of this shape, as a share of its mean."""
    return float(gammaincinv(shape, quantile)) / shape
