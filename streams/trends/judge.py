"""Judges what was measured of a scope: an incident opens, goes on, is over."""

from __future__ import annotations

from schemas import times
from schemas.records import Severity, Signal, Value
from streams.customers.ids import output_id
from streams.customers.incidents import DECLARED, ENDED
from streams.customers.moment import DAY_MS
from streams.knowledge.model import SignalRule
from streams.trends import life
from streams.trends.card import open_alerts
from streams.trends.chart import LEARNING, Numbers
from streams.trends.season import HOUR_MS
from streams.trends.sitting import Sitting
from streams.trends.state import Open, Watched

SHARES = "step_failing"
COUNTS = "cause_rising"
CHARTED = (COUNTS, SHARES)


def observe(sitting: Sitting, name: str, watched: Watched, counts: dict[str, int]) -> None:
    """The totals of one bucket; `sitting.at` is its end."""
    rule = sitting.knowledge.signals.get(name)
    if rule is None:
        return
    if name == SHARES:
        _shares(sitting, rule, watched, counts.get("entered", 0), counts.get("failed", 0))
    else:
        roll(sitting, name, watched, sitting.at - 1)
        _counts(sitting, rule, watched, counts.get("", 0))


def due(name: str, watched: Watched, period_ms: int) -> int:
    """When time alone has something to judge."""
    if watched.incident is None:
        return _INF
    moments = [life.due(watched.incident) or _INF]
    if name == COUNTS and watched.begun:
        moments.append(watched.begun + period_ms)
    return min(moments)


_INF = 1 << 62


def period(rule: SignalRule) -> int:
    """Length of an observation of what goes by time, ms."""
    return round(rule.number("period_hours")) * HOUR_MS


def numbers_of(rule: SignalRule, *, share: bool) -> Numbers:
    """Of the rule's control chart."""
    return Numbers(
        rule.number("threshold"), rule.number("slack"), rule.number("weight"), round(rule.number("least")),
        rule.number("over"), rule.number("variance"), share, rule.number("chance") if share else 1.0,
    )  # fmt: skip


def _shares(sitting: Sitting, rule: SignalRule, watched: Watched, entered: int, failed: int) -> None:
    numbers, chart, incident = numbers_of(rule, share=True), watched.chart, watched.incident
    exposure, events = chart.open
    chart.open = exposure + entered, events + failed
    exposure = chart.open[0]
    whole = chart.needed(numbers)
    if incident is not None:
        incident.events += failed
        incident.exposure += entered
        if exposure >= min(whole, LEARNING):  # Evidence adds up, however little at a time.
            _go_on(sitting, rule, watched, exposure, numbers)
        return
    if chart.certain(whole, numbers):
        _begin(sitting, rule, watched, whole, numbers)
    elif exposure >= whole:
        _close(sitting, watched, exposure, numbers)


def _counts(sitting: Sitting, rule: SignalRule, watched: Watched, events: int) -> None:
    numbers, chart, incident = numbers_of(rule, share=False), watched.chart, watched.incident
    length = period(rule)
    watched.begun = watched.begun or (sitting.at - 1) // length * length
    watched.season.learn(sitting.at - 1, events)
    if sitting.at > watched.begun:
        chart.open = 0.0, chart.open[1] + events
    whole = _weight(rule, watched, watched.begun, watched.begun + length)
    if incident is not None:
        incident.events += events
    elif chart.certain(whole, numbers):
        _begin(sitting, rule, watched, whole, numbers)


def roll(sitting: Sitting, name: str, watched: Watched, until: int) -> None:
    """Closes the periods that end at or before `until`, those without any event as well."""
    rule = sitting.knowledge.signals.get(name)
    if rule is None or name != COUNTS or not watched.begun:
        return
    numbers, length, at = numbers_of(rule, share=False), period(rule), sitting.at
    while watched.begun and watched.begun + length <= until:
        end = watched.begun + length
        exposure = _weight(rule, watched, watched.begun, end)
        watched.begun = end
        sitting.at = end
        if watched.incident is not None:
            watched.incident.exposure += exposure
            _go_on(sitting, rule, watched, exposure, numbers)
        else:
            _close(sitting, watched, exposure, numbers)
    sitting.at = at


