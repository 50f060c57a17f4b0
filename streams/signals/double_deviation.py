"""It has gone wrong a second time (D9; Maxham and Netemeyer 2002)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from schemas.records import Severity, Touchpoint, Value
from streams.alerts.cases import close_matter
from streams.customers.moment import DAY_MS, Moment, because, worse
from streams.signals.cause import named_cause, told_cause
from streams.signals.detector import Timeless
from streams.signals.matter import settled

FAILURES = 6
"""Failures of one customer that are remembered."""
TOLD_TWICE_MS = 10 * 60_000
"""A complaint that names no case, and another so near to it, are one failure: said in the chat and in the form."""
MATTER = "failures"


class Failure(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What went wrong: a new complaint, or a recovery that failed; `over`: it has been resolved since."""

    what: str
    cause: str
    at: int
    over: bool = False
    named: bool = True
    """Whether the complaint said which it is."""


class Failures(msgspec.Struct, array_like=True, frozen=True, gc=False):
    last: tuple[Failure, ...] = ()


class DoubleDeviation(Timeless[Failures]):
    """Fires at a second failure, or at a recovery that failed, within `days` of the first, whatever their causes,
    and in whatever order they come in. The same complaint told twice within minutes is one.

    A recovery has failed when a complaint is reopened, refused, or resolved without satisfying. The same
    cause again weighs one word more, and so does a customer from `close` closeness on (D11). The case ends when a
    complaint is resolved to the customer's satisfaction and none of the others is open.

    `values.repair`: nothing else went wrong than the recovery.
    """

    name: ClassVar[str] = "double_deviation"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({"complaint.opened", "complaint.reopened", "complaint.resolved"})
    state = Failures

    def start(self) -> Failures:
        return Failures()

    def observe(self, state: Failures, moment: Moment) -> Failures:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.type == "complaint.resolved" and not _failed(moment):
            return self._resolved(state, moment, touchpoint)
        case = touchpoint.complaint_id
        cause = self._cause(state, moment, touchpoint)
        failure = Failure(case or moment.event_id, cause, moment.at, named=case is not None)
        rule = moment.knowledge.signals[self.name]
        within = rule.number("days") * DAY_MS
        recovery = touchpoint.type != "complaint.opened"
        known = [f for f in state.last if recovery or not _told_twice(f, failure)]
        others = [f for f in known if abs(moment.at - f.at) <= within and (recovery or f.what != failure.what)]
        if others:
            same = recovery or any(f.cause == failure.cause and f.cause for f in others)
            gone_wrong = {f.what for f in others}
            repair = recovery and (gone_wrong == {failure.what} or (not failure.named and len(gone_wrong) == 1))
            self._fire(moment, touchpoint, len(others) + 1, same, repair)
        return Failures(tuple(sorted((*known, failure), key=_when))[-FAILURES:])

    def _resolved(self, state: Failures, moment: Moment, touchpoint: Touchpoint) -> Failures:
        """What is resolved without a name is all of it."""
        named = touchpoint.complaint_id
        last = tuple(
            msgspec.structs.replace(f, over=True) if named in (None, f.what) and f.at <= moment.at else f
            for f in state.last
        )
        since = moment.at - moment.knowledge.signals[self.name].number("days") * DAY_MS
        if settled(moment) and all(f.over for f in last if f.at >= since):
            close_matter(moment, MATTER, "resolved")
        return Failures(last) if last != state.last else state

    def _fire(self, moment: Moment, touchpoint: Touchpoint, n: int, same: bool, repair: bool) -> None:
        rule = moment.knowledge.signals[self.name]
        severity: Severity = rule.severity
        if same:
            severity = worse(severity)
        if moment.closeness >= rule.number("close"):
            severity = worse(severity)
        days = round(rule.number("days"))
        values: dict[str, Value] = {"failures": n, "same_cause": str(same).lower(), "within_days": days}
        if repair:
            values["repair"] = "true"
        moment.signal(self.name, MATTER, values, [because(moment, touchpoint.type)], severity)

    @staticmethod
    def _cause(state: Failures, moment: Moment, touchpoint: Touchpoint) -> str:
        named = named_cause(moment)
        known = (f.cause for f in reversed(state.last) if f.what == touchpoint.complaint_id)
        return named or next(known, "") or told_cause(moment) or ""

    def merge(self, state: Failures, older: Failures) -> Failures:
        return Failures(tuple(sorted([*state.last, *older.last], key=_when))[-FAILURES:])


def _told_twice(one: Failure, other: Failure) -> bool:
    return abs(one.at - other.at) <= TOLD_TWICE_MS and not (one.named and other.named)


def _failed(moment: Moment) -> bool:
    facts = moment.properties
    return facts.get("satisfied") is False or facts.get("outcome") == "refused"


def _when(failure: Failure) -> tuple[int, str, str]:
    return failure.at, failure.what, failure.cause
