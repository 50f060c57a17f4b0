"""From signals and shifts to alerts: one case a matter, one alert for each team (signals.md, Rulings: Alerts)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from schemas import times
from schemas.records import Alert, AlertChange, AlertState, Because, Severity, Shift, Signal
from streams.alerts.card import CardText, shift_card, signal_card
from streams.customers.customer import Case, OpenAlert
from streams.customers.ids import output_id
from streams.customers.moment import NO_QUIET, RANK, Moment

TIMER = "alert"
"""Name of the timer at which a case expires; its key is the matter."""
HOUR_MS = 3_600_000
EXPIRES_MS = 72 * HOUR_MS
CASES = 8
"""Open cases of one customer; a ninth expires the oldest."""
ACTIONS: dict[str, AlertState] = {
    "alert.acknowledged": "acknowledged",
    "alert.snoozed": "snoozed",
    "alert.reassigned": "reassigned",
    "alert.followed_up": "followed_up",
    "alert.resolved": "resolved",
}


class _Call(NamedTuple):
    """What asks for alerts: one signal or shift."""

    id: str
    name: str
    version: int
    matter: str
    teams: tuple[str, ...]
    severity: Severity
    deadline_minutes: int
    because: tuple[Because, ...]
    text: CardText
    each_time: bool


def open_for_signal(moment: Moment, signal: Signal) -> None:
    """Alerts the teams of the signal's rule."""
    rule = moment.knowledge.signals[signal.name]
    text = signal_card(moment, signal)
    _open(moment, _Call(
        signal.id, signal.name, signal.version, signal.matter, rule.teams, signal.severity,
        rule.deadline_minutes, signal.because, text, signal.name in NO_QUIET,
    ))  # fmt: skip


def open_for_shift(moment: Moment, shift: Shift) -> None:
    """Alerts whom `rules.yaml` names for such a shift; most shifts alert nobody."""
    rule = moment.knowledge.shift_alert(shift.from_, shift.to)
    if rule is None:
        return
    text = shift_card(moment, shift)
    _open(moment, _Call(
        shift.id, f"shift:{rule.name}", 1, "relationship", rule.teams, rule.severity,
        rule.deadline_minutes, shift.because, text, True,
    ))  # fmt: skip


def _open(moment: Moment, call: _Call) -> None:
    case = _case(moment, call.matter)
    if case is not None and call.each_time:
        _close(moment, case, "closed", None, "superseded")
        case = None
    known = {alert.team: alert for alert in case.alerts} if case else {}
    alerts = [_raised(moment, call, known[t]) if t in known else _alert(moment, call, t) for t in call.teams]
    others = [alert for team, alert in known.items() if team not in call.teams]
    opened = case.opened_at if case else moment.at
    asked = case.names if case else ()
    names = asked if call.name in asked else tuple(sorted((*asked, call.name)))
    _keep(moment, Case(call.matter, opened, (*others, *alerts), moment.history, names))
    if case is None:
        moment.arm(TIMER, call.matter, moment.at + EXPIRES_MS)


def _alert(moment: Moment, call: _Call, team: str) -> OpenAlert:
    alert_id = output_id("alert", call.name, call.version, moment.customer_id, call.matter, team, call.id)
    moment.out.append(Alert(
        id=alert_id, at=moment.at, partition=moment.partition, offset=moment.offset,
        knowledge=moment.knowledge.version, because=call.because, customer_id=moment.customer_id,
        history=moment.history, dedup_key=f"{moment.customer_id}|{call.matter}|{team}", signals=(call.id,), team=team,
        severity=call.severity, title=call.text.title, card=call.text.card,
        due_at=moment.at + call.deadline_minutes * 60_000, language=call.text.language,
    ))  # fmt: skip
    return OpenAlert(alert_id, team, call.severity)


def _raised(moment: Moment, call: _Call, alert: OpenAlert) -> OpenAlert:
    """The same matter again: staff have it already, unless it has got worse."""
    if RANK[call.severity] <= RANK[alert.severity]:
        return alert
    _change(moment, alert, call.matter, "raised", None, call.name)
    return msgspec.structs.replace(alert, severity=call.severity)


