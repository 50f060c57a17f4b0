"""Something goes wrong for many, and this customer has met it and not complained yet (S3-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from schemas.records import Because
from streams.alerts.cases import close_matter
from streams.customers.incidents import DECLARED, ENDED, Incident, name_of, read
from streams.customers.moment import Moment, because
from streams.knowledge.model import Knowledge
from streams.signals.detector import News, Timeless

SCOPES = 16
"""Scopes that a customer has met, the last ones."""
COMPLAINTS = 4
DAY_MS = 86_400_000
WORDS = 32
_SHORT = {"category": "c", "item_id": "i", "location_id": "l", "platform": "p", "policy_id": "y", "step": "s"}
"""What a touchpoint can match, and how it stands in the state; a cause is known of complaints alone."""
_CAUSE = "cause"
Scope = dict[str, str]
Met = tuple[int, Scope]
"""When, and what, by short names."""


class Scopes(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What the customer has met, and complained about, the last in the end."""

    met: tuple[Met, ...] = ()
    complained: tuple[Met, ...] = ()


class FixBeforeFelt(Timeless[Scopes]):
    """Fires once an incident for a customer who has met all of its scope since it began, or does while it is open.

    Whoever has complained since it began about the same cause or thing, or about nothing particular, knows
    already. An incident that names nothing that a touchpoint could match exposes nobody. A scope met again within
    a day is the same. When it is over, the case ends.
    """

    name: ClassVar[str] = "fix_before_felt"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "checkout.step", "complaint.opened", "delivery.attempted", "order.placed", "purchase.made", "qr.scanned",
        "service.completed", "store.entered", "store.visited",
    })  # fmt: skip
    meets: ClassVar[frozenset[str]] = frozenset({DECLARED, ENDED})
    state = Scopes

    def start(self) -> Scopes:
        return Scopes()

    def observe(self, state: Scopes, moment: Moment) -> Scopes:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        named: dict[str, object] = {"c": touchpoint.category, "i": touchpoint.item_id, "l": touchpoint.location_id}
        if touchpoint.properties is not None:
            named |= {_SHORT[name]: moment.properties.get(name) for name in ("platform", "policy_id", "step")}
        scope = {name: str(value)[:WORDS] for name, value in named.items() if value}
        if touchpoint.type == "complaint.opened":
            if cause := moment.properties.get(_CAUSE):
                scope[_CAUSE] = str(cause)[:WORDS]
            complained = sorted((*state.complained, (moment.at, scope)), key=lambda each: each[0])
            return msgspec.structs.replace(state, complained=tuple(complained[-COMPLAINTS:]))
        if not scope:
            return state
        last = next((each for each in reversed(state.met) if each[1] == scope), None)
        if last is None or not 0 <= moment.at - last[0] < DAY_MS:
            others = [each for each in state.met if each is not last or moment.at < each[0]]
            met = sorted((*others, (moment.at, scope)), key=lambda each: each[0])
            state = msgspec.structs.replace(state, met=tuple(met[-SCOPES:]))
        for name, incident in moment.incidents.items():
            if incident.begun <= moment.at <= (incident.ended or moment.at) and _within(incident.scope, scope):
                self._fire(state, name, incident, moment, because(moment, touchpoint.type))
        return state

    def concerns(self, news: News, knowledge: Knowledge) -> bool:
        return news.type == ENDED or _matchable(read(news.at, news.properties).scope)

    def meet(self, state: Scopes, news: News, moment: Moment) -> Scopes:
        name = name_of(moment.event_id, news.properties)
        if news.type == ENDED:
            close_matter(moment, _matter(name), "incident over")
            return state
        incident = read(news.at, news.properties)
        until = incident.ended or moment.at
        if any(incident.begun <= at <= until and _within(incident.scope, scope) for at, scope in state.met):
            self._fire(state, name, incident, moment, because(moment, "exposed"))
        return state

    def _fire(self, state: Scopes, name: str, incident: Incident, moment: Moment, why: Because) -> None:
        if not any(_the_same(incident, each) for each in state.complained):
            what = ", ".join(incident.scope.values())
            moment.signal(self.name, _matter(name), {"incident_id": name, "what": what}, [why])

    def merge(self, state: Scopes, older: Scopes) -> Scopes:
        met = sorted((*older.met, *state.met), key=lambda each: each[0])
        complained = sorted((*older.complained, *state.complained), key=lambda each: each[0])
        return Scopes(tuple(met[-SCOPES:]), tuple(complained[-COMPLAINTS:]))


def _matter(name: str) -> str:
    return f"incident:{name}"


def _matchable(scope: Mapping[str, str]) -> bool:
    return any(name in scope for name in _SHORT)


def _within(wanted: Mapping[str, str], scope: Mapping[str, str]) -> bool:
    return _matchable(wanted) and all(
        scope.get(_SHORT.get(name, "")) == value[:WORDS] for name, value in wanted.items() if name != _CAUSE
    )


def _the_same(incident: Incident, complaint: Met) -> bool:
    at, scope = complaint
    if at < incident.begun:
        return False
    return not scope or any(scope.get(_SHORT.get(n, n)) == v[:WORDS] for n, v in incident.scope.items())