def _close(sitting: Sitting, watched: Watched, exposure: float, numbers: Numbers) -> None:
    watched.chart.close(exposure, numbers)
    if watched.chart.level == 0:
        watched.calm = sitting.at


def _weight(rule: SignalRule, watched: Watched, begin: int, end: int) -> float:
    return watched.season.weight(begin, end, rule.number("season_weeks"), rule.number("season_events"))


def _begin(sitting: Sitting, rule: SignalRule, watched: Watched, whole: float, numbers: Numbers) -> None:
    chart = watched.chart
    since = [*chart.held, (max(chart.open[0], whole if not numbers.share else 1.0), chart.open[1])]
    exposure, events = sum(each for each, _ in since), sum(each for _, each in since)
    name = output_id("incident", rule.name, 1, sitting.whom, "", "", str(sitting.at))[:16]
    incident = watched.incident = Open(name, sitting.at, sitting.at, events, exposure)
    level = chart.level + chart.z(max(chart.open[0], whole), chart.open[1], numbers) - numbers.slack
    chart.alarm(whole, numbers)
    chart.open = 0.0, 0
    if not numbers.share:
        watched.begun += period(rule)  # What is left of this one says nothing of whether it is over.
    signal = _say(sitting, rule, watched, "open", level, rule.severity)
    incident.alerts = open_alerts(sitting, rule, signal)
    # What was bought before the complaints rose is what they are about; else it happened since.
    begun = {"from": times.write(watched.calm, 0)} if watched.calm and "item_id" not in sitting.scope else {}
    facts: dict[str, object] = {"incident_id": name, "scope": sitting.scope | begun}
    if "cause" in sitting.scope:
        facts["cause"] = sitting.scope["cause"]
    sitting.tell(DECLARED, name, facts)


def _go_on(sitting: Sitting, rule: SignalRule, watched: Watched, exposure: float, numbers: Numbers) -> None:
    incident = watched.incident
    assert incident is not None
    chart = watched.chart
    if chart.settles(exposure, numbers):
        _end(sitting, rule, watched, "incident over")
        chart.calm()
    elif chart.doubtful(numbers):
        _end(sitting, rule, watched, "what came since is as usual")
        chart.accept(numbers)
    elif sitting.at - incident.at >= rule.number("new_normal_days") * DAY_MS:
        _end(sitting, rule, watched, "it is the new normal")
        chart.forget()
        watched.begun = watched.begun and 0
    elif sitting.at - incident.said >= max(rule.quiet_days, 1) * DAY_MS:
        incident.said = sitting.at
        _say(sitting, rule, watched, "continuing", chart.level, "info")


def _end(sitting: Sitting, rule: SignalRule, watched: Watched, reason: str) -> None:
    incident = watched.incident
    assert incident is not None
    _say(sitting, rule, watched, "over", 0.0, "info")
    life.close(sitting, incident, reason, f"{incident.id}|over")
    sitting.tell(ENDED, incident.id, {"incident_id": incident.id})
    watched.incident = None


def _say(sitting: Sitting, rule: SignalRule, watched: Watched, state: str, level: float, severity: Severity) -> Signal:
    incident, chart = watched.incident, watched.chart
    assert incident is not None
    values: dict[str, Value] = {"state": state, "cusum": round(level, 2)}
    if rule.name == SHARES:
        sessions = round(incident.exposure)
        values |= {"sessions": sessions, "failed": incident.events, "baseline": round(chart.rate(), 3)}
        what = f"{incident.events} of {sessions} sessions"
    else:
        baseline = round(chart.rate() * DAY_MS / HOUR_MS, 2)
        people = incident.events * round(rule.number("affected_each"))
        values |= {"complaints": incident.events, "affected": people, "baseline": baseline}
        what = f"{incident.events} complaints"
    return sitting.signal(rule.name, f"incident:{incident.id}", f"{state}|{sitting.at}", values, what, severity)
