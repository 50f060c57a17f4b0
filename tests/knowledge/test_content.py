"""What the files that come with the product say, against the domain document."""

from __future__ import annotations

import re
from itertools import permutations

import pytest

from schemas.records import CHANNELS
from streams.knowledge.model import Knowledge
from streams.knowledge.terms import LANGUAGES, MIGRATIONS, STATES, TYPE_IDS
from streams.signals import DETECTORS

OFFENSIVE = re.compile(
    r"slave|master|addict|dealer|victim|villain|prey|stalk|enem|captive|fling|affair|one.night|groupie"
    r"|毒|奴|敌|瘾|恶棍|受害|猎物|跟踪|炮友|一夜|秘恋|囚|被困"
)
SPACED = re.compile(r"[\u4e00-\u9fff，。：；（）“”}] +[\u4e00-\u9fff\w{]|[\w}] +[\u4e00-\u9fff（“]")
EXACT = re.compile(r"\d|[一二三四五六七八九十两]\s*(?:次|天|个月|年|周)")


def test_all_29_types_stand_in_the_order_of_the_domain_document(knowledge: Knowledge) -> None:
    assert tuple(each.id for each in knowledge.types) == TYPE_IDS
    assert len(TYPE_IDS) == 29
    assert [knowledge.type_index[each] for each in TYPE_IDS] == list(range(29))


def test_priors_add_up_with_most_on_distant_and_neutral_types(knowledge: Knowledge) -> None:
    prior = {each.id: each.prior for each in knowledge.types}
    distant = ("complete_stranger", "fleeting_acquaintance", "casual_acquaintance", "basic_exchange",
               "next_door_neighbor", "arranged_marriage")  # fmt: skip
    assert sum(prior.values()) == pytest.approx(1)
    assert sum(prior[each] for each in distant) == pytest.approx(0.6)
    assert set(sorted(prior, key=lambda each: -prior[each])[:4]) == set(distant[:4])


@pytest.mark.parametrize("type_id", TYPE_IDS)
def test_staff_never_read_an_offensive_word(knowledge: Knowledge, type_id: str) -> None:
    each = knowledge.relationship(type_id)
    for language in LANGUAGES:
        shown = [each.label[language], each.manner[language], *each.do[language], *each.do_not[language]]
        assert [line for line in shown if OFFENSIVE.search(line.casefold())] == []


def test_no_line_of_a_card_offends(knowledge: Knowledge) -> None:
    lines = [line for words in knowledge.wording.values() for line in words.values()]
    advice = [line for each in knowledge.strategies.values() for text in each.advice.values() for line in text.values()]
    assert [line for line in lines + advice if OFFENSIVE.search(line.casefold())] == []


def test_labels_tell_the_types_apart(knowledge: Knowledge) -> None:
    for language in LANGUAGES:
        assert len({each.label[language] for each in knowledge.types}) == len(TYPE_IDS)


CAPS = {
    "marriage_partner": 2, "best_friend": 2, "old_friend": 2, "childhood_friend": 1, "buddy": 3, "sibling": 2,
    "parent_child": 2, "teammate": 3, "business_partner": 0, "guru_disciple": 4, "star_groupie": 4, "secret_affair": 1,
    "fling": 6, "one_night_stand": 1, "courtship": 4, "basic_exchange": 2, "next_door_neighbor": 2,
    "casual_acquaintance": 1, "fleeting_acquaintance": 1, "complete_stranger": 1, "arranged_marriage": 1,
    "master_slave": 0, "dealer_addict": 4, "villain_victim": 0, "stalker_prey": 0, "enemy": 0, "ex_friend": 1,
    "frenemy": 1, "captive": 1,
}  # fmt: skip


def test_caps_are_those_of_the_rules(knowledge: Knowledge) -> None:
    assert {each.id: each.cap for each in knowledge.types} == CAPS


def test_customer_facing_scripts_have_no_exact_counts_or_dates(knowledge: Knowledge) -> None:
    scripts = [
        quoted
        for language in LANGUAGES
        for key, line in knowledge.wording[language].items()
        if ".do." in key
        for quoted in re.findall("“(.*?)”", line)
    ]
    assert len(scripts) >= 6
    assert [script for script in scripts if EXACT.search(script)] == []


