"""Counts of people come in, faces only as tokens, pictures never."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.collector.adapter import Refused, Taken
from producers.collector.adapters.camera import FIELDS, LONGEST_TEXT, Camera, Config
from producers.collector.keys import WriteKey
from schemas import wire
from schemas.faults import Fault
from schemas.records import Touchpoint
from tests.producers.collector.payloads import cases, expected, told
from tests.producers.collector.signing import KEY, request

CAMERA = Camera(Config(keys=(WriteKey("door", KEY),)))
EVENT = {
    "event_id": "1", "camera_id": "door-1", "location_id": "s-1", "occurred_at": "2026-11-25T10:00:00Z",
    "kind": "entered", "confidence": 0.95, "face_token": "ft-1",
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))


def take(*events: object, body: bytes | None = None, kind: str = "application/json") -> Taken:
    sent = json.dumps(events).encode() if body is None else body
    return CAMERA.take(request("/v1/camera", sent, {"authorization": f"Bearer {KEY}", "content-type": kind}))


@pytest.mark.parametrize("payload", cases("camera"))
def test_an_example_becomes_what_stands_beside_it(payload: Path) -> None:
    assert told(CAMERA, request("/v1/camera", payload.read_bytes())) == expected(payload)


@pytest.mark.parametrize(
    ("confidence", "kept"),
    [
        pytest.param(0.9, "ft-1", id="at the floor"),
        pytest.param(0.899, None, id="below the floor"),
        pytest.param(None, None, id="unsaid"),
    ],
)
def test_a_face_counts_from_the_floor_on_and_below_it_a_person_remains(
    confidence: float | None, kept: str | None
) -> None:
    taken = take(EVENT | {"confidence": confidence})
    (found,) = taken.touchpoints
    assert isinstance(found, Touchpoint)
    assert (found.type, found.face_token) == ("store.entered", kept)
    assert json.loads(taken.answer.body)["below_floor"] == (kept is None)


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        pytest.param(PNG, "image/png", "image", id="a picture"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(20), "application/json", "image", id="a picture that says it is JSON"),
        pytest.param(b'--x\r\ncontent-type: image/png\r\n\r\n', "multipart/form-data; boundary=x", "image", id="parts"),
        pytest.param(json.dumps([EVENT | {"image": "x"}]).encode(), "", "image", id="a field of that name"),
        pytest.param(json.dumps([EVENT | {"embedding": [0.1, 0.2]}]).encode(), "", "image", id="a face as numbers"),
        pytest.param(json.dumps([EVENT | {"face_token": [1, 2]}]).encode(), "", "image", id="numbers as a token"),
        pytest.param(
            json.dumps([EVENT | {"camera_id": base64.b64encode(PNG).decode()}]).encode(), "", "image", id="in base64"
        ),
        pytest.param(
            json.dumps([EVENT | {"camera_id": "data:image/gif;base64,R0lG"}]).encode(), "", "image", id="in an address"
        ),
        pytest.param(json.dumps([EVENT, EVENT | {"event_id": "x" * 5_000}]).encode(), "", "image", id="long"),
        pytest.param(json.dumps([EVENT, "/9j/4AAQSkZJRg"]).encode(), "", "not_an_object", id="instead of an event"),
    ],
)  # fmt: skip
def test_a_picture_refuses_the_whole_request_and_nothing_is_kept(body: bytes, kind: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        take(body=body, kind=kind)
    assert caught.value.reason == reason
    assert caught.value.status in (415, 422)


def test_a_token_is_one_persons_and_a_dead_letter_holds_none() -> None:
    read = take(EVENT | {"count": 2}, EVENT | {"kind": "measured", "measure": "queue", "value": 3}).touchpoints
    for each in read:
        assert isinstance(each, Fault)
        assert each.faults[0].field == "face_token"
        assert b"ft-1" not in each.original


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=200) | st.sampled_from(
    ["entered", "visited", "measured", "2026-11-25T10:00:00Z", "ft-1"]
)  # fmt: skip
EVENTS = st.dictionaries(st.sampled_from(FIELDS), VALUES | st.lists(VALUES, max_size=2)) | st.dictionaries(
    st.text(max_size=9), VALUES
)


@given(st.lists(st.builds(lambda one: EVENT | one, EVENTS) | EVENTS | VALUES, max_size=4))
def test_whatever_comes_nothing_long_and_no_unknown_field_is_kept(events: list[object]) -> None:
    try:
        taken = take(body=msgspec.json.encode(events))
    except Refused:
        return
    for each in taken.touchpoints:
        if isinstance(each, Fault):
            content = json.loads(each.original)
            assert content.keys() <= set(FIELDS) - {"face_token"}
            texts = [value for value in content.values() if isinstance(value, str)]
        else:
            content = wire.touchpoint_to_json(each)
            texts = [*content.get("identifiers", {}).values(), *map(str, content["properties"].values())]
        assert all(len(text) <= LONGEST_TEXT for text in texts)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_rejected_never_a_fault_of_ours(body: bytes) -> None:
    told(CAMERA, request("/v1/camera", body))
