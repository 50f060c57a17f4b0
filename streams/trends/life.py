"""What becomes of the alerts of a trend: taken, put off, handed on, not taken, overdue, too old, over."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from schemas.records import AlertState
from streams.alerts.acts import Act
from streams.alerts.life import above, with_team
from streams.alerts.timing import EXPIRES_MS
from streams.trends.sitting import Sitting
from streams.trends.state import Open, TrendAlert

TAKEN = ("acknowledged", "snoozed")
UNTAKEN, LATE = "not taken", "overdue"
STEPS = {UNTAKEN: 1, LATE: 2}
"""How far up the line an escalation goes."""


def due(incident: Open) -> int | None:
    """When time changes something about its alerts next; None: never."""
    return min((moment for alert in incident.alerts for moment, _, _ in _coming(alert)), default=None)


def pass_time(sitting: Sitting, incident: Open) -> None:
    """What is due at this moment."""
    kept: list[TrendAlert] = []
    for alert in incident.alerts:
        after: TrendAlert | None = alert
        for moment, state, reason in _coming(alert):
            if moment <= sitting.at:
                team = above(sitting.knowledge, alert.team, STEPS.get(reason, 0))
                sitting.change(alert, state, f"{reason}|{moment}", reason=reason, at=moment, team=team)
                after = _after(alert, state, team)
                break
        if after is not None:
            kept.append(after)
    incident.alerts = tuple(kept)


def _coming(alert: TrendAlert) -> Iterator[tuple[int, AlertState, str]]:
    """The next thing that time brings comes first."""
    found: list[tuple[int, AlertState, str]] = [(alert.at + EXPIRES_MS, "expired", "maximum age")]
    if alert.state in TAKEN and alert.until:
        found.append((alert.until, "reopened", "its time is over"))
    if alert.told < 1 and alert.state == "open":
        found.append((alert.at + (alert.due - alert.at) // 2, "escalated", UNTAKEN))
    elif alert.told < 2:
        found.append((alert.due, "escalated", LATE))
    yield from sorted(found)


def _after(alert: TrendAlert, state: AlertState, team: str) -> TrendAlert | None:
    if state == "expired":
        return None
    if state == "reopened":
        return msgspec.structs.replace(alert, state="open", until=0)
    told = 1 if alert.told < 1 and alert.state == "open" else 2
    return msgspec.structs.replace(alert, told=told, above=with_team(alert.above, team, alert.team))


def act(sitting: Sitting, incident: Open, done: Act) -> bool:
    """What staff did; whether it was about an alert of this incident. One that is not open changes nothing."""
    alert = next((each for each in incident.alerts if each.id == done.alert_id), None)
    if alert is None:
        return False
    if done.state == "resolved":
        close(sitting, incident, "resolved", done.event_id, done)
        return True
    if done.to is not None:
        _hand_on(sitting, incident, alert, done, done.to)
        return True
    state = _STATES[done.state]
    sitting.change(alert, state, done.event_id, by=done.by, until=done.until, reason=done.reason, at=done.at)
    if state in TAKEN:
        changed = msgspec.structs.replace(alert, state=state, until=done.until or 0, told=max(alert.told, 1))
        incident.alerts = tuple(changed if each.id == alert.id else each for each in incident.alerts)
    return True


def _hand_on(sitting: Sitting, incident: Open, alert: TrendAlert, done: Act, to: str) -> None:
    """The alert is the other team's, and open, or open for the person who is named; a team that has its own of this
    incident already is given none."""
    team = to if to in sitting.knowledge.teams else alert.team
    if any(each.team == team and each.id != alert.id for each in incident.alerts):
        return
    reason = f"{alert.team} → {to}"
    sitting.change(alert, "reassigned", done.event_id, by=done.by, reason=reason, at=done.at, team=team)
    changed = msgspec.structs.replace(alert, team=team, state="open", until=0)
    incident.alerts = tuple(changed if each.id == alert.id else each for each in incident.alerts)


_STATES: dict[str, AlertState] = {
    "acknowledged": "acknowledged", "snoozed": "snoozed", "reassigned": "reassigned", "followed_up": "followed_up",
}  # fmt: skip


def close(sitting: Sitting, incident: Open, reason: str, cause: str, done: Act | None = None) -> None:
    """Ends all of its alerts: the one that was resolved as such, the others as closed."""
    for alert in incident.alerts:
        own = done is not None and alert.id == done.alert_id
        by, why, at = (done.by, done.reason or reason, done.at) if done is not None else (None, reason, None)
        sitting.change(alert, "resolved" if own else "closed", cause, by=by, reason=why, at=at)
    incident.alerts = ()