def test_chinese_stands_without_spaces_and_one_customer_is_not_several(knowledge: Knowledge) -> None:
    lines = knowledge.wording["zh"].values()
    assert [line for line in lines if SPACED.search(line)] == []
    assert [line for line in lines if "他们" in line] == []


class TestCues:
    def test_both_languages_speak_of_the_same_groups(self, knowledge: Knowledge) -> None:
        groups = {language: {c.group for c in knowledge.cues if c.language == language} for language in LANGUAGES}
        assert groups["zh"] - groups["en"] == set()
        assert groups["en"] - groups["zh"] == {"love"}

    def test_every_type_has_words_or_deeds_of_its_own(self, knowledge: Knowledge) -> None:
        spoken = {name for cue in knowledge.cues for name, weight in cue.weights.items() if weight > 0}
        done = {name for deed in knowledge.deeds for name, weight in deed.weights.items() if weight > 0}
        assert set(TYPE_IDS) - spoken - done == set()

    def test_no_weight_is_beyond_the_clip(self, knowledge: Knowledge) -> None:
        tables = [cue.weights for cue in knowledge.cues] + [deed.weights for deed in knowledge.deeds]
        tables += [each.weights for each in knowledge.combinations] + [d.weights for d in knowledge.company_deeds]
        assert max(abs(weight) for table in tables for weight in table.values()) <= knowledge.shifts.clip

    @pytest.mark.parametrize("word", ["中毒", "背叛", "fun", "wow"])
    def test_traps_are_no_cues(self, knowledge: Knowledge, word: str) -> None:
        assert [cue.name for cue in knowledge.cues if word in cue.words] == []

    @pytest.mark.parametrize("word", ["再也不", "不会再", "never again"])
    def test_what_denies_already_is_not_negated(self, knowledge: Knowledge, word: str) -> None:
        (cue,) = [cue for cue in knowledge.cues if word in cue.words]
        assert not cue.negatable

    @pytest.mark.parametrize(
        "word", ["骚扰", "失望", "划算", "上当", "被骗", "附近", "disappointed", "love it", "nearby"]
    )
    def test_what_turns_by_negation_is_negated(self, knowledge: Knowledge, word: str) -> None:
        (cue,) = [cue for cue in knowledge.cues if word in cue.words]
        assert cue.negatable

    @pytest.mark.parametrize("word", ["忠实", "老顾客", "老客户", "回头客", "loyal customer"])
    def test_claims_of_loyalty_weigh_little(self, knowledge: Knowledge, word: str) -> None:
        (cue,) = [cue for cue in knowledge.cues if word in cue.words]
        assert max(cue.weights.values()) <= 0.5

    def test_loyalty_with_failure_is_a_break(self, knowledge: Knowledge) -> None:
        (broken,) = [each for each in knowledge.combinations if each.name == "broken_loyalty"]
        assert broken.weights["ex_friend"] == 2
        assert broken.weights["marriage_partner"] == -1
        assert "loyalty" in broken.replaces
        assert broken.holds({"loyalty", "failure", "price"})
        assert not broken.holds({"loyalty", "price"})
        assert not broken.holds({"failure"})


