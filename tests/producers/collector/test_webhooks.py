"""Who may send to a documented webhook, and what may stand in its body."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Refused
from producers.collector.keys import WriteKey
from producers.collector.webhooks import TOLERANCE_S, Door, pieces
from tests.producers.collector.signing import KEY, NOW, SECRET, request, signed

BODY = b'{"event_id": "1"}'
OTHER = "whsec_" + "c2VjcmV0IG9mIHNvbWVib2R5IGVsc2U="
KEYED = Door((WriteKey("till", KEY),), ())
SIGNED = Door((), (OTHER, SECRET))
BOTH = Door((WriteKey("till", KEY),), (SECRET,))


def refusal(door: Door, headers: dict[str, str], body: bytes = BODY) -> tuple[int, str]:
    with pytest.raises(Refused) as caught:
        door.admit(request("/v1/calls", body, headers))
    assert caught.value.detail
    return caught.value.status, caught.value.reason


def test_a_known_key_is_its_callers_quota_and_the_reference_implementation_signs_well() -> None:
    assert KEYED.admit(request("/v1/calls", BODY)) is not None
    assert BOTH.admit(request("/v1/calls", BODY)) is not None
    for door in (SIGNED, BOTH):
        assert door.admit(request("/v1/calls", BODY, signed(BODY))) is None


@pytest.mark.parametrize(
    ("door", "headers", "body", "expected"),
    [
        pytest.param(KEYED, {"authorization": "Bearer wrong"}, BODY, (401, "wrong_key"), id="a wrong key"),
        pytest.param(KEYED, signed(BODY), BODY, (401, "wrong_key"), id="a signature where only keys are known"),
        pytest.param(SIGNED, {}, BODY, (401, "unsigned"), id="nothing"),
        pytest.param(SIGNED, {"webhook-id": "1", "webhook-timestamp": "1"}, BODY, (401, "unsigned"), id="half"),
        pytest.param(SIGNED, signed(BODY), BODY + b" ", (401, "wrong_signature"), id="another body"),
        pytest.param(SIGNED, signed(BODY) | {"webhook-id": "2"}, BODY, (401, "wrong_signature"), id="another id"),
        pytest.param(
            BOTH, signed(BODY) | {"authorization": f"Bearer {KEY}", "webhook-signature": "v1,AAAA"}, BODY,
            (401, "wrong_signature"), id="a wrong signature beside a key",
        ),
        pytest.param(
            SIGNED, signed(BODY, NOW - timedelta(seconds=TOLERANCE_S + 1)), BODY, (401, "replayed"), id="a copy"
        ),
        pytest.param(
            SIGNED, signed(BODY, NOW + timedelta(seconds=TOLERANCE_S + 1)), BODY, (401, "replayed"), id="of tomorrow"
        ),
    ],
)  # fmt: skip
def test_anybody_else_is_refused_saying_why(
    door: Door, headers: dict[str, str], body: bytes, expected: tuple[int, str]
) -> None:
    assert refusal(door, headers, body) == expected


def test_a_signature_holds_to_the_edge_of_the_tolerance() -> None:
    assert SIGNED.admit(request("/", BODY, signed(BODY, NOW - timedelta(seconds=TOLERANCE_S)))) is None


@pytest.mark.parametrize("secrets", [(), ("whsec_no base64!",)])
def test_a_door_without_a_lock_is_no_door(secrets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="secret"):
        Door((), secrets)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b'{"a": 1}', ([b'{"a": 1}'], False), id="one"),
        pytest.param(b'\xef\xbb\xbf[{"a":1}, 2]', ([b'{"a":1}', b"2"], True), id="an array after a byte order mark"),
        pytest.param(b'{"events": [{"a":1}]}', ([b'{"a":1}'], True), id="the events of an object"),
        pytest.param(b'{"events": [], "a": 1}', ([b'{"events": [], "a": 1}'], False), id="an event with such a field"),
        pytest.param(b"[]", ([], True), id="nothing"),
    ],
)
def test_events_come_alone_or_many(body: bytes, expected: tuple[list[bytes], bool]) -> None:
    assert pieces(body) == expected


@given(st.binary(max_size=200) | st.from_regex(rb'[\[{][\[\]{}":,0-9a-z\\]*', fullmatch=True))
def test_any_other_body_is_refused_and_nothing_else(body: bytes) -> None:
    try:
        found, _ = pieces(body)
    except Refused as refused:
        found = []
        reason = refused.reason
    else:
        reason = "not_json"
    assert reason == "not_json"
    for each in found:
        msgspec.json.decode(each)
