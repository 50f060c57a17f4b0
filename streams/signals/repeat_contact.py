"""They have to come back about the same thing (S1-26, D7)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Severity, Touchpoint
from streams.alerts.cases import close_matter
from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.cause import named_cause, told_again, told_cause
from streams.signals.detector import Timeless
from streams.signals.matter import settled

CAUSES = 6
"""Causes of one customer that are remembered; the one that was quiet for longest makes room."""
CAUSE = "cause:"
"""What the key of a cause that is named or told begins with."""
ONE_CONTACT_MS = 1_800_000
"""Words closer together than this, without two sessions to tell them apart, are one contact."""
CONTACTS = frozenset({
    "call.started", "chat.message", "message.replied", "social.mentioned", "complaint.opened", "complaint.reopened",
    "store.visited",
})  # fmt: skip


class Cause(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`n` contacts about `key`, the last at `at`; `closed` when it was resolved last, 0 while it is not."""

    key: str
    n: int
    at: int
    session: str = ""
    complaint: str = ""
    closed: int = 0


class Contacts(msgspec.Struct, array_like=True, frozen=True, gc=False):
    causes: tuple[Cause, ...] = ()


class RepeatContact(Timeless[Contacts]):
    """Fires at the second contact about one cause (else item, else topic), across complaints and channels: within
    `open_days` of one that is unresolved, or `closed_days` after it was closed. The third is an error. `values`:
    how many, what it costs in points of loyalty (-10 each) and how much dearer it has become (twice each, to 8).

    Who names a complaint means its cause. A complaint that names nothing is about what its words tell, else about
    itself; a call, a chat or a message that names nothing and worries, complains or presses is about a cause that is
    known of them where its words tell the same. A contact that comes in late counts, unless it was closed since. The
    case ends when the complaint is resolved to the customer's satisfaction.
    """

    name: ClassVar[str] = "repeat_contact"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = CONTACTS | {"complaint.resolved"}
    state = Contacts

    def start(self) -> Contacts:
        return Contacts()

    def observe(self, state: Contacts, moment: Moment) -> Contacts:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "complaint.resolved":
            return _closed(state, moment, touchpoint)
        key = _cause(state, moment, touchpoint) if touchpoint.initiator == "customer" else None
        if key is None:
            return state
        known = next((cause for cause in state.causes if cause.key == key), None)
        if known is not None and _same(known, moment, touchpoint):
            return state
        cause = Cause(
            key, self._count(known, moment), max(moment.at, known.at if known else 0), touchpoint.session_id or "",
            touchpoint.complaint_id or (known.complaint if known else ""),
        )  # fmt: skip
        if cause.n > 1:
            self._fire(moment, cause)
        others = (each for each in state.causes if each.key != key)
        return Contacts(_bounded((*others, cause)))

    def _count(self, known: Cause | None, moment: Moment) -> int:
        if known is None:
            return 1
        rule = moment.knowledge.signals[self.name]
        days = rule.number("closed_days") if known.closed else rule.number("open_days")
        since = known.closed or known.at
        return known.n + 1 if abs(moment.at - since) <= days * DAY_MS else 1

    def _fire(self, moment: Moment, cause: Cause) -> None:
        rule = moment.knowledge.signals[self.name]
        severity: Severity = "error" if cause.n > 2 else rule.severity
        values = {"n": cause.n, "loyalty_points": -10 * (cause.n - 1), "cost_factor": min(8, 2 ** (cause.n - 1))}
        what = moment.touchpoint.type if moment.touchpoint else ""
        moment.signal(
            self.name, cause.key, {**values, "cause": cause.key.split(":", 1)[1]}, [because(moment, what)], severity
        )

    def merge(self, state: Contacts, older: Contacts) -> Contacts:
        mine = {cause.key: cause for cause in state.causes}
        for cause in older.causes:
            known = mine.get(cause.key)
            mine[cause.key] = cause if known is None else msgspec.structs.replace(known, n=known.n + cause.n)
        return Contacts(_bounded(tuple(mine.values())))


def _cause(state: Contacts, moment: Moment, touchpoint: Touchpoint) -> str | None:
    named, complaint = named_cause(moment), touchpoint.complaint_id
    if named:
        return f"cause:{named}"
    if complaint and (known := next((cause.key for cause in state.causes if cause.complaint == complaint), None)):
        return known
    for kind, value in (("item", touchpoint.item_id), ("topic", moment.properties.get("topic"))):
        if isinstance(value, str) and value:
            return f"{kind}:{value}"
    told = told_cause(moment) or told_again(moment, _open(state, moment))
    return f"cause:{told}" if told else f"complaint:{complaint}" if complaint else None


def _open(state: Contacts, moment: Moment) -> set[str]:
    """The causes that a contact now would be a repeat of."""
    rule = moment.knowledge.signals[RepeatContact.name]
    known = (each for each in state.causes if each.key.startswith(CAUSE))
    return {
        each.key.removeprefix(CAUSE) for each in known
        if 0 <= moment.at - (each.closed or each.at)
        <= rule.number("closed_days" if each.closed else "open_days") * DAY_MS
    }  # fmt: skip


def _same(known: Cause, moment: Moment, touchpoint: Touchpoint) -> bool:
    late = known.at - moment.at
    if late > 0 and (known.closed or late > moment.knowledge.signals[RepeatContact.name].number("open_days") * DAY_MS):
        return True  # The count went on without it.
    if known.session and touchpoint.session_id:
        return known.session == touchpoint.session_id
    return abs(late) <= ONE_CONTACT_MS


def _closed(state: Contacts, moment: Moment, touchpoint: Touchpoint) -> Contacts:
    if moment.properties.get("satisfied") is False:
        return state
    key, named = _cause(state, moment, touchpoint), touchpoint.complaint_id
    over = {cause.key for cause in state.causes if cause.key == key or (named and cause.complaint == named)}
    if settled(moment):
        for each in sorted(over):
            close_matter(moment, each, "resolved")
    causes = tuple(
        msgspec.structs.replace(cause, closed=moment.at) if cause.key in over else cause for cause in state.causes
    )
    return state if causes == state.causes else Contacts(causes)


def _bounded(causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    return tuple(sorted(causes, key=lambda cause: (cause.at, cause.key))[-CAUSES:])
