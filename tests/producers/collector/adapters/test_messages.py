"""Chats and social networks in the documented form."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapters.messages import Config, Message, Messages
from producers.collector.keys import WriteKey
from tests.producers.collector.payloads import answered, cases, expected, told
from tests.producers.collector.signing import KEY, SECRET, request, signed

PATH = "/v1/messages"
MESSAGES = Messages(Config(keys=(WriteKey("desk", KEY),)))


@pytest.mark.parametrize("payload", cases("messages"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    body = payload.read_bytes()
    assert told(MESSAGES, request(PATH, body)) == expected(payload)
    assert told(Messages(Config(secrets=(SECRET,))), request(PATH, body, signed(body))) == expected(payload)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dictionaries(st.text(), st.text()) | (
    st.sampled_from(["message", "post", "staff", "dm", "2026-11-25T10:00:00Z"])
)  # fmt: skip
FIELDS = st.sampled_from([*Message.__struct_encode_fields__, "x"])


@given(st.lists(st.dictionaries(FIELDS, VALUES) | VALUES, max_size=3))
def test_whatever_a_message_holds_it_is_read_or_rejected_alone(messages: list[object]) -> None:
    assert len(told(MESSAGES, request(PATH, msgspec.json.encode(messages)))) == len(messages)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_rejected_never_a_fault_of_ours(body: bytes) -> None:
    answered(MESSAGES, request(PATH, body))
