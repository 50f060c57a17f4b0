"""Alerts as they stand: a pure fold of alerts, what happened to them, and the signals behind them.

Every change has a number. Who has seen up to one asks for what came since; the last `REMEMBERED` changes are kept,
so that a screen that was away catches up without a gap, and each alert is told once however often it changed.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Final

import msgspec

from console.live.item import SHIFT, Behind, Item, changed_by
from schemas.records import Alert, AlertChange, Emitted, Shift, Signal

REMEMBERED: Final = 5_000
DONE_KEPT: Final = 1_000
"""Alerts that are done and can still be looked at."""
EARLY: Final = 1_000
SIGNALS: Final = 50_000


class Standing:
    """All alerts that matter now. Not for several threads."""

    def __init__(self) -> None:
        self._items: dict[str, Item] = {}
        self._of: dict[str, dict[str, None]] = {}
        """Alerts that are not done, by customer."""
        self._cases: dict[str, dict[str, None]] = {}
        """Alerts by matter."""
        self._done: OrderedDict[str, None] = OrderedDict()
        self._told: dict[str, list[AlertChange]] = {}
        self._early: OrderedDict[str, list[AlertChange]] = OrderedDict()
        self._behind: OrderedDict[str, Behind] = OrderedDict()
        self._asking: dict[str, list[str]] = {}
        self._changes: deque[str] = deque(maxlen=REMEMBERED)
        self.number = 0

    def get(self, alert_id: str) -> Item | None:
        return self._items.get(alert_id)

    def items(self) -> Iterator[Item]:
        return iter(self._items.values())

    def beside(self, item: Item) -> list[Item]:
        """What else is open of the same customer, the same matter first."""
        found = [self._items[each] for each in self._of.get(item.alert.customer_id or "", ()) if each != item.id]
        return sorted(found, key=lambda each: (each.matter != item.matter, each.alert.at, each.id))

    def case(self, item: Item) -> list[Item]:
        """All alerts of its case, itself among them, the oldest first."""
        found = [self._items[each] for each in self._cases.get(item.matter, ())]
        return sorted((each for each in found if each.case == item.case), key=lambda each: (each.alert.at, each.id))

    def since(self, number: int) -> list[str] | None:
        """Alerts that changed after that number, each once; None where it is too long ago, or was never given."""
        behind = self.number - number
        if behind < 0 or behind > len(self._changes):
            return None
        return list(dict.fromkeys(list(self._changes)[len(self._changes) - behind :])) if behind else []

    def take(self, output: Emitted) -> None:
        """One more record; what is known already changes nothing."""
        match output:
            case Alert():
                self._alert(output)
            case AlertChange():
                self._change(output)
            case Signal():
                place = output.values.get("location_id") or output.values.get("queue") or ""
                where = str(place or (output.scope or {}).get("location_id", ""))
                self._signal(output.id, Behind(output.name, where, output.scope, output.values))
            case Shift():
                self._signal(output.id, Behind(SHIFT, values={"from": output.from_, "to": output.to}))
            case _:
                pass

    def _alert(self, alert: Alert) -> None:
        if alert.id in self._items or alert.history is not None:
            return
        behind = next((self._behind[each] for each in alert.signals if each in self._behind), None)
        if behind is None:
            for each in alert.signals:
                self._asking.setdefault(each, []).append(alert.id)
        self._put(Item(alert, alert.team, changed_at=alert.at, behind=behind))
        for change in self._early.pop(alert.id, ()):
            self._change(change)

    def _signal(self, signal_id: str, behind: Behind) -> None:
        self._behind[signal_id] = behind
        if len(self._behind) > SIGNALS:
            self._behind.popitem(last=False)
        for alert_id in self._asking.pop(signal_id, ()):
            item = self._items.get(alert_id)
            if item is not None and item.behind is None:
                self._put(msgspec.structs.replace(item, behind=behind))

    def _change(self, change: AlertChange) -> None:
        item = self._items.get(change.alert_id)
        if item is None:
            self._early.setdefault(change.alert_id, []).append(change)
            if len(self._early) > EARLY:
                self._early.popitem(last=False)
            return
        told = self._told.setdefault(item.id, [])
        if any(each.id == change.id for each in told):
            return
        told.append(change)
        told.sort(key=_place)
        if told[-1] is change:
            changed = changed_by(item, change)
        else:  # of another team's topic, and older than what is known
            changed = Item(item.alert, item.alert.team, changed_at=item.alert.at, behind=item.behind)
            for each in told:
                changed = changed_by(changed, each)
        if changed != item:
            self._put(changed)

    def _put(self, item: Item) -> None:
        known = self._items.get(item.id)
        self._items[item.id] = item
        self._note(item.id)
        self._group(item)
        self._cases.setdefault(item.matter, {})[item.id] = None
        if known is None or (known.done, known.team) != (item.done, item.team):
            for each in self.beside(item):  # a row says what stands beside it
                self._note(each.id)
        for each in self.case(item):  # and tells of the whole case
            if each.id != item.id:
                self._note(each.id)
        if item.done:
            self._done[item.id] = None
            if len(self._done) > DONE_KEPT:
                gone, _ = self._done.popitem(last=False)
                matter = self._items.pop(gone).matter
                self._told.pop(gone, None)
                self._cases[matter].pop(gone)
                if not self._cases[matter]:
                    del self._cases[matter]

    def _note(self, alert_id: str) -> None:
        self._changes.append(alert_id)
        self.number += 1

    def _group(self, item: Item) -> None:
        customer = item.alert.customer_id
        if not customer:
            return
        if not item.done:
            self._of.setdefault(customer, {})[item.id] = None
        elif customer in self._of:
            self._of[customer].pop(item.id, None)
            if not self._of[customer]:
                del self._of[customer]


def _place(change: AlertChange) -> tuple[int, int]:
    """Changes of one alert stand in several teams' topics; the records that caused them stand in one log."""
    return change.offset, change.at
