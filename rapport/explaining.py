"""Signals as a person reads them: the table of all, and everything about one."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getdoc

from rapport.failure import WRONG_USAGE, Failure
from streams.contacts.gate import BROKEN, Gate
from streams.contacts.offering import NAME as OFFER
from streams.contacts.offering import RightOffer
from streams.knowledge.document import nearest
from streams.knowledge.model import Knowledge, SignalRule
from streams.knowledge.terms import LANGUAGES
from streams.signals import DETECTORS
from streams.trends import impact

NAME, SEVERITY, TEAMS = 22, 9, 30


def listed(knowledge: Knowledge) -> Iterator[str]:
    """A line for each signal, in the order of the file."""
    yield f"{'signal':{NAME}} {'severity':{SEVERITY}} {'told':{TEAMS}} numbers"
    for rule in knowledge.signals.values():
        yield f"{rule.name:{NAME}} {rule.severity:{SEVERITY}} {', '.join(rule.teams):{TEAMS}} {_numbers(rule)}".rstrip()


def explained(knowledge: Knowledge, name: str) -> Iterator[str]:
    """Rule, source, numbers and lines of the card. `Failure` names the nearest signal where there is none."""
    rule = knowledge.signals.get(name)
    if rule is None:
        remedy = "`rapport signals list` names them all"
        raise Failure(f"no signal {name!r}{nearest(name, knowledge.signals)}; {remedy}", WRONG_USAGE)
    yield f"{rule.name} (version {rule.version}, {rule.severity}) → {', '.join(rule.teams)}"
    for language in LANGUAGES:
        yield f"  {rule.purpose[language]}"
    yield ""
    yield from (f"  {line}" for line in _rule(name).splitlines())
    yield ""
    yield f"source: {', '.join(rule.rows)} of domain.md"
    yield f"numbers: {_numbers(rule) or 'none'}"
    yield f"quiet for {rule.quiet_days:g} days after it fired, unless it gets worse"
    yield f"to be acted on within {_within(rule)}; the card has the customer reached: {rule.reach}"
    for language in LANGUAGES:
        yield ""
        start = f"signal.{name}."
        yield from (
            f"  {key.removeprefix(start):16} {line}"
            for key, line in knowledge.wording[language].items() if key.startswith(start)
        )  # fmt: skip


def _rule(name: str) -> str:
    if name in (BROKEN, OFFER):
        return getdoc(Gate if name == BROKEN else RightOffer) or ""
    if name == impact.NAME:
        return f"{getdoc(impact.foretell)}\n\n{getdoc(impact.share_lost)}"
    return getdoc(next(type(each) for each in DETECTORS if each.name == name)) or ""


def _numbers(rule: SignalRule) -> str:
    return ", ".join(f"{name}={_shown(value)}" for name, value in rule.parameters.items())


def _shown(value: object) -> str:
    match value:
        case float(number):
            return f"{number:g}"
        case tuple(words):
            return "/".join(words)
        case dict(table):
            return "{" + ", ".join(f"{key}: {_shown(each)}" for key, each in table.items()) + "}"
        case _:
            return str(value)


def _within(rule: SignalRule) -> str:
    minutes = rule.deadline_minutes
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:g} h"
