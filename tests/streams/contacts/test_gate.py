"""What every decision promises, whatever the life before it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import Decision, Emitted, Signal, Touchpoint
from streams.contacts import ledger
from streams.contacts.gate import Gate
from streams.contacts.ledger import Ledger
from streams.knowledge.wording import CONTACT_REASONS
from tests.streams.lab import DAY, HOUR, MINUTE, Lab, knowledge, of, signals, tick, touchpoint

LARGEST_STATE = 2_048
NOON = 16 * HOUR
"""After `START`, which is an evening: no quiet hours."""
CHANNELS = ["email", "sms", "push", "letter", "phone", "dm"]


def planned(at: int, contact_id: str = "c-1", purpose: str = "promo") -> Touchpoint:
    facts = {"contact_id": contact_id, "purpose": purpose}
    return touchpoint(
        "contact.planned", at, event_id=f"{contact_id}@{at}", channel="push", initiator="company", properties=facts
    )


def sent(at: int, channel: str = "push", **facts: str) -> Touchpoint:
    facts = {"purpose": "promo", **facts}
    return touchpoint("message.sent", at, channel=channel, initiator="company", properties=facts)


def chat(at: int, text: str, **fields: str) -> Touchpoint:
    return touchpoint("chat.message", at, text=text, **fields)


def yes(scope: str = "push", at: int = 0) -> Touchpoint:
    return touchpoint("consent.changed", at, event_id=f"yes {scope} {at}", properties={"scope": scope, "granted": True})


COMPLAINT = touchpoint("complaint.opened", HOUR, properties={"cause": "late"})


def decide(*life: Touchpoint) -> Decision:
    return of(Lab().fold(*life), Decision)[-1]


def test_the_reasons_of_wording_are_those_of_the_gate() -> None:
    found = decide(yes(), planned(NOON))
    assert found.permitted
    assert found.reasons == ()
    assert len(set(CONTACT_REASONS)) == len(CONTACT_REASONS)


@pytest.mark.parametrize(
    ("life", "reasons"),
    [
        pytest.param([COMPLAINT], ["open_complaint", "open_alert"], id="unanswered complaint"),
        pytest.param([chat(NOON - 3 * MINUTE, "hello?")], ["open_alert"], id="a chat that nobody answers"),
        pytest.param([chat(NOON - MINUTE, "hello?")], [], id="a chat within its norm"),
        pytest.param([sent(HOUR)], ["budget_empty"], id="had one"),
        pytest.param([sent(HOUR, purpose="care")], [], id="care costs nothing"),
    ],
)
def test_promotions_wait_for_what_is_open(life: list[Touchpoint], reasons: list[str]) -> None:
    assert list(decide(yes(), *life, planned(NOON)).reasons) == reasons
    assert list(decide(yes(), *life, planned(NOON, purpose="care")).reasons) == []


def test_somebody_who_cannot_stop_is_not_pushed() -> None:
    said = "I am addicted, obsessed, can't live without it"
    words = [chat(n * DAY, said, session_id=f"s{n}") for n in range(3)]
    answered = [chat(n * DAY + MINUTE, "thanks", initiator="company") for n in range(3)]
    life = [each for pair in zip(words, answered, strict=True) for each in pair]
    assert "harm_guard" in decide(yes(), *life, planned(2 * DAY + NOON)).reasons


def test_asked_twice_it_answers_the_same_and_reserves_once() -> None:
    lab = Lab()
    lab.fold(yes())
    first, again = of(lab.fold(planned(NOON), planned(NOON + HOUR)), Decision)
    assert (first.permitted, again.permitted) == (True, True)
    assert first.id != again.id
    state = lab.live().states["contacts.1"]
    assert len(state.holds) == 1
    assert not of(lab.fold(planned(NOON + HOUR, "c-2")), Decision)[0].permitted
    assert of(lab.fold(planned(NOON + 25 * HOUR, "c-3")), Decision)[0].permitted, "nothing was sent within a day"


def test_what_was_permitted_and_sent_breaks_no_rule() -> None:
    message = sent(NOON + HOUR, contact_id="c-1")
    assert not of(Lab().fold(yes(), planned(NOON), message), Signal)
    assert [s.name for s in of(Lab().fold(yes(), planned(NOON, "other"), message), Signal)] == ["contact_rule_broken"]


@pytest.mark.parametrize("closeness", ["best_friend", "basic_exchange"])
def test_a_broken_rule_weighs_more_with_those_who_are_close(closeness: str) -> None:
    lab = Lab()
    lab.fold(touchpoint("web.viewed", 0, channel="web"))
    lab.live().customer.declared = knowledge().type_index[closeness]
    (signal,) = signals(lab.fold(sent(NOON, "email")), "contact_rule_broken")
    assert signal.severity == ("error" if closeness == "best_friend" else "warning")


@pytest.mark.parametrize(
    ("declared", "offers"),
    [
        pytest.param("villain_victim", 0, id="any promotion breaks their rule"),
        pytest.param("enemy", 0, id="theirs, too"),
        pytest.param("ex_friend", 1, id="theirs forbids none that they ask for"),
        pytest.param("stalker_prey", 1, id="theirs forbids what nobody has asked for"),
        pytest.param("basic_exchange", 1, id="all others"),
    ],
)
def test_no_offer_where_the_rules_of_the_relationship_forbid_any(declared: str, offers: int) -> None:
    lab = Lab()
    lab.fold(yes("personalised_ads"))
    lab.live().customer.declared = knowledge().type_index[declared]
    scan = touchpoint("qr.scanned", NOON, channel="qr", location_id="lon-02", item_id="example-cup")
    assert len(signals(lab.fold(scan), "right_offer")) == offers


def test_the_sum_of_two_histories_keeps_every_promise() -> None:
    lab = Lab()
    lab.fold(yes(), yes("sms"), planned(NOON), who="anna")
    lab.fold(touchpoint("message.unsubscribed", HOUR, channel="sms"), who="bo")
    mine, older = (lab.live(who).states["contacts.1"] for who in ("anna", "bo"))
    both = ledger.merge(mine, older)
    assert both.holds == mine.holds
    assert both.words["sms/promo"].says == ledger.UNSUBSCRIBED
    assert ledger.merge(mine, Ledger()) == mine


@st.composite
def lives(draw: st.DrawFn) -> list[Touchpoint]:
    kinds = sorted(Gate.types)
    made: list[Touchpoint] = []
    for number in range(draw(st.integers(0, 40))):
        kind = draw(st.sampled_from(kinds))
        facts: dict[str, Any] = {
            "scope": draw(st.sampled_from(CHANNELS)), "granted": draw(st.booleans()),
            "purpose": draw(st.sampled_from(["promo", "service", "care", "survey"])),
            "contact_id": draw(st.sampled_from(["a", "b", "c", None])), "ok": True, "satisfied": draw(st.booleans()),
            "purposes": draw(st.sampled_from([[], ["promo"], ["service", "care"], "rubbish"])),
            "offer_started_at": draw(st.sampled_from(["2026-05-01T00:00:00Z", "rubbish", None])),
        }  # fmt: skip
        made.append(touchpoint(
            kind, draw(st.integers(0, 90 * DAY)), event_id=f"e{number}", channel=draw(st.sampled_from(CHANNELS)),
            item_id=draw(st.sampled_from([None, "tea", "ink"])), order_id=draw(st.sampled_from([None, "o1", "o2"])),
            location_id=draw(st.sampled_from([None, *(f"place-{n}" for n in range(12))])),
            complaint_id=draw(st.sampled_from([None, "k1", "k2"])), properties=facts,
        ))  # fmt: skip
    return made


def told(life: list[Touchpoint]) -> tuple[Lab, list[Emitted]]:
    lab = Lab()
    return lab, lab.fold(touchpoint("web.viewed", 0, channel="web"), *life, tick(120 * DAY))


@given(lives())
@settings(max_examples=60, deadline=None)
def test_every_plan_gets_one_answer_and_the_state_stays_small(life: list[Touchpoint]) -> None:
    lab, outputs = told(life)
    decisions = of(outputs, Decision)
    assert len(decisions) == sum(each.type == "contact.planned" for each in life)
    for decision in decisions:
        assert decision.permitted is (not decision.reasons)
        assert list(decision.reasons) == [r for r in CONTACT_REASONS if r in decision.reasons]
        liftable = {"not_due", "budget_empty", "quiet_hours"} & set(decision.reasons)
        assert liftable or decision.retry_at is None
        first = next(each for each in decisions if each.contact_id == decision.contact_id)
        assert decision.retry_at is None or decision.retry_at > first.at
    state = lab.live().states.get("contacts.1", Ledger())
    packed = msgspec.msgpack.encode(state)
    assert len(packed) <= LARGEST_STATE
    assert msgspec.msgpack.decode(packed, type=Ledger) == state
    assert not [o for o in outputs if getattr(o, "reason", None) == "detector_failed"]
