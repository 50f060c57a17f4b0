"""When something happens to a case by itself: escalations, the end of an acknowledgement or a snooze, expiry."""

from __future__ import annotations

from typing import Final

from streams.customers.customer import Case, OpenAlert
from streams.knowledge.alerts import AlertRules

HOUR_MS: Final = 3_600_000
EXPIRES_MS: Final = 72 * HOUR_MS
"""Maximum age of a trend's alert; those of customers go by `expires_hours`."""
NEVER: Final = 1 << 62
NOT_TAKEN, OVERDUE = 0, 1
"""Stages of an alert that wait for half of the way, and for the deadline; each day after has a number of its own."""


def next_moment(case: Case, rules: AlertRules) -> int:
    """The next moment at which something is due for the case (ms). Of what history tells nobody can be late."""
    first = expires_at(case, rules)
    if case.history is None:
        for alert in case.alerts:
            first = min(first, wakes_at(alert), escalates_at(alert, case, rules))
    return first


def expires_at(case: Case, rules: AlertRules) -> int:
    """The case's maximum age; `NEVER` for one that stays until it is resolved."""
    for alert in case.alerts:
        if rules.lasts(case.names, alert.severity):
            return NEVER
    return case.opened_at + round(rules.expires_hours * HOUR_MS)


def wakes_at(alert: OpenAlert) -> int:
    """When an acknowledgement or a snooze ends; `NEVER` for an open alert."""
    return alert.until if alert.state != "open" else NEVER


def escalates_at(alert: OpenAlert, case: Case, rules: AlertRules) -> int:
    """When the next escalation is considered. A snoozed alert is left alone until it wakes."""
    if not alert.due_at:
        return NEVER  # opened by a release that kept no deadlines
    way = alert.due_at - alert.opened_at
    if alert.stage == NOT_TAKEN:
        at = alert.opened_at + round(rules.not_taken_share * way)
    elif alert.stage == OVERDUE:
        at = alert.due_at
    elif rules.lasts(case.names, alert.severity):
        at = alert.due_at + round((alert.stage - OVERDUE) * rules.again_hours * HOUR_MS)
    else:
        return NEVER
    return max(at, alert.until) if alert.state == "snoozed" else at


def day_of(alert: OpenAlert, rules: AlertRules, at: int) -> int:
    """The first stage whose moment lies after `at`: what was slept through is not made up for day by day."""
    stage = alert.stage + 1
    while stage > OVERDUE and alert.due_at + round((stage - OVERDUE) * rules.again_hours * HOUR_MS) <= at:
        stage += 1
    return stage
