"""The life of an alert: what staff do with it, and what time does (signals.md, Rulings: Alerts)."""

from __future__ import annotations

from typing import Final

import msgspec

from schemas import times
from schemas.catalogue import nearest
from schemas.records import AlertState
from streams.alerts import timing
from streams.alerts.changing import case_of, end, keep, put, tell
from streams.alerts.timing import HOUR_MS, NOT_TAKEN, OVERDUE
from streams.customers.customer import Case, Ended, OpenAlert
from streams.customers.ids import seen_mark
from streams.customers.moment import Moment
from streams.customers.refusing import refused
from streams.knowledge.model import Knowledge

ACTIONS: Final[dict[str, AlertState]] = {
    "alert.acknowledged": "acknowledged",
    "alert.snoozed": "snoozed",
    "alert.reassigned": "reassigned",
    "alert.followed_up": "followed_up",
    "alert.resolved": "resolved",
}
UNKNOWN, OVER, TAKEN, INCOMPLETE = "alert_unknown", "alert_over", "alert_taken", "alert_incomplete"
NO_TEAM = "team_unknown"
"""Why an action is refused: a `rejected` of stage `engine`, whose detail says what stands in its way and who."""
SLIP: Final = 0.8
"""How alike a name and a team's are, from 0 to 1, from which on the team is meant: two letters changed places."""


def act(moment: Moment) -> None:
    """What staff did with an alert: a change, or a refusal that says who was first, or what is missing."""
    touchpoint = moment.touchpoint
    assert touchpoint is not None
    wanted, state = str(moment.properties.get("alert_id", "")), ACTIONS[touchpoint.type]
    for case in moment.customer.cases:
        for alert in case.alerts:
            if alert.id == wanted:
                _on_open(moment, case, alert, state, touchpoint.staff_id)
                return
    if isinstance(moment.properties.get("scope"), dict):
        return  # a trend's: `streams.alerts.acts` tells it
    mark = seen_mark(wanted)
    ended = next((each for each in reversed(moment.customer.ended) if each.mark == mark), None)
    _on_ended(moment, wanted, ended, state, touchpoint.staff_id)


def _on_open(moment: Moment, case: Case, alert: OpenAlert, state: AlertState, by: str | None) -> None:
    held = alert.state == "acknowledged" and bool(alert.by) and alert.by != (by or "")
    match state:
        case "resolved":
            words = [str(word).strip() for word in map(moment.properties.get, ("root_cause", "action")) if word]
            if len(words) < 2 or not all(words):
                _refuse(moment, INCOMPLETE, f"alert {alert.id} stays open: say root_cause and action to resolve it")
                return
            end(moment, case, "closed", "; ".join(words), by, resolved=alert.id)
        case "acknowledged" | "snoozed" if held:
            held_until = times.write(alert.until, 0)
            _refuse(moment, TAKEN, f"{alert.by} has alert {alert.id} until {held_until}: ask them, or reassign it")
        case "acknowledged":
            put(moment, case, _acknowledged(moment, case, alert, by))
        case "snoozed":
            _snooze(moment, case, alert, by)
        case "reassigned":
            _reassign(moment, case, alert, by)
        case _:
            tell(moment, alert, case.matter, state, by=by)


def taken(moment: Moment, matter: str, by: str | None) -> None:
    """The matter itself shows that somebody has it, as a call does that is picked up: its alerts are acknowledged. The
    deadline was for that, and is kept."""
    case = case_of(moment, matter)
    if case is None or case.opened_at > moment.at:
        return
    for each in case.alerts:
        alert = each if each.state == "acknowledged" else _acknowledged(moment, case, each, by)
        case = put(moment, case, msgspec.structs.replace(alert, stage=max(alert.stage, OVERDUE + 1)))


def _acknowledged(moment: Moment, case: Case, alert: OpenAlert, by: str | None) -> OpenAlert:
    ends = moment.at + round(moment.knowledge.alerts.acknowledged_hours * HOUR_MS)
    tell(moment, alert, case.matter, "acknowledged", by=by, until=ends)
    return msgspec.structs.replace(alert, state="acknowledged", until=ends, by=by or "")


def _on_ended(moment: Moment, wanted: str, ended: Ended | None, state: AlertState, by: str | None) -> None:
    if ended is None:
        _refuse(
            moment, UNKNOWN, f"no alert {wanted[:64]!r} of this customer is open, and none of the last was that one"
        )
    elif state == "followed_up" and ended.state in ("resolved", "closed"):
        alert = OpenAlert(wanted, ended.team, "info", ended.state)
        tell(moment, alert, "", state, by=by)
        moment.customer.ended = tuple([
            msgspec.structs.replace(each, state="followed_up", by=by or "") if each is ended else each
            for each in moment.customer.ended
        ])  # fmt: skip
    else:
        whom = f" by {ended.by}" if ended.by else ""
        _refuse(moment, OVER, f"alert {wanted} is over: {ended.state}{whom} at {times.write(ended.at, 0)}")


