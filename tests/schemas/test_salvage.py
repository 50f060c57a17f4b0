"""What can be read of a refused value: as much as there is, never an exception."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode_touchpoint
from schemas.contract import read_line, sound_fields
from schemas.records import Touchpoint
from schemas.registry import FRAME, TOUCHPOINT
from schemas.salvage import salvaged
from schemas.wire import touchpoint_from_json, touchpoint_to_json
from tests.schemas.strategies import touchpoints

AT = 1_772_416_800_000
LINE = b'{"event_id":"e1","type":"web.viewed","amount":"12"}'
WHOLE = Touchpoint(
    event_id="eeee", type="web.viewed", occurred_at=AT, occurred_offset=480, channel="web", initiator="customer",
    customer_id="anna", text="gone again", amount=2.5, properties='{"url":"/p"}',
)  # fmt: skip
AVRO = encode_touchpoint(WHOLE)
OF_ANOTHER_ID = b"\0\0\0\x10\x92" + AVRO[FRAME:]
LATE = encode_touchpoint(msgspec.structs.replace(WHOLE, occurred_at=1 << 60))


@pytest.mark.parametrize(
    ("value", "form", "some"),
    [
        pytest.param(LINE, "json", {"event_id": "e1", "amount": "12"}, id="a JSON object, as it was sent"),
        pytest.param(AVRO, "avro", {"amount": 2.5, "occurred_at": "2026-03-02T10:00:00.000+08:00"}, id="a whole one"),
        pytest.param(OF_ANOTHER_ID, "avro", {"text": "gone again"}, id="a whole one under the id of another registry"),
        pytest.param(LATE, "avro", {"occurred_at": 1 << 60}, id="a time that no calendar has stays a number"),
        pytest.param(AVRO[:40], "part", {"event_id": "eeee", "channel": "web"}, id="cut short"),
        pytest.param(AVRO + b"tail", "part", {"text": "gone again"}, id="a tail"),
        pytest.param(AVRO.replace(b"gone again", b"\xff" * 10), "part", {"amount": 2.5}, id="a text that is none"),
        pytest.param(AVRO[:FRAME], "bytes", {}, id="a frame without a body"),
        pytest.param(TOUCHPOINT.prefix + b"\xfe\xff\xff\xff\x0f", "bytes", {}, id="a length that lies"),
        pytest.param(b"\0\0\0\x10\x92" + AVRO[FRAME:40], "bytes", {}, id="a part under another id may be anything"),
        pytest.param(b"[1, 2]", "text", {}, id="a list"),
        pytest.param("退货?".encode(), "text", {}, id="words"),
        pytest.param(b"\x01\x02", "bytes", {}, id="letters that nobody writes"),
        pytest.param(b"\xff", "bytes", {}, id="no text"),
        pytest.param(b"[" * 100_000, "text", {}, id="too deep"),
        pytest.param(b"", "empty", {}, id="nothing"),
    ],
)
def test_what_is_there_is_read(value: bytes, form: str, some: dict[str, Any]) -> None:
    found = salvaged(value)
    assert found.form == form
    assert (found.content is not None) == (form in ("json", "avro", "part"))
    assert {name: (found.content or {}).get(name) for name in some} == some


@given(touchpoints())
def test_a_whole_one_is_the_touchpoint(touchpoint: Touchpoint) -> None:
    found = salvaged(encode_touchpoint(touchpoint)).content
    assert found is not None
    assert touchpoint_to_json(touchpoint_from_json(found)) == touchpoint_to_json(touchpoint)


@given(st.binary(max_size=80), st.sampled_from([b"", TOUCHPOINT.prefix, AVRO[:30], AVRO[:60], LINE[:-1]]))
def test_no_bytes_make_it_fail(noise: bytes, start: bytes) -> None:
    sound_fields(salvaged(start + noise).content or {})


def test_sound_fields_are_those_that_could_stand() -> None:
    content = {"event_id": "e1", "type": "chat.massage", "amount": "12", "quantity": 3, "mood": "bad",
               "occurred_at": "yesterday", "sent_at": "2026-03-02T10:00:00+08:00",
               "identifiers": {"customer_id": " anna ", "email": 7}}  # fmt: skip
    assert sound_fields(content) == {
        "event_id": "e1", "type": "chat.massage", "quantity": 3.0, "sent_at": AT, "sent_offset": 480,
        "customer_id": "anna",
    }  # fmt: skip
    assert not isinstance(read_line(msgspec.json.encode(content)), Touchpoint)