def act(moment: Moment) -> None:
    """What staff did with an alert. One that is not open any more changes nothing."""
    touchpoint = moment.touchpoint
    assert touchpoint is not None
    wanted = moment.properties.get("alert_id")
    state = ACTIONS[touchpoint.type]
    for case in moment.customer.cases:
        for alert in case.alerts:
            if alert.id != wanted:
                continue
            if state == "resolved":
                _close(moment, case, "closed", touchpoint.staff_id, "resolved", resolved=alert.id)
                return
            _change(moment, alert, case.matter, state, touchpoint.staff_id, None)
            if state in ("acknowledged", "snoozed"):
                changed = (msgspec.structs.replace(a, state=state) if a.id == wanted else a for a in case.alerts)
                _keep(moment, msgspec.structs.replace(case, alerts=tuple(changed)))
            return


def close_matter(moment: Moment, matter: str, reason: str) -> None:
    """The matter itself has ended: its case closes, and all its alerts with it."""
    case = _case(moment, matter)
    if case is not None:
        _close(moment, case, "closed", None, reason)


def expire(moment: Moment, matter: str) -> None:
    """The case's 72 hours are over."""
    case = _case(moment, matter)
    if case is not None:
        _close(moment, case, "expired", None, "maximum age")


def settle(moment: Moment) -> None:
    """Closes what history has opened; it is too late for anybody to act on (delivery.md, History)."""
    for case in moment.customer.cases:
        if case.history is not None:
            _close(moment, case, "expired", None, "history settled")


def adopt(moment: Moment, case: Case) -> None:
    """Takes over a case of another key of the same person; where the matter is open already the other alerts close."""
    if _case(moment, case.matter) is not None:
        for alert in case.alerts:
            _change(moment, alert, case.matter, "closed", None, "superseded")
        return
    _keep(moment, case)
    moment.arm(TIMER, case.matter, max(case.opened_at + EXPIRES_MS, moment.at))


def _case(moment: Moment, matter: str) -> Case | None:
    for case in moment.customer.cases:
        if case.matter == matter:
            return case
    return None


def _keep(moment: Moment, case: Case) -> None:
    kept = [c for c in moment.customer.cases if c.matter != case.matter]
    kept.append(case)
    moment.customer.cases = tuple(kept)
    if len(kept) > CASES:
        oldest = min(kept[:-1], key=lambda c: (c.opened_at, c.matter))
        _close(moment, oldest, "expired", None, "too many open cases")


def _close(
    moment: Moment, case: Case, state: AlertState, by: str | None, reason: str, *, resolved: str | None = None
) -> None:
    moment.disarm(TIMER, case.matter)
    moment.customer.cases = tuple([c for c in moment.customer.cases if c.matter != case.matter])
    for alert in case.alerts:
        own: AlertState = "resolved" if alert.id == resolved else state
        _change(moment, alert, case.matter, own, by, reason)


def _change(
    moment: Moment, alert: OpenAlert, matter: str, state: AlertState, by: str | None, reason: str | None
) -> None:
    cause = f"{alert.id}\x1e{moment.cause}"
    moment.out.append(AlertChange(
        id=output_id("alert_change", state, 1, moment.customer_id, matter, alert.team, cause),
        at=moment.at, partition=moment.partition, offset=moment.offset, knowledge=moment.knowledge.version,
        because=(Because(event_id=moment.event_id, what=state),), customer_id=moment.customer_id,
        history=moment.history, alert_id=alert.id, team=alert.team, state=state, by=by,
        until=until(moment), reason=root_cause(moment) or reason,
    ))  # fmt: skip


def root_cause(moment: Moment) -> str | None:
    facts = moment.properties
    words = [str(word) for word in (facts.get("root_cause"), facts.get("action")) if word]
    return "; ".join(words) or None


def until(moment: Moment) -> int | None:
    until = moment.properties.get("until")
    if not isinstance(until, str):
        return None
    try:
        return times.read(until).at
    except ValueError:
        return None
