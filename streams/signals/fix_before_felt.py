"""Something goes wrong for many, and this customer has met it and not complained yet (S3-06)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import ClassVar, Final

import msgspec

from schemas.records import Because, Touchpoint
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
MET: Final = frozenset({
    "appointment.booked", "call.started", "chat.message", "checkout.step", "delivery.attempted", "event.attended",
    "feedback.rated", "feedback.suggested", "message.replied", "order.cancelled", "order.placed", "order.returned",
    "payment.failed", "purchase.made", "qr.scanned", "service.completed", "social.mentioned", "social.posted",
    "stock.wanted", "store.entered", "store.visited",
})  # fmt: skip
GLANCED: Final = frozenset({
    "app.event", "cart.added", "cart.removed", "club.active", "message.clicked", "message.opened", "screen.viewed",
    "social.shared", "web.engaged", "web.searched", "web.viewed",
})  # fmt: skip
"""Kinds that come by the dozen: what they met makes room before a deed is forgotten."""
GLANCES = SCOPES // 2
DONE_FOR_THEM: Final = frozenset({"delivery.attempted", "service.completed"})
"""What we do and they meet; all else that we begin is ours alone."""
_SHORT = {"category": "c", "item_id": "i", "location_id": "l", "platform": "p", "policy_id": "y", "step": "s"}
"""What a touchpoint can match, and how it stands in the state; a cause is known of complaints alone."""
_CAUSE = "cause"
_IN_PROPERTIES: Final = ("platform", "policy_id", "step")
_GLANCE: Final = "g"
"""Stands in the scope of what was only glanced at."""
_WHEN: Final = itemgetter(0)
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
    already. An incident that names nothing that a touchpoint could match exposes nobody. Whatever customers do or
    have done for them counts, a page seen as well as a purchase; of more than `SCOPES` the oldest goes, glances first
    while they are more than `GLANCES`. A scope met again within a day is the same. When it is over, the case ends.
    """

    name: ClassVar[str] = "fix_before_felt"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = MET | GLANCED | {"complaint.opened"}
    meets: ClassVar[frozenset[str]] = frozenset({DECLARED, ENDED})
    state = Scopes

    def start(self) -> Scopes:
        return Scopes()

    def observe(self, state: Scopes, moment: Moment) -> Scopes:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        scope, kind = _scope(touchpoint, moment), touchpoint.type
        if kind == "complaint.opened":
            if cause := moment.properties.get(_CAUSE):
                scope[_CAUSE] = str(cause)[:WORDS]
            complained = sorted((*state.complained, (moment.at, scope)), key=_WHEN)
            return msgspec.structs.replace(state, complained=tuple(complained[-COMPLAINTS:]))
        if not scope or (touchpoint.initiator == "company" and kind not in DONE_FOR_THEM):
            return state
        for name, incident in moment.incidents.items():
            if incident.begun <= moment.at <= (incident.ended or moment.at) and _within(incident.scope, scope):
                self._fire(state, name, incident, moment, because(moment, kind))
        if kind in GLANCED:
            scope[_GLANCE] = ""
        last = next((each for each in reversed(state.met) if each[1] == scope), None)
        if last is not None and 0 <= moment.at - last[0] < DAY_MS:
            return state
        others = [each for each in state.met if each is not last or moment.at < each[0]]
        return msgspec.structs.replace(state, met=_last((*others, (moment.at, scope))))

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
        complained = sorted((*older.complained, *state.complained), key=_WHEN)
        return Scopes(_last((*older.met, *state.met)), tuple(complained[-COMPLAINTS:]))


def _scope(touchpoint: Touchpoint, moment: Moment) -> Scope:
    """What the touchpoint could match. Its properties are read only where they name something of it: most do not."""
    scope: Scope = {}
    if touchpoint.category:
        scope["c"] = touchpoint.category[:WORDS]
    if touchpoint.item_id:
        scope["i"] = touchpoint.item_id[:WORDS]
    if touchpoint.location_id:
        scope["l"] = touchpoint.location_id[:WORDS]
    text = touchpoint.properties
    if text is not None and ('"platform"' in text or '"policy_id"' in text or '"step"' in text):
        facts = moment.properties
        scope |= {_SHORT[name]: str(facts[name])[:WORDS] for name in _IN_PROPERTIES if facts.get(name)}
    return scope


def _last(met: Iterable[Met]) -> tuple[Met, ...]:
    kept = sorted(met, key=_WHEN)
    while len(kept) > SCOPES:
        glances = [each for each in kept if _GLANCE in each[1]]
        kept.remove(glances[0] if len(glances) > GLANCES else kept[0])
    return tuple(kept)


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