def _snooze(moment: Moment, case: Case, alert: OpenAlert, by: str | None) -> None:
    rules = moment.knowledge.alerts
    ends = until(moment) or moment.at + round(rules.snoozed_hours * HOUR_MS)
    if ends <= moment.at:
        _refuse(moment, INCOMPLETE, f"alert {alert.id} is not put off: until must be a moment to come")
        return
    ends = min(ends, moment.at + round(rules.snoozed_hours_most * HOUR_MS))
    tell(moment, alert, case.matter, "snoozed", by=by, until=ends)
    put(moment, case, msgspec.structs.replace(alert, state="snoozed", until=ends, by=by or ""))


def _reassign(moment: Moment, case: Case, alert: OpenAlert, by: str | None) -> None:
    """To another team, for which it is open, or to a person, who takes nothing yet: it is open until they do. It stays
    where it is if there is no such team, or that has its own already."""
    to = receiving(moment)
    if to is None:
        return
    team = to if to in moment.knowledge.teams else alert.team
    other = next((each for each in case.alerts if each.team == team and each.id != alert.id), None)
    if other is not None:
        _refuse(moment, TAKEN, f"{team} has an alert of this case already: {other.id}")
        return
    tell(moment, alert, case.matter, "reassigned", by=by, reason=f"{alert.by or alert.team} → {to}", team=team)
    put(moment, case, msgspec.structs.replace(alert, team=team, state="open", until=0, by=""))


def due(moment: Moment, matter: str) -> None:
    """The moment of a case's timer: it expires, or its alerts wake and escalate."""
    case, rules = case_of(moment, matter), moment.knowledge.alerts
    if case is None:
        return
    if timing.expires_at(case, rules) <= moment.at:
        end(moment, case, "expired", "maximum age")
        return
    if case.history is None:
        case = msgspec.structs.replace(case, alerts=tuple([_due(moment, case, alert) for alert in case.alerts]))
    keep(moment, case)


def _due(moment: Moment, case: Case, alert: OpenAlert) -> OpenAlert:
    rules = moment.knowledge.alerts
    if timing.wakes_at(alert) <= moment.at:
        tell(moment, alert, case.matter, "reopened", reason=f"{alert.state} by {alert.by or 'somebody'} has run out")
        alert = msgspec.structs.replace(alert, state="open", until=0, by="")
    while timing.escalates_at(alert, case, rules) <= moment.at:
        alert = _escalated(moment, case, alert)
    return alert


def _escalated(moment: Moment, case: Case, alert: OpenAlert) -> OpenAlert:
    """Half of the way concerns only what nobody has taken; the deadline everything that is not resolved."""
    rules = moment.knowledge.alerts
    if alert.stage == NOT_TAKEN:
        if alert.state == "open" and moment.at < alert.due_at:
            alert = _told_above(moment, case, alert, 1, "not taken")
        return msgspec.structs.replace(alert, stage=OVERDUE)
    alert = _told_above(moment, case, alert, 2, "overdue" if alert.stage == OVERDUE else "still not resolved")
    return msgspec.structs.replace(alert, stage=timing.day_of(alert, rules, moment.at))


def _told_above(moment: Moment, case: Case, alert: OpenAlert, steps: int, why: str) -> OpenAlert:
    """The last in line have nobody to hand it to: that it has come so far is told, and nobody is named but them."""
    team = above(moment.knowledge, alert.team, steps)
    way = alert.team if team == alert.team else f"{alert.team} → {team}"
    tell(moment, alert, case.matter, "escalated", reason=f"{why}: {way}", team=team)
    return msgspec.structs.replace(alert, told=with_team(alert.told, team, alert.team))


def with_team(told: tuple[str, ...], team: str, own: str) -> tuple[str, ...]:
    """The teams that hear of an alert besides the one whose `own` it is, with one more."""
    return told if team in (own, *told) else (*told, team)


def above(knowledge: Knowledge, team: str, steps: int) -> str:
    """Who stands so many fallbacks above the team, or the last in line."""
    for _ in range(steps):
        team = knowledge.teams[team].fallback or team
    return team


def receiving(moment: Moment) -> str | None:
    """The team, or the person, whom an alert is handed on to; None, and a refusal, where nobody is named, or a team
    by a slip of the pen: a name that is nearly a team's would otherwise pass for a colleague's."""
    to, teams = str(moment.properties.get("to", "")), moment.knowledge.teams
    slip = None if to in teams else nearest(to, teams, SLIP)
    if to and slip is None:
        return to
    named = str(moment.properties.get("alert_id"))[:64]
    guess = f"did you mean {slip}? " if slip else ""
    detail = f"to: {to[:64]!r} is no team ({guess}the teams are {', '.join(teams)})"
    _refuse(moment, NO_TEAM, f"alert {named!r} stays where it is: {detail}")
    return None


def root_cause(moment: Moment) -> str | None:
    """What was the cause and what was done, as far as it is said."""
    words = [str(word).strip() for word in map(moment.properties.get, ("root_cause", "action")) if word]
    return "; ".join(words) or None


def until(moment: Moment) -> int | None:
    until = moment.properties.get("until")
    if not isinstance(until, str):
        return None
    try:
        return times.read(until).at
    except ValueError:
        return None


def _refuse(moment: Moment, reason: str, detail: str) -> None:
    moment.out.append(refused(moment, "alerts", reason, detail))
