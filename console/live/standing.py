"""Alerts as they stand: a pure fold of alerts, what happened to them, and the signals behind them.

Every change has a number. Who has seen up to one asks for what came since; the last `REMEMBERED` changes are kept,
so that a screen that was away catches up without a gap, and each alert is told once however often it changed.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import msgspec

from console.accounts.people import Person
from rapport.voice import Voice
from schemas.records import SEVERITIES, Alert, AlertChange, Emitted, Shift, Signal, Value

REMEMBERED: Final = 5_000
DONE_KEPT: Final = 1_000
"""Alerts that are done and can still be looked at."""
EARLY: Final = 1_000
SIGNALS: Final = 50_000
CALL: Final = "incoming_call"
POPS: Final = frozenset({CALL, "arrival"})
"""Signals that are told at once: somebody stands before us, or waits on the line."""
POP_MS: Final = 120_000
"""After that long the moment is over."""
SHIFT: Final = "shift"
"""Stands for the name of a signal where a shift asked for the alert."""
ENDED: Final = frozenset({"resolved", "closed", "expired"})

State: TypeAlias = Literal["open", "acknowledged", "snoozed", "resolved", "closed", "expired"]


class Behind(msgspec.Struct, frozen=True, gc=False):
    """What the console needs of the signal that asked for an alert."""

    name: str
    place: str = ""
    scope: dict[str, str] | None = None
    values: dict[str, Value] = {}
    """What was measured; of a shift `from` and `to`."""

    def said(self, voice: Voice) -> str:
        """What it tells, in a line."""
        if self.name == SHIFT:
            return " → ".join(voice.relationship(str(self.values[end])) for end in ("from", "to"))
        return voice.signal(self.name)


class Item(msgspec.Struct, frozen=True):
    """One alert as it stands. `marks`: what else happened (raised, escalated, reassigned, followed_up).

    `team` has it now; `told` are teams that it was escalated to, which see it, too; `before` those that have handed
    it on.
    """

    alert: Alert
    team: str
    state: State = "open"
    by: str | None = None
    until: int | None = None
    reason: str | None = None
    changed_at: int = 0
    cause: str = ""
    marks: tuple[str, ...] = ()
    behind: Behind | None = None
    told: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.alert.id

    @property
    def matter(self) -> str:
        """Of which there is one alert a team."""
        return self.alert.dedup_key.removesuffix(f"|{self.alert.team}")

    @property
    def done(self) -> bool:
        return self.state in ENDED

    def said(self, voice: Voice) -> str:
        """Its title; where that is in another language, and what is behind it is known, what it tells."""
        return self.alert.title if self.alert.language == voice.language or not self.behind else self.behind.said(voice)

    def waits(self, now: int) -> bool:
        """Whether nobody has it in hand: open, or its pause is over."""
        return self.state == "open" or (self.state == "snoozed" and (self.until or 0) <= now)

    @property
    def case(self) -> tuple[str, int, int]:
        """Of which there is one row: the alerts of one matter while they are open, or that ended together."""
        return (self.matter, self.alert.partition, self.alert.offset) if self.done else (self.matter, -1, -1)

    def urgency(self, now: int, placed: bool = True) -> tuple[int, int, str]:
        """The most urgent sorts first: who is on the line or before us now, then by severity and deadline.

        What got worse stands one severity higher than it began. `placed`: for somebody with a place of their own;
        who comes into a shop stands before nobody else.
        """
        worse = SEVERITIES.index(self.alert.severity) + ("raised" in self.marks)
        here = self.pops(now) and (placed or (self.behind is not None and self.behind.name == CALL))
        rank = len(SEVERITIES) if here else min(worse, len(SEVERITIES) - 1)
        return (-rank, self.alert.due_at, self.alert.id)

    def pops(self, now: int) -> bool:
        """Whether somebody stands before us, or waits on the line, now."""
        fresh = self.alert.at >= now - POP_MS
        return self.behind is not None and self.behind.name in POPS and self.state == "open" and fresh

    def turns(self, now: int) -> int | None:
        """When it takes another place in the lists by time alone."""
        if self.pops(now):
            return self.alert.at + POP_MS
        return self.until if self.state == "snoozed" and not self.waits(now) else None


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


def changed_by(item: Item, change: AlertChange) -> Item:
    """The item after a change; the very same where it changes nothing.

    Of two who take an alert the first in the log has it, until it is opened again.
    """
    if item.done and change.state != "followed_up":
        return item
    cause = change.because[0].event_id if change.because else ""
    known = {"changed_at": change.at, "cause": cause}
    match change.state:
        case "acknowledged":
            if item.state == "acknowledged":
                return item
            return msgspec.structs.replace(item, state="acknowledged", by=change.by, until=None, **known)
        case "snoozed":
            return msgspec.structs.replace(item, state="snoozed", by=change.by, until=change.until, **known)
        case "reopened":
            return msgspec.structs.replace(item, state="open", by=None, until=None, **known)
        case "resolved" | "closed" | "expired":
            by = change.by or item.by
            return msgspec.structs.replace(item, state=change.state, by=by, reason=change.reason, until=None, **known)
        case "reassigned":
            marks = tuple(dict.fromkeys((*item.marks, change.state)))
            before = tuple(dict.fromkeys((*item.before, item.team)))
            return msgspec.structs.replace(
                item, team=change.team, state="open", by=None, until=None, marks=marks, before=before, **known
            )
        case _:
            if change.state == "raised" and item.state == "snoozed":  # what was put off is open again
                item = msgspec.structs.replace(item, state="open", by=None, until=None)
            told = (*item.told, change.team) if change.state == "escalated" and change.team != item.team else item.told
            marks = item.marks if change.state in item.marks else (*item.marks, change.state)
            return msgspec.structs.replace(item, marks=marks, told=tuple(dict.fromkeys(told)), **known)


def _place(change: AlertChange) -> tuple[int, int]:
    """Changes of one alert stand in several teams' topics; the records that caused them stand in one log."""
    return change.offset, change.at


def at_desk(item: Item, person: Person) -> bool:
    """Whether the alert is theirs to see: of one of their teams, and of one of their places if it is of any.

    Of somebody bound to places what is not known to be elsewhere is shown only once that is known.
    """
    return _theirs(item, person, {item.team, *item.told})


def was_at_desk(item: Item, person: Person) -> bool:
    """Whether the alert is theirs to see, or was until it was handed on."""
    return _theirs(item, person, {item.team, *item.told, *item.before})


def _theirs(item: Item, person: Person, teams: set[str]) -> bool:
    if not person.may("inbox") or (person.teams and not teams & set(person.teams)):
        return False
    if not person.places:
        return True
    return item.behind is not None and (not item.behind.place or item.behind.place in person.places)
