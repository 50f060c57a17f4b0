"""Steps of calls, as a telephone system tells them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapters.phone import FIELDS, OUTCOMES, STEPS, Config, Phone, number_of
from producers.collector.keys import WriteKey
from tests.producers.collector.payloads import cases, expected, told
from tests.producers.collector.signing import KEY, SECRET, request, signed

PHONE = Phone(Config(keys=(WriteKey("exchange", KEY),)))


@pytest.mark.parametrize("payload", cases("phone"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert told(PHONE, request("/v1/calls", payload.read_bytes())) == expected(payload)


@pytest.mark.parametrize("payload", cases("phone"))
def test_the_same_again_has_the_same_ids_and_a_signature_does_as_well_as_a_key(payload: Path) -> None:
    body = payload.read_bytes()
    signing = Phone(Config(secrets=(SECRET,)))
    assert told(signing, request("/v1/calls", body, signed(body))) == expected(payload)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param(" +86 138 0013 8000 ", "+86 138 0013 8000", id="with blanks"),
        pytest.param("(0211) 55501-00", None, id="not beginning with a digit"),
        pytest.param("0211/55501", "0211/55501", id="as Germans write it"),
        pytest.param("anonymous", None, id="withheld in words"),
        pytest.param("+266696687", None, id="withheld as its keys"),
        pytest.param("sip:mei@shop.example", None, id="an address"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_only_a_number_that_can_be_somebodys_identifies(text: str, number: str | None) -> None:
    assert number_of(text) == number


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2) | (
    st.sampled_from([*STEPS, *OUTCOMES, "outbound", "2026-11-25T10:00:00Z", "+4915112345678"])
)  # fmt: skip


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS) | st.text(), VALUES) | VALUES, max_size=3))
def test_whatever_an_event_holds_it_is_a_touchpoint_or_rejected_alone(events: list[object]) -> None:
    assert len(told(PHONE, request("/v1/calls", msgspec.json.encode(events)))) == len(events)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_rejected_never_a_fault_of_ours(body: bytes) -> None:
    told(PHONE, request("/v1/calls", body))
