"""One alert as it stands: what it tells, what changes it, how urgent it is, at whose desk it is."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import msgspec

from console.accounts.people import Person
from rapport.voice import Voice
from schemas.records import SEVERITIES, Alert, AlertChange, Value

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
