"""From signals and shifts to alerts: one case a matter, one alert for each team (signals.md, Rulings: Alerts)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

import msgspec

from schemas.records import Alert, Because, Severity, Shift, Signal
from streams.alerts.card import CardText, for_team, shift_card, signal_card
from streams.alerts.changing import case_of, end, keep, tell
from streams.alerts.reaching import reach
from streams.alerts.standing import began
from streams.customers.customer import Case, Glimpse, OpenAlert
from streams.customers.ids import output_id
from streams.customers.moment import RANK, Moment

EACH_TIME: Final = frozenset({"incoming_call", "arrival", "right_offer", "asked_twice"})
"""Signals of which each is a case of its own: what was open of the same matter has passed."""
MINUTE_MS: Final = 60_000
AT_ONCE: Final = frozenset({"asked_for_feedback"})
"""Signals that ask for nothing but a word to the customer, now: where none can reach them, nobody is told (S3-05)."""
HELD_OUT, OPEN_ALREADY, GAVE_WAY, NO_WAY = "held_out", "open_already", "gave_way", "no_way"
"""Why a signal opens no alert; it says so in its values, as `alert`."""


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
    said: Glimpse | None = None


def open_for_signal(moment: Moment, signal: Signal) -> str | None:
    """Alerts the teams of the signal's rule; where it alerts nobody, the word why."""
    knowledge = moment.knowledge
    if knowledge.holdouts.held_out(moment.customer_id, signal.name, signal.severity):
        return HELD_OUT
    rule = knowledge.signals[signal.name]
    case, teams = case_of(moment, signal.matter), rule.teams
    again = signal.name in EACH_TIME
    if case is not None and not again and _nothing_new(case, signal, teams):
        _add_name(moment, case, signal.name)
        return OPEN_ALREADY
    if case is None and signal.name in knowledge.alerts.gives_way:
        busy = {alert.team for each in moment.customer.cases for alert in each.alerts}
        teams = tuple(team for team in teams if team not in busy)
        if not teams:
            return GAVE_WAY
    if signal.name in AT_ONCE:
        found = reach(moment, rule.reach, signal.severity)
        if found is None or not found.channel:
            return NO_WAY
    _open(moment, _Call(
        signal.id, signal.name, signal.version, signal.matter, teams, signal.severity,
        rule.deadline_minutes, signal.because, signal_card(moment, signal), again, began(moment, signal),
    ))  # fmt: skip
    return None


def _nothing_new(case: Case, signal: Signal, teams: tuple[str, ...]) -> bool:
    """Whether every team has the matter already, as bad as this."""
    known = {alert.team: alert for alert in case.alerts}
    return all(team in known and RANK[signal.severity] <= RANK[known[team].severity] for team in teams)


def _add_name(moment: Moment, case: Case, name: str) -> None:
    if name not in case.names:
        keep(moment, msgspec.structs.replace(case, names=tuple(sorted((*case.names, name)))))


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
    case = case_of(moment, call.matter)
    if case is not None and call.each_time:
        end(moment, case, "closed", "superseded")
        case = None
    known = {alert.team: alert for alert in case.alerts} if case else {}
    speaks = moment.knowledge.alerts.speaker(call.teams, call.text.public)
    handled = any(alert.state == "acknowledged" and alert.team != speaks for alert in known.values())
    alerts = [
        _raised(moment, call, known[t]) if t in known else _alert(moment, call, t, speaks, handled) for t in call.teams
    ]
    others = [alert for team, alert in known.items() if team not in call.teams]
    asked = case.names if case else ()
    names = asked if call.name in asked else tuple(sorted((*asked, call.name)))
    opened = case.opened_at if case else moment.at
    said = case.said if case and case.said else call.said
    keep(moment, Case(call.matter, opened, (*others, *alerts), moment.history, names, said))


def _alert(moment: Moment, call: _Call, team: str, speaks: str, handled: bool) -> OpenAlert:
    alert_id = output_id("alert", call.name, call.version, moment.customer_id, call.matter, team, call.id)
    due_at = moment.at + call.deadline_minutes * MINUTE_MS
    moment.out.append(Alert(
        id=alert_id, at=moment.at, partition=moment.partition, offset=moment.offset,
        knowledge=moment.knowledge.version, because=call.because, customer_id=moment.customer_id,
        history=moment.history, dedup_key=f"{moment.customer_id}|{call.matter}|{team}", signals=(call.id,), team=team,
        severity=call.severity, title=call.text.title, card=for_team(moment, call.text, team, speaks, handled),
        due_at=due_at, language=call.text.language,
    ))  # fmt: skip
    return OpenAlert(alert_id, team, call.severity, opened_at=moment.at, due_at=due_at)


def _raised(moment: Moment, call: _Call, alert: OpenAlert) -> OpenAlert:
    """The same matter again: staff have it already, unless it has got worse. What was put off is open again then."""
    if RANK[call.severity] <= RANK[alert.severity]:
        return alert
    tell(moment, alert, call.matter, "raised", reason=call.name)
    due_at = min(alert.due_at, moment.at + call.deadline_minutes * MINUTE_MS)
    raised = msgspec.structs.replace(alert, severity=call.severity, due_at=due_at)
    return raised if alert.state != "snoozed" else msgspec.structs.replace(raised, state="open", until=0, by="")


def close_matter(moment: Moment, matter: str, reason: str, names: Collection[str] = ()) -> None:
    """The matter itself has ended: its case closes, and all its alerts with it; where `names` are given, only if no
    other signal has asked for it."""
    case = case_of(moment, matter)
    if case is not None and (not names or all(name in names for name in case.names)):
        end(moment, case, "closed", reason)


def close_all(moment: Moment, prefix: str, reason: str) -> None:
    """Closes the cases of all matters that begin so."""
    for case in moment.customer.cases:
        if case.matter.startswith(prefix):
            end(moment, case, "closed", reason)


def settle(moment: Moment) -> None:
    """Closes what history has opened; it is too late for anybody to act on (delivery.md, History)."""
    for case in moment.customer.cases:
        if case.history is not None:
            end(moment, case, "expired", "history settled")


def adopt(moment: Moment, case: Case) -> None:
    """Takes over a case of another key of the same person; where the matter is open already the other alerts close."""
    if case_of(moment, case.matter) is not None:
        for alert in case.alerts:
            tell(moment, alert, case.matter, "closed", reason="superseded")
        return
    keep(moment, case)


def wind_up(moment: Moment) -> None:
    """Sets the timer of every open case anew, for where the cases were set aside while time went on."""
    for case in moment.customer.cases:
        keep(moment, case)