class TestShifts:
    @pytest.mark.parametrize(
        ("from_", "to", "name"),
        [
            pytest.param("basic_exchange", "courtship", "exploration", id="transactional to transitional"),
            pytest.param("courtship", "marriage_partner", "endowment", id="transitional to communal"),
            pytest.param("enemy", "basic_exchange", "recovery", id="out of damage"),
            pytest.param("old_friend", "casual_acquaintance", "neglect", id="communal to transactional"),
            pytest.param("best_friend", "enemy", "betrayal", id="into damage"),
            pytest.param("complete_stranger", "basic_exchange", "exploration", id="closer among the transactional"),
            pytest.param("basic_exchange", "complete_stranger", "neglect", id="farther among the transactional"),
            pytest.param("old_friend", "best_friend", "endowment", id="closer among the communal"),
            pytest.param("enemy", "ex_friend", "recovery", id="milder damage"),
            pytest.param("ex_friend", "enemy", "betrayal", id="worse damage"),
            pytest.param("marriage_partner", "parent_child", "betrayal", id="a partner treated as a minor"),
        ],
    )
    def test_a_shift_has_the_name_of_its_migration(self, knowledge: Knowledge, from_: str, to: str, name: str) -> None:
        assert knowledge.migration(from_, to) == name

    def test_every_shift_has_a_name_a_strategy_and_advice(self, knowledge: Knowledge) -> None:
        for from_, to in permutations(TYPE_IDS, 2):
            migration = knowledge.migration(from_, to)
            assert migration in MIGRATIONS
            assert set(knowledge.strategy(to).advice[migration]) == set(LANGUAGES)

    def test_every_shift_into_damage_is_an_alert(self, knowledge: Knowledge) -> None:
        damaged = [each.id for each in knowledge.types if each.state == "damaged"]
        healthy = [each.id for each in knowledge.types if each.state != "damaged"]
        for from_ in healthy:
            for to in damaged:
                assert knowledge.shift_alert(from_, to) is not None

    @pytest.mark.parametrize(
        ("from_", "to", "alert"),
        [
            pytest.param("best_friend", "ex_friend", "trust_broken", id="close to damaged"),
            pytest.param("basic_exchange", "enemy", "turned_away", id="distant to damaged"),
            pytest.param("complete_stranger", "enemy", "on_bad_terms", id="who attacks from the start"),
            pytest.param("best_friend", "stalker_prey", "wants_quiet", id="who wants quiet is left in peace first"),
            pytest.param("marriage_partner", "casual_acquaintance", "drifting_off", id="close to distant"),
            pytest.param("marriage_partner", "parent_child", "no_longer_heard", id="a partner treated as a minor"),
            pytest.param("complete_stranger", "basic_exchange", None, id="an ordinary beginning"),
            pytest.param("enemy", "basic_exchange", None, id="a recovery"),
        ],
    )
    def test_the_first_alert_that_fits(self, knowledge: Knowledge, from_: str, to: str, alert: str | None) -> None:
        found = knowledge.shift_alert(from_, to)
        assert (found.name if found else None) == alert

    def test_every_state_has_types(self, knowledge: Knowledge) -> None:
        assert {each.state for each in knowledge.types} == set(STATES)


def test_every_detector_runs(knowledge: Knowledge) -> None:
    """The gate and the trends have rules of their own."""
    others = {"contact_rule_broken", "policy_impact", "right_offer"}
    assert set(knowledge.signals) == {detector.name for detector in DETECTORS} | others


def test_parameters_are_read_by_kind(knowledge: Knowledge) -> None:
    assert knowledge.signals["unanswered"].numbers("norms_minutes") == {
        "chat.message": 2, "social.mentioned": 60, "message.replied": 1440, "complaint.opened": 240,
    }  # fmt: skip
    assert knowledge.signals["running_out"].number("min_regularity_k") == 1.3
    assert knowledge.signals["running_out"].tables("categories") == {"default": {"k": 1.86, "mean_days": 45}}
    assert knowledge.signals["arrival"].words("sources") == ("store.entered", "qr.scanned")


def test_every_channel_of_the_contract_has_scores(knowledge: Knowledge) -> None:
    assert set(knowledge.channels) == set(CHANNELS)


def test_every_alert_reaches_managers_in_the_end(knowledge: Knowledge) -> None:
    for team in knowledge.teams.values():
        last = team
        while last.fallback:
            last = knowledge.teams[last.fallback]
        assert last.id == "managers"


def test_lines_are_said_in_the_language_asked_for_else_the_company_s(knowledge: Knowledge) -> None:
    values = {"n": 3, "unused": 1}
    assert knowledge.say("zh", "ago.days", values) == "3天前"
    assert knowledge.say("en", "ago.days", values) == "3 d ago"
    assert knowledge.say("fr", "ago.days", values) == "3 d ago"


def test_words_of_a_customer_are_never_read_as_blanks(knowledge: Knowledge) -> None:
    line = knowledge.say("en", "recent.words", {"when": "now", "what": "Chat", "text": "{0.__class__} {n}"})
    assert line == "now · Chat: “{0.__class__} {n}”"


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        pytest.param("GBP", 100.0, id="the base"),
        pytest.param(None, 100.0, id="no currency is the base"),
        pytest.param("EUR", 85.0, id="a known currency"),
        pytest.param("XYZ", None, id="an unknown currency"),
    ],
)
def test_amounts_are_converted(knowledge: Knowledge, currency: str | None, expected: float | None) -> None:
    found = knowledge.money.in_base(100.0, currency)
    assert found is expected or found == pytest.approx(expected)
