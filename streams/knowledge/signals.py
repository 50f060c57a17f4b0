"""`signals.yaml`: the rule of each signal. A detector's parameters are named here, so that a wrong one is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from schemas.catalogue import Catalogue
from schemas.topics import TEAMS
from streams.knowledge.document import Section
from streams.knowledge.model import SignalRule
from streams.knowledge.relationships import read_text
from streams.knowledge.rules import MAX_DAYS, MAX_MINUTES, read_severity
from streams.knowledge.terms import REACHES, Parameter

MAX_VERSION = 1000


class Number(NamedTuple):
    """A number from `low` to `high`."""

    low: float
    high: float


class Names(NamedTuple):
    """A list of names out of `known`: of touchpoint types or teams."""

    known: tuple[str, ...]


class Words(NamedTuple):
    """A list of words, free to choose."""


class NumberByType(NamedTuple):
    """A number from `low` to `high` for each touchpoint type named, out of `known`."""

    known: tuple[str, ...]
    low: float
    high: float


class Tables(NamedTuple):
    """A table of `columns` for each name; `default` must be there where one is `needed`."""

    columns: Mapping[str, Number]
    needed: bool = True


class Spec(NamedTuple):
    """What a detector can be told: the versions that exist and the parameters, all of them required."""

    versions: tuple[int, ...]
    parameters: Mapping[str, Number | Names | Words | NumberByType | Tables]


ANY = Number(-1e9, 1e9)
HOURS, DAYS, TIMES = Number(0, 24 * MAX_DAYS), Number(0, MAX_DAYS), Number(1, 100)
SHARE, POSITIVE = Number(0, 1), Number(0.001, 1e6)
CHART = {
    "observations": Number(2, 1000), "allowance": Number(0, 10), "limit": Number(0.1, 100), "sigmas": Number(0, 10),
    "memory": Number(2, 1000), "pseudo_count": Number(0, 100), "pseudo_tones": Number(0, 100),
}  # fmt: skip

_CHART = {
    "threshold": Number(1, 100), "slack": Number(0, 10), "weight": Number(0.001, 1), "least": TIMES,
    "variance": Number(0.01, 100), "over": Number(0.1, 100), "new_normal_days": DAYS,
}  # fmt: skip
"""Of the control chart of a trend."""

MATTERS = (
    "unanswered", "promise_overdue", "repeat_contact", "handed_around", "policy_collision", "delivery_misfit",
    "double_deviation", "contradictory_answers", "threat", "cry_for_help", "ignored_suggestion", "service_gap",
    "struggling", "swap_at_home", "follow_up_due", "no_apology", "feedback_gap", "betrayal", "fix_before_felt",
)  # fmt: skip
"""Signals of what a customer may know to be open."""

SPECS: dict[str, Spec] = {
    "step_failing": Spec((1,), {"shopping": Words(), "chance": SHARE, **_CHART}),
    "cause_rising": Spec(
        (1,),
        {
            "period_hours": Number(1, 168),
            "affected_each": Number(1, 1000),
            "season_weeks": Number(1, 520),
            "season_events": Number(0, 1000),
            **_CHART,
        },
    ),
    "fix_before_felt": Spec((1,), {}),
    "policy_impact": Spec(
        (1,),
        {
            "usual_size": Number(0.001, 100),
            "error_share": Number(0, 1),
            "kinds": Tables({"close": Number(0, 1), "distant": Number(0, 1)}),
        },
    ),
    "unanswered": Spec(
        (1,),
        {
            "norms_minutes": NumberByType(
                ("chat.message", "social.mentioned", "message.replied", "complaint.opened"), 0.01, MAX_MINUTES
            )
        },
    ),
    "running_out": Spec(
        (1,),
        {
            "min_purchases": Number(2, 100),
            "pseudo_count": Number(0, 100),
            "min_regularity_k": Number(0, 100),
            "from_quantile": Number(0.001, 0.999),
            "to_quantile": Number(0.001, 0.999),
            "categories": Tables({"k": Number(0.01, 1000), "mean_days": Number(0.1, MAX_DAYS)}),
        },
    ),
    "ignored_suggestion": Spec((1,), {"hours": HOURS}),
    "suggestion_adopted": Spec((1,), {}),
    "repeat_contact": Spec((1,), {"open_days": DAYS, "closed_days": DAYS}),
    "asked_twice": Spec((1,), {"confidence": Number(0, 1), "valid_days": DAYS}),
    "handed_around": Spec((1,), {"times": TIMES, "hours": HOURS}),
    "scripted_reply": Spec((1,), {"overlap": Number(0, 1), "replies": TIMES}),
    "policy_collision": Spec((1,), {"days": DAYS, "vip_amount": Number(0, 1e12), "cancelled_days": DAYS}),
    "delivery_misfit": Spec((1,), {"times": TIMES, "days": DAYS}),
    "follow_up_due": Spec((1,), {"hours": HOURS}),
    "promise_overdue": Spec((1,), {"undated_hours": HOURS}),
    "double_deviation": Spec((1,), {"days": DAYS, "close": Number(0, 1)}),
    "no_apology": Spec((1,), {}),
    "repaired": Spec((1,), {"days": DAYS, "praise": Number(0, 1)}),
    "harassed": Spec((1,), {"times": TIMES, "days": DAYS, "words": Words()}),
    "template_mismatch": Spec((1,), {"of_three": Number(1, 3)}),
    "relationship_rule_broken": Spec((1,), {}),
    "engaged": Spec((1,), {"least_stays": TIMES, "dwell_factor": Number(1, 100), "views": TIMES, "days": DAYS}),
    "struggling": Spec((1,), {"loops": TIMES, "failures": TIMES, "minutes": Number(0.01, MAX_MINUTES)}),
    "asked_for_feedback": Spec((1,), {"days": DAYS}),
    "feedback_gap": Spec((1,), {"gap": Number(0, 5), "low": Number(0, 5), "own_ratings": TIMES, "usual": Number(0, 5)}),
    "incoming_call": Spec((1,), {"matters": Names(MATTERS)}),
    "care_call": Spec((1,), {"hour": Number(0, 23), "categories": Words()}),
    "swap_at_home": Spec((1,), {}),
    "stage_gap": Spec((1,), {"acquire_days": DAYS, "grow_days": DAYS, "mature_days": DAYS, "peace_days": DAYS}),
    "contradictory_answers": Spec((1,), {"days": DAYS, "money": Words()}),
    "uncomfortable_place": Spec(
        (1,),
        {
            "minutes": Number(0, MAX_MINUTES),
            "place_teams": Names(TEAMS),
            "limits": Tables({"low": ANY, "high": ANY}, False),
        },
    ),
    "staff_away_notice": Spec((1,), {"least_visits": TIMES}),
    "warming": Spec((1,), CHART),
    "cooling": Spec((1,), {**CHART, "at_once": Number(0.1, 100)}),
    "plateau": Spec((1,), {"growth": Number(1, 100), "flat": SHARE}),
    "slipping_away": Spec(
        (1,),
        {
            "alive": Number(0.01, 0.99),
            "median_value": Number(0, 1e12),
            "r": POSITIVE,
            "alpha": POSITIVE,
            "a": POSITIVE,
            "b": POSITIVE,
        },
    ),
    "novelty_due": Spec(
        (1,),
        {
            "probability": SHARE,
            "pause_days": DAYS,
            "bursts": Number(2, 100),
            "k": Number(0.01, 1000),
            "quantile": Number(0.001, 0.999),
            "new_days": DAYS,
        },
    ),
    "advocate": Spec(
        (1,),
        {
            "half_life_days": Number(1, MAX_DAYS),
            "weights": NumberByType(
                (
                    "social.shared",
                    "social.posted",
                    "social.mentioned",
                    "app.event",
                    "feedback.rated",
                    "feedback.suggested",
                    "event.attended",
                    "club.active",
                ),
                0,
                1000,
            ),
            "praise": Number(-1, 1),
            "quantile_99": Number(0, 1e9),
            "least": Number(0, 1e9),
            "rise": Number(1, 1000),
            "rising_days": DAYS,
        },
    ),
    "service_gap": Spec(
        (1,),
        {
            "probability": SHARE,
            "vip_amount": Number(0, 1e12),
            "noes": Number(0, 100),
            "days": DAYS,
            "norms_minutes": NumberByType(
                ("chat.message", "message.replied", "social.mentioned", "complaint.opened", "call.ringing"),
                0.01,
                MAX_MINUTES,
            ),
        },
    ),
    "betrayal": Spec((1,), {"rise": SHARE, "close": SHARE, "days": DAYS}),
    "right_offer": Spec((1,), {}),
    "contact_rule_broken": Spec((1,), {}),
    "threat": Spec((1,), {}),
    "cry_for_help": Spec((1,), {}),
    "offended_by_precision": Spec((1,), {}),
    "sensitive_topic": Spec((1,), {}),
    "arrival": Spec(
        (1,),
        {
            "confidence_floor": Number(0, 1),
            "sources": Names(("store.entered", "qr.scanned")),
            "long_days": DAYS,
        },
    ),
}


def read_signals(root: Section, teams: Collection[str], catalogue: Catalogue) -> dict[str, SignalRule]:
    found = {name: _rule(root.section(name), name, teams, catalogue) for name in SPECS if root.has(name)}
    for name in SPECS:
        root.section(name, required=False)  # asked for, so that a wrong name is told the nearest right one
    root.close()
    return found


def _rule(section: Section, name: str, teams: Collection[str], catalogue: Catalogue) -> SignalRule:
    spec = SPECS[name]
    version = section.whole("version", 1, MAX_VERSION)
    if version not in spec.versions:
        section.fault(f"there is no version {version} of {name}; there is {_listed(spec.versions)}", "version")
    rule = SignalRule(
        name=name,
        version=version,
        severity=read_severity(section),
        teams=section.names("teams", teams),
        quiet_days=section.number("quiet_days", 0, MAX_DAYS),
        deadline_minutes=section.whole("deadline_minutes", 1, MAX_MINUTES),
        rows=section.words("rows"),
        purpose=read_text(section, "purpose"),
        parameters=_parameters(section.section("parameters"), name, spec),
        reach=section.choice("reach", REACHES, "any"),
    )
    if section.has("teams") and not rule.teams:
        section.fault("'teams' names nobody who could be told", "teams")
    section.close()
    return rule


def _listed(versions: tuple[int, ...]) -> str:
    return ", ".join(str(version) for version in versions)


def _parameters(section: Section, name: str, spec: Spec) -> dict[str, Parameter]:
    found: dict[str, Parameter] = {}
    for key, kind in spec.parameters.items():
        match kind:
            case Number(low, high):
                found[key] = section.number(key, low, high)
            case Names(known):
                found[key] = section.names(key, known)
            case Words():
                found[key] = section.words(key)
            case NumberByType(known, low, high):
                found[key] = section.numbers(key, low, high, known)
            case Tables(columns, needed):
                found[key] = _tables(section, key, columns, needed)
    section.close(f"parameter {{}} of {name}")
    low_quantile, high_quantile = found.get("from_quantile"), found.get("to_quantile")
    if isinstance(low_quantile, float) and isinstance(high_quantile, float) and low_quantile >= high_quantile:
        section.fault("'from_quantile' must be below 'to_quantile'", "from_quantile")
    return found


def _tables(section: Section, key: str, columns: Mapping[str, Number], needed: bool) -> dict[str, dict[str, float]]:
    tables = section.section(key)
    found: dict[str, dict[str, float]] = {}
    for name, table in tables.sections():
        found[name] = {column: table.number(column, *limits) for column, limits in columns.items()}
        table.close()
    if needed and not tables.has("default"):
        tables.fault("'default' is missing: it holds for every other name")
    return found
