"""Receipts of tills."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapters.pos import Config, Line, Pos, Receipt
from producers.collector.keys import WriteKey
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.signing import KEY, SECRET, request, signed

PATH = "/v1/receipts"
POS = Pos(Config(keys=(WriteKey("tills", KEY),)))
RECEIPT = {"receipt": "7", "at": "2026-11-25T01:00:00Z", "till": "t", "lines": [{"line": 1, "item_id": "i"}]}


def ids(**changed: object) -> list[str]:
    read = told(POS, request(PATH, json.dumps(RECEIPT | changed).encode()))
    return [each["event_id"] for each in read]


@pytest.mark.parametrize("payload", cases("pos"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    body = payload.read_bytes()
    assert told(POS, request(PATH, body)) == expected(payload)
    assert told(Pos(Config(secrets=(SECRET,))), request(PATH, body, signed(body))) == expected(payload)


def test_a_line_is_the_same_when_its_receipt_comes_again_and_another_on_another_receipt() -> None:
    assert ids() == ids(staff_id="w-1", at="2026-11-25T03:00:00Z"), "mended, and sent again on the same day"
    others = [ids(receipt="8"), ids(till="u"), ids(location_id="s"), ids(at="2026-11-26T01:00:00Z")]
    assert len({each[0] for each in (ids(), *others)}) == 5


def test_who_shows_no_key_is_refused() -> None:
    assert told(POS, request(PATH, b"{}", {})) == {"refused": "wrong_key", "status": 401}


def test_a_receipt_of_too_many_lines_is_rejected_once() -> None:
    lines = [{"line": n} for n in range(1_001)]
    read = told(POS, request(PATH, json.dumps(RECEIPT | {"lines": lines}).encode()))
    assert read == [{"rejected": "bad_value", "fields": ["lines"]}]


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2) | (
    st.sampled_from(["sale", "return", "voucher", "2026-11-25T10:00:00Z"])
)  # fmt: skip
LINES = st.dictionaries(st.sampled_from([*Line.__struct_encode_fields__, "x"]), VALUES)
RECEIPTS = st.dictionaries(
    st.sampled_from([*Receipt.__struct_encode_fields__, "x"]), VALUES | st.lists(LINES, max_size=3)
)


@given(RECEIPTS)
def test_whatever_a_receipt_holds_it_is_read_or_rejected(receipt: dict[str, object]) -> None:
    told(POS, request(PATH, msgspec.json.encode(RECEIPT | receipt)))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_rejected_never_a_fault_of_ours(body: bytes) -> None:
    answered(POS, request(PATH, body))
