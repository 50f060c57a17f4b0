from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from schemas import wire
from schemas.records import Emitted, Rejected, Source, Touchpoint
from tests.schemas.strategies import outputs, touchpoints

BASE = Touchpoint("e-1", "web.viewed", 1_700_000_000_123, 480, "web", "customer", cookie="ck")


def compacted(touchpoint: Touchpoint) -> Touchpoint:
    """Properties as JSON writes them back: the same object without needless spaces."""
    if touchpoint.properties is None:
        return touchpoint
    return replace(touchpoint, properties=msgspec.json.encode(wire.properties(touchpoint)).decode())


@settings(max_examples=40)
@given(touchpoints())
def test_a_touchpoint_comes_back_equal_with_its_offsets(touchpoint: Touchpoint) -> None:
    text = msgspec.json.encode(wire.touchpoint_to_json(touchpoint))
    assert wire.touchpoint_from_json(json.loads(text)) == compacted(touchpoint)


@given(outputs)
def test_an_output_comes_back_equal(output: Emitted) -> None:
    assert wire.output_from_json(json.loads(wire.output_line(output))) == output


def test_a_rejected_comes_back_with_its_bytes() -> None:
    rejected = Rejected(
        id="r",
        at=0,
        partition=0,
        offset=0,
        knowledge="k",
        stage="s",
        reason="truncated",
        detail="",
        original=b"\x00\xff",
    )
    assert wire.output_from_json(wire.output_to_json(rejected)) == rejected


def test_public_names_and_forms() -> None:
    assert wire.touchpoint_to_json(replace(BASE, properties='{"url":"/"}', received_at=0, received_offset=0)) == {
        "event_id": "e-1",
        "type": "web.viewed",
        "occurred_at": "2023-11-15T06:13:20.123+08:00",
        "channel": "web",
        "initiator": "customer",
        "identifiers": {"cookie": "ck"},
        "properties": {"url": "/"},
        "received_at": "1970-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("{", id="not JSON"),
        pytest.param("[1]", id="a list"),
        pytest.param("[" * 100_000, id="too deep"),
        pytest.param('{"n": 1e999}', id="an endless number"),
    ],
)
def test_properties_that_are_no_object_are_none(text: str | None) -> None:
    assert wire.properties(replace(BASE, properties=text)) == {}


def test_an_export_line_says_where_it_stood() -> None:
    line = json.loads(wire.export_line(BASE, 2, 17, "cookie:k1:00", Source(1, 40, 0)))
    assert (line["partition"], line["offset"], line["key"], line["source"]) == (2, 17, "cookie:k1:00", [1, 40, 0])
    assert wire.touchpoint_from_json({name: line[name] for name in wire.touchpoint_to_json(BASE)}) == BASE


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param({"event_id": "e"}, "type", id="a field is missing"),
        pytest.param(wire.touchpoint_to_json(BASE) | {"txet": ""}, "txet", id="an unknown field"),
        pytest.param(wire.touchpoint_to_json(BASE) | {"occurred_at": 5}, "occurred_at", id="a time that is a number"),
        pytest.param(wire.touchpoint_to_json(BASE) | {"occurred_offset": 5}, "occurred_offset", id="an inner field"),
        pytest.param(wire.touchpoint_to_json(BASE) | {"amount": "5"}, "amount", id="a number in quotes"),
    ],
)
def test_what_is_no_touchpoint_is_named(content: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        wire.touchpoint_from_json(content)
