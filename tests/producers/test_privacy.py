from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from producers.delivery import MemoryProducer
from producers.pipeline import Incoming, Pipeline
from producers.privacy import guarded, masked
from schemas.wire import properties
from tests.producers.world import IDENTITY, line, memory, touchpoints
from tests.streams.lab import touchpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("my card is 4111 1111 1111 1111, thanks", "my card is ████1111, thanks", id="a card"),
        pytest.param("4111111111111112", "4111111111111112", id="a wrong check digit is an order number"),
        pytest.param("身份证11010519491231002X。", "身份证████。", id="a Chinese id"),
        pytest.param("身份证110105194912310021。", "身份证110105194912310021。", id="no Chinese id"),
        pytest.param("ssn 536-90-4399", "ssn ████", id="an American number"),
        pytest.param("call +49 30 12345678", "call +49 30 12345678", id="a phone"),
        pytest.param("my card is 4111111111111111.", "my card is ████1111.", id="at the end of a sentence"),
        pytest.param("No.4111111111111111", "No.████1111", id="behind a point"),
        pytest.param("4111 1111 1111 1111 12/27 123", "████1111 12/27 123", id="with its expiry"),
        pytest.param("order 12 3782-822463-10005", "order 12 ████0005", id="behind another number"),
        pytest.param("４１１１１１１１１１１１１１１１", "████１１１１", id="full-width digits"),
        pytest.param("4111\u00a01111\u00a01111\u00a01111", "████1111", id="no-break spaces"),
        pytest.param("110105 19491231 002x", "████", id="a Chinese id in groups"),
        pytest.param("0000000000000000", "0000000000000000", id="zeroes"),
        pytest.param("12.4111111111111111", "12.4111111111111111", id="a long fraction"),
    ],
)
def test_masks_what_a_check_digit_proves(text: str, expected: str) -> None:
    assert masked(text) == (expected, int(text != expected))


def test_two_in_a_row_are_two() -> None:
    assert masked("4111111111111111 5500000000000004") == ("████1111 ████0004", 2)


@given(st.text("0123456789 -.Xx４一", max_size=80))
@settings(max_examples=200)
def test_masking_twice_masks_no_more(text: str) -> None:
    once, count = masked(text)
    assert count == once.count("████")
    assert masked(once)[0].count("████") >= count


def test_words_and_places_are_looked_at_however_deep_they_stand() -> None:
    said = {"form": {"items": [{"note": ["5500000000000004"]}], "geo": {"lat": "52.520008", "lon": -13.404954}}}
    kept = {"form": {"items": [{"note": ["████0004"]}], "geo": {"lat": "52.52", "lon": -13.4}}, "masked": 1}
    assert properties(guarded(touchpoint("app.event", properties=said))) == kept


def test_the_fact_is_counted() -> None:
    said = touchpoint("chat.message", text="4111111111111111", properties={"note": "and 5500000000000004", "n": 1})
    kept = guarded(said)
    assert properties(kept) == {"note": "and ████0004", "n": 1, "masked": 2}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"lat": 52.520008, "lon": 13.404954}, {"lat": 52.52, "lon": 13.4}, id="coarse"),
        pytest.param(
            {"lat": 52.520008, "consents": {"location": True}}, {"lat": 52.520008, "consents": {"location": True}},
            id="agreed",
        ),
    ],
)  # fmt: skip
def test_a_place_is_coarse_without_consent(facts: dict[str, object], expected: dict[str, object]) -> None:
    assert properties(guarded(touchpoint("app.event", properties=facts))) == expected


def test_what_holds_nothing_stays_itself() -> None:
    said = touchpoint("chat.message", text="where is my order 12345?")
    assert guarded(said) is said


def test_no_producer_goes_round_it() -> None:
    log: MemoryProducer = memory()
    Pipeline(log, IDENTITY).take(Incoming("in", 1, line("x", text="4111111111111111")))
    (said,) = touchpoints(log)
    assert said.text == "████1111"
    assert msgspec.json.decode(said.properties or "") == {"masked": 1}
