"""Every rule of every relationship: what breaks it is noticed, counted as it hurts, and told where it hurts enough."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.records import Touchpoint
from streams.knowledge.conditions import Condition
from streams.knowledge.evidence import Violation
from streams.knowledge.terms import LANGUAGES, TYPE_IDS
from streams.relationships.violations import broken, severity, worded
from tests.streams.lab import DAY, HOUR, Lab, knowledge, signals, touchpoint

BEGINS = {"ignored_suggestion": "feedback.suggested"}
"""What has to wait for us, where a rule is broken only meanwhile."""
RULES = [rule for rules in knowledge().violations.values() for rule in rules]


def breaking(rule: Violation, at: int = HOUR) -> Touchpoint:
    """What breaks the rule, made of its conditions."""
    fields: dict[str, Any] = {"channel": "email", "initiator": "company"}
    facts: dict[str, Any] = {}
    for condition in rule.when:
        value = _satisfying(condition)
        if value is not None:
            (facts if condition.in_properties else fields)[condition.field] = value
    return touchpoint(rule.types[0], at, properties=facts, **fields)


def _satisfying(condition: Condition) -> Any:
    return condition.values[0] if condition.test == "is" else None


def known_as(type_id: str) -> Lab:
    """Somebody who is held for that."""
    lab = Lab()
    lab.fold(touchpoint("store.visited", channel="store"))
    customer = lab.live().customer
    customer.declared, customer.since = TYPE_IDS.index(type_id), customer.latest
    return lab


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_broken_rule_is_counted_and_told_where_it_hurts(rule: Violation) -> None:
    type_id = rule.id.split(".")[0]
    lab, known = known_as(type_id), knowledge()
    if rule.waits:
        lab.fold(touchpoint(BEGINS[rule.waits], 0, text="Why not open on Sundays?"))
    found = signals(lab.fold(breaking(rule)), "relationship_rule_broken")
    hurts = severity(rule, known.relationship(type_id), known.hurt)
    assert lab.live().customer.habits.slow.sums[known.hurt.slot] > 0
    named = [signal for signal in found if signal.values["rule"] == rule.id]
    assert len(named) == (1 if worded(hurts, known.hurt) else 0)
    for signal in named:
        assert signal.severity == worded(hurts, known.hurt)
        assert signal.because[0].event_id == breaking(rule).event_id
        assert signal.values["falls_to"] in TYPE_IDS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_same_is_nobodys_rule_where_nothing_is_declared(rule: Violation) -> None:
    facts = msgspec.json.decode(breaking(rule).properties or "{}")
    assert broken(knowledge(), -1, breaking(rule), facts, bool) == []
    theirs = msgspec.structs.replace(breaking(rule), initiator="customer")
    assert broken(knowledge(), TYPE_IDS.index(rule.id.split(".")[0]), theirs, facts, bool) == []


def test_every_relationship_has_rules_and_every_rule_its_words() -> None:
    assert set(knowledge().violations) == set(TYPE_IDS)
    assert len(RULES) >= 29
    assert all(len({knowledge().wording[lang][f"rule.{rule.id}"] for lang in LANGUAGES}) == 2 for rule in RULES)


def test_the_closer_the_more_it_hurts_and_a_fling_forgives() -> None:
    known = knowledge()
    rule = Violation("x.y", ("message.sent",), (), 0.5, "enemy")
    hurts = {each.id: severity(rule, each, known.hurt) for each in known.types}
    assert hurts["marriage_partner"] == pytest.approx(0.5 * 2.9)
    assert hurts["complete_stranger"] == pytest.approx(0.5)
    assert hurts["fling"] == pytest.approx(0.5 * 2 * 0.3)
    later = severity(rule, known.relationship("enemy"), known.hurt, known.hurt.half_life_days)
    assert later == pytest.approx(hurts["enemy"] / 2)


def test_a_rule_broken_again_is_told_once_and_counted_each_time() -> None:
    rule = next(each for each in RULES if each.id == "stalker_prey.any_contact")
    lab = known_as("stalker_prey")
    found = [signals(lab.fold(breaking(rule, n * DAY)), "relationship_rule_broken") for n in range(1, 4)]
    assert [len(each) for each in found] == [1, 0, 0]
    once = known_as("stalker_prey")
    once.fold(breaking(rule))
    slot = knowledge().hurt.slot
    assert lab.live().customer.habits.slow.sums[slot] > 2 * once.live().customer.habits.slow.sums[slot]


def test_a_broken_rule_weighs_towards_distrust_and_never_back() -> None:
    damaged = {each.id for each in knowledge().types if each.state == "damaged"}
    up = {name for name, weight in knowledge().hurt.weights.items() if weight > 0}
    assert up <= damaged


@pytest.mark.parametrize(
    ("before", "broke"),
    [
        pytest.param([], False, id="no idea of theirs waits"),
        pytest.param([touchpoint("feedback.suggested", 0, text="Open on Sundays")], True, id="one does"),
        pytest.param(
            [touchpoint("feedback.suggested", 0, text="Open on Sundays"),
             touchpoint("agent.answered", HOUR, initiator="company", channel="email")], False, id="it was answered",
        ),
        pytest.param([touchpoint("feedback.suggested", -3 * DAY, text="Open on Sundays")], True, id="long overdue"),
    ],
)  # fmt: skip
def test_a_promotion_stands_for_an_answer_only_while_an_idea_waits(before: list[Touchpoint], broke: bool) -> None:
    lab = known_as("business_partner")
    lab.fold(*before)
    sent = touchpoint("message.sent", 2 * HOUR, channel="email", initiator="company", properties={"purpose": "promo"})
    found = [signal.values["rule"] for signal in signals(lab.fold(sent), "relationship_rule_broken")]
    assert ("business_partner.promotion_for_an_answer" in found) == broke
