"""How the cases of a customer change, and what is told of it: an `alert_change` a step: who, when, from where."""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.records import AlertChange, AlertState, Because
from streams.alerts import timing
from streams.customers.customer import Case, Ended, OpenAlert
from streams.customers.ids import output_id, seen_mark
from streams.customers.moment import Moment

TIMER: Final = "alert"
"""Name of the timer of a case: its next moment, whatever it is; its key is the matter."""
CASES: Final = 8
"""Open cases of one customer; a ninth expires the oldest."""
ENDED: Final = 6
"""Alerts of one customer that are remembered when they are over, so that who acts late is told by whom."""


def case_of(moment: Moment, matter: str) -> Case | None:
    for case in moment.customer.cases:
        if case.matter == matter:
            return case
    return None


def keep(moment: Moment, case: Case) -> None:
    """Puts the case among the open ones, and its timer to its next moment."""
    cases = moment.customer.cases
    matter = case.matter
    if matter in [each.matter for each in cases]:  # in its place: a card lists the alerts in one order
        kept = [case if each.matter == matter else each for each in cases]
    else:
        kept = [*cases, case]
    moment.customer.cases = tuple(kept)
    moment.arm(TIMER, case.matter, max(timing.next_moment(case, moment.knowledge.alerts), moment.at))
    if len(kept) > CASES:
        oldest = min(kept[:-1], key=lambda each: (each.opened_at, each.matter))
        end(moment, oldest, "expired", "too many open cases")


def put(moment: Moment, case: Case, alert: OpenAlert) -> Case:
    """The case with this alert in the place of the one of the same id; kept."""
    alerts = tuple([alert if each.id == alert.id else each for each in case.alerts])
    case = msgspec.structs.replace(case, alerts=alerts)
    keep(moment, case)
    return case


def end(moment: Moment, case: Case, state: AlertState, reason: str, by: str | None = None, resolved: str = "") -> None:
    """Closes the case and with it every alert; the one `resolved` is what it is called, the others are `state`."""
    moment.disarm(TIMER, case.matter)
    customer = moment.customer
    customer.cases = tuple([each for each in customer.cases if each.matter != case.matter])
    over: list[Ended] = []
    for alert in case.alerts:
        own: AlertState = "resolved" if alert.id == resolved else state
        tell(moment, alert, case.matter, own, by=by, reason=reason)
        over.append(Ended(seen_mark(alert.id), alert.team, own, moment.at, by or ""))
    customer.ended = (*customer.ended, *over)[-ENDED:]


def tell(
    moment: Moment, alert: OpenAlert, matter: str, state: AlertState, *, by: str | None = None,
    until: int | None = None, reason: str | None = None, team: str = "",
) -> None:  # fmt: skip
    """One change: `because` names what brought it about, the state before and the channel; `team` is told of it, by
    default the alert's own.

    The alert's own and those that it was escalated to are told as well, by the same record.
    """
    team = team or alert.team
    cause = f"{alert.id}\x1e{moment.cause}"
    change = AlertChange(
        id=output_id("alert_change", state, 1, moment.customer_id, matter, team, cause),
        at=moment.at, partition=moment.partition, offset=moment.offset, knowledge=moment.knowledge.version,
        because=(Because(event_id=moment.event_id, what=f"{alert.state} → {state}, {_place(moment)}"),),
        customer_id=moment.customer_id, history=moment.history, alert_id=alert.id, team=team, state=state, by=by,
        until=until, reason=reason,
    )  # fmt: skip
    moment.out.append(change)
    besides = tuple([each for each in (alert.team, *alert.told) if each != team])
    if besides:
        moment.besides = {**(moment.besides or {}), change.id: besides}


def _place(moment: Moment) -> str:
    """From where: the channel and, where it is told, the place; `timer` where time alone did it."""
    touchpoint = moment.touchpoint
    if touchpoint is None:
        return "timer"
    where = f" {touchpoint.location_id}" if touchpoint.location_id else ""
    return f"{touchpoint.type} by {touchpoint.channel}{where}"
