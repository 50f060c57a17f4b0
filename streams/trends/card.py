"""The card of a trend: there is no customer on it, but a scope; in the company's language."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.records import Card, Signal, Value
from streams.alerts.speaking import plain
from streams.knowledge.model import Knowledge, SignalRule
from streams.trends.sitting import Sitting
from streams.trends.state import TrendAlert


def open_alerts(
    sitting: Sitting, rule: SignalRule, signal: Signal, teams: Sequence[str] = ()
) -> tuple[TrendAlert, ...]:  # fmt: skip
    """One for each of `teams`, by default those of the rule."""
    title, card, language = card_of(sitting.knowledge, signal)
    return tuple(
        sitting.alert(signal, team, rule.deadline_minutes, title, card, language) for team in teams or rule.teams
    )


def card_of(knowledge: Knowledge, signal: Signal) -> tuple[str, Card, str]:
    """Title, card and language."""
    language, lines = knowledge.company.language, f"signal.{signal.name}"
    scope = shown(knowledge, language, signal.scope or {})
    values: dict[str, Value] = {name: _said(knowledge, language, name, v) for name, v in signal.values.items()}
    if signal.name == "step_failing":
        values["baseline"] = f"{float(signal.values['baseline']):.0%}"
    values["what"] = scope
    card = Card(
        knowledge.say(language, "trend.who", values),
        knowledge.say(language, f"{lines}.happened", values),
        knowledge.say(language, f"{lines}.why", values),
        (knowledge.say(language, "trend.recent"),),
        knowledge.lines(language, f"{lines}.do", values),
        knowledge.lines(language, f"{lines}.do_not", values),
    )
    return knowledge.say(language, f"{lines}.title", values), card, language


def shown(knowledge: Knowledge, language: str, scope: dict[str, str]) -> str:
    """A scope as staff read it."""
    words = []
    for name, value in scope.items():
        place = knowledge.places.get(value) if name == "location_id" else None
        words.append(knowledge.say(language, f"scope.{name}", {"value": place.name if place else plain(value)}))
    return knowledge.say(language, "scope.join").join(words) or knowledge.say(language, "scope.everything")


def _said(knowledge: Knowledge, language: str, name: str, value: Value) -> Value:
    match name, value:
        case "kind", str(kind) if f"policy.{kind}" in knowledge.wording[language]:
            return knowledge.say(language, f"policy.{kind}")
        case "kind", str(kind) if f"kind.{kind}" in knowledge.wording[language]:
            return knowledge.say(language, f"kind.{kind}")
        case "location_id", str(place_id) if (place := knowledge.places.get(place_id)) is not None:
            return place.name
        case (("consult" | "hardest"), str(types)):
            labels = [knowledge.relationship(each).label[language] for each in types.split(",") if each]
            return knowledge.say(language, "scope.join").join(labels)
        case (("lost" | "baseline"), float(number)):
            return str(round(number)) if number >= 1 else knowledge.say(language, "amount.hardly")
        case "in_days", float(days):
            return max(1, round(days))
        case "policy", str(code):
            return plain(code)
        case _, float(number):
            return f"{number:.1f}".removesuffix(".0")
        case _:
            return value
