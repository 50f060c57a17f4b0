from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.catalogue import parse
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.contract import LARGEST, Exported, clamp, read_export_line, read_line, read_object
from schemas.faults import REASONS, Fault
from schemas.fields import DEEPEST
from schemas.judging import LARGEST_AMOUNT
from schemas.records import Source, Touchpoint
from schemas.wire import export_line, properties
from tests.schemas.strategies import touchpoints

GOOD = {"event_id": "e-1", "type": "purchase.made", "occurred_at": "2026-11-20T10:15:30.250+08:00", "channel": "pos"}


def line(**more: object) -> bytes:
    return json.dumps(GOOD | more, ensure_ascii=False).encode()


def accepted(raw: bytes, *, outside: bool = True) -> Touchpoint:
    found = read_line(raw, outside=outside)
    assert isinstance(found, Touchpoint), found
    return found


def refused(raw: bytes) -> Fault:
    found = read_line(raw)
    assert isinstance(found, Fault)
    assert found.original == raw
    return found


def test_the_least_there_can_be() -> None:
    assert accepted(line()) == Touchpoint("e-1", "purchase.made", 1_795_140_930_250, 480, "pos", "customer")


@pytest.mark.parametrize(
    ("more", "field", "value"),
    [
        pytest.param({"identifiers": {"email": " Mei@Example.COM "}}, "email", "mei@example.com", id="e-mail"),
        pytest.param({"identifiers": {"customer_id": "\tC-1 "}}, "customer_id", "C-1", id="trimmed, case kept"),
        pytest.param({"identifiers": {"phone": "+86 138"}}, "phone", "+86 138", id="a phone stays as it is"),
        pytest.param({"identifiers": {"customer_id": "no:body"}}, "customer_id", "no:body", id="a colon of its own"),
        pytest.param({"identifiers": {"email": None}}, "email", None, id="null is absent"),
        pytest.param({"event_id": " e-2 "}, "event_id", "e-2", id="event_id is trimmed"),
        pytest.param({"text": " two  kettles\n"}, "text", " two  kettles\n", id="text is not"),
        pytest.param({"amount": 12}, "amount", 12.0, id="a whole amount"),
        pytest.param({"amount": None}, "amount", None, id="no amount"),
        pytest.param({"initiator": "company"}, "initiator", "company", id="an initiator overrides"),
        pytest.param({"channel": "letter"}, "channel", "letter", id="an unusual channel"),
        pytest.param({"properties": {"mood": [1, {"a": None}]}}, "properties", '{"mood":[1,{"a":null}]}', id="unknown"),
        pytest.param({"properties": {"for": None}}, "properties", '{"for":null}', id="a property of null"),
        pytest.param({"text": "\\u0000"}, "text", "\\u0000", id="a backslash and letters are no NUL"),
        pytest.param({"partition": 3, "offset": 9, "key": "k", "source": [1, 2, 3]}, "history", None, id="an export"),
        pytest.param({"sent_at": "2026-11-20T03:00:00+01:00"}, "sent_offset", 60, id="an offset for each time"),
    ],
)
def test_normalises_little(more: dict[str, object], field: str, value: object) -> None:
    assert getattr(accepted(line(**more)), field) == value


def test_the_initiator_is_the_catalogues_where_the_source_is_silent() -> None:
    assert accepted(line(type="agent.noted")).initiator == "company"


def test_a_byte_order_mark_and_a_line_end_are_no_fault() -> None:
    assert accepted(b"\xef\xbb\xbf" + line() + b"\r\n") == accepted(line())


def test_of_doubled_keys_the_last_holds() -> None:
    assert accepted(line()[:-1] + b', "channel": "web"}').channel == "web"


def test_every_fault_is_named_by_field() -> None:
    fault = refused(
        b'{"event_id": 1, "type": "purchase.mad", "occurred_at": "soon", "identifers": {}, "currency": "x",'
        b' "identifiers": {"emial": "x", "cookie": "null"}, "properties": [1]}'
    )
    fields = {each.field for each in fault.faults}
    assert fields == {
        "event_id", "type", "occurred_at", "identifers", "currency",
        "identifiers.emial", "identifiers.cookie", "properties", "channel",
    }  # fmt: skip
    assert fault.reason == "unknown_type"
    remedies = {each.field: each.remedy for each in fault.faults}
    assert remedies["type"] == "did you mean purchase.made?"
    assert remedies["identifers"] == "did you mean identifiers?"
    assert remedies["identifiers.emial"] == "did you mean email?"
    assert "identifers: is no field" in fault.detail


def test_the_fault_of_a_whole_line_names_no_field() -> None:
    fault = read_line(b"{")
    assert isinstance(fault, Fault)
    assert fault.detail.startswith("Input data was truncated (it was cut off")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        pytest.param('{"text": "你'.encode()[:-1], "ends inside a letter (it was cut off", id="cut inside a letter"),
        pytest.param('{"text": "你好"}'.encode("gbk"), "is not UTF-8: ", id="another encoding"),
        pytest.param('{"text": "你好"}'.encode("utf-16"), "is UTF-16, not UTF-8", id="UTF-16 with its mark"),
        pytest.param('{"text": "你好"}'.encode("utf-16-be"), "is UTF-16, not UTF-8", id="UTF-16 without"),
    ],
)
def test_a_line_of_another_encoding_is_told_from_one_that_was_cut(sent: bytes, told: str) -> None:
    fault = read_line(sent)
    assert isinstance(fault, Fault)
    assert fault.reason == "bad_encoding"
    assert fault.detail.startswith(told)


def test_an_unknown_identifier_is_answered_with_those_there_are() -> None:
    fault = refused(line(identifiers={"wechat": "a"}))
    assert fault.faults[0].remedy.startswith("identifiers are customer_id, loyalty_card, ")


def test_a_fault_keeps_the_event_id_where_it_has_one() -> None:
    assert refused(line(channel="fax")).event_id == "e-1"
    assert refused(line(event_id=5)).event_id is None


def test_all_missing_properties_are_named() -> None:
    fault = refused(line(type="policy.changed", channel="system"))
    assert [each.field for each in fault.faults] == ["properties.policy_id", "properties.kind"]


@pytest.mark.parametrize("size", [LARGEST - 1, LARGEST])
def test_a_large_touchpoint_passes_up_to_the_limit(size: int) -> None:
    text = "x" * (size - len(line(text="")))
    assert accepted(line(text=text)).text == text


@pytest.mark.parametrize("size", [LARGEST + 1, 5_000_000])
def test_a_larger_one_is_refused_unread(size: int) -> None:
    fault = refused(line(text="x" * (size - len(line(text="")))))
    assert (fault.reason, len(fault.original)) == ("too_large", size)


@pytest.mark.parametrize(
    ("deep", "good"),
    [
        pytest.param(DEEPEST - 3, True, id="below the bound"),
        pytest.param(DEEPEST - 2, True, id="at the bound"),
        pytest.param(DEEPEST - 1, False, id="beyond it"),
        pytest.param(990, False, id="where Python itself is at its bound"),
        pytest.param(100_000, False, id="very deep"),
    ],
)
def test_nesting_is_bounded(deep: int, good: bool) -> None:
    raw = line(properties={"a": 0}).replace(b"0}", b"[" * deep + b"]" * deep + b"}")
    if good:
        accepted(raw)
    else:
        assert refused(raw).reason == "bad_value"


def test_many_objects_side_by_side_are_not_deep() -> None:
    accepted(line(properties={"lines": [{"n": each} for each in range(100)]}))


@pytest.mark.parametrize("kind", ["clock.tick", "history.begun", "history.ended", "knowledge.activated"])
def test_types_of_the_line_are_refused_from_outside_only(kind: str) -> None:
    raw = line(type=kind, channel="system", properties={"run": "r", "version": "v"})
    assert refused(raw).reason == "refused_type"
    assert accepted(raw, outside=False).type == kind


def test_another_catalogue_may_be_given() -> None:
    catalogue = parse("x:\n  tea.brewed: {channels: [store], initiator: company}\n")
    found = read_line(line(type="tea.brewed"), catalogue=catalogue)
    assert isinstance(found, Touchpoint)
    assert found.initiator == "company"


@given(st.binary(max_size=300))
def test_any_bytes_have_an_outcome(raw: bytes) -> None:
    assert refused(raw).reason in REASONS


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from([
    "event_id", "type", "occurred_at", "channel", "initiator", "identifiers", "text", "amount", "currency",
    "quantity", "properties", "sent_at", "received_at", "history", "partition", "offset", "other",
])  # fmt: skip


@given(st.dictionaries(names, json_values, max_size=6))
def test_any_object_has_an_outcome(more: dict[str, object]) -> None:
    raw = json.dumps(GOOD | more).encode()
    found = read_line(raw)
    assert isinstance(found, Touchpoint) or (found.faults and found.reason in REASONS)
    exported = read_export_line(raw)
    assert isinstance(exported, Exported | Fault)


@settings(max_examples=40)
@given(touchpoints(), st.integers(0, 99), st.integers(0, 2**60))
def test_an_export_reads_back_as_the_log_had_it(touchpoint: Touchpoint, partition: int, offset: int) -> None:
    source = Source(1, offset, 2)
    found = read_export_line(export_line(touchpoint, partition, offset, "k", source))
    assert isinstance(found, Exported)
    same = replace(found.touchpoint, properties=touchpoint.properties)
    assert (same, found[1:]) == (touchpoint, (partition, offset, "k", source))
    assert properties(found.touchpoint) == properties(touchpoint)


def test_a_line_without_a_place_is_judged_and_may_be_of_the_line() -> None:
    assert read_export_line(line()) == Exported(accepted(line()))
    assert isinstance(read_export_line(line(type="clock.tick")), Exported)
    assert isinstance(read_export_line(line(channel="fax")), Fault)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"partition": "2", "offset": 5}, id="a partition in quotes"),
        pytest.param({"partition": 2, "offset": 5, "source": [1, 2]}, id="half a source"),
        pytest.param({"partition": 2, "offset": 5, "colour": "red"}, id="an unknown field"),
    ],
)
def test_a_broken_export_is_refused(more: dict[str, object]) -> None:
    found = read_export_line(line(**more))
    assert isinstance(found, Fault)
    assert found.reason == "bad_value"


@pytest.mark.parametrize(
    ("occurred", "received", "expected"),
    [
        pytest.param(0, None, 0, id="without received_at the source's word stands"),
        pytest.param(599_999, 0, 599_999, id="below the skew"),
        pytest.param(600_000, 0, 600_000, id="at the skew"),
        pytest.param(600_001, 0, 0, id="beyond it"),
        pytest.param(5, 900_000, 5, id="long ago"),
    ],
)
def test_a_clock_that_runs_ahead_is_clamped(occurred: int, received: int | None, expected: int) -> None:
    touchpoint = Touchpoint("e", "web.viewed", occurred, 60, "web", "customer", received_at=received)
    clamped = clamp(touchpoint)
    assert (clamped.occurred_at, clamped.occurred_offset) == (expected, 60)
    assert (clamped is touchpoint) is (occurred == expected)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        pytest.param("", "sentinel_identifier", id="empty"),
        pytest.param("cookie: undefined", "sentinel_identifier", id="a placeholder"),
        pytest.param("*", "bad_value", id="everybody"),
        pytest.param("none:e-1", "bad_value", id="nobody"),
        pytest.param("c" * 1025, "bad_value", id="too long for a key"),
    ],
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_a_link_has_two_ends_that_are_somebodys(name: str, end: str, reason: str) -> None:
    ends = {"from": "cookie:a-1", "to": "anna"}
    assert accepted(line(type="identity.linked", channel="system", properties=ends)).type == "identity.linked"
    fault = refused(line(type="identity.linked", channel="system", properties=ends | {name: end}))
    assert (fault.reason, fault.faults[0].field) == (reason, f"properties.{name}")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("email", "anna", id="an e-mail without a domain"),
        pytest.param("email", "anna@", id="an e-mail that ends with the sign"),
        pytest.param("email", "an na@x.org", id="an e-mail with a blank"),
        pytest.param("email", "a@b@x.org", id="an e-mail of two"),
        pytest.param("phone", "call me", id="a phone without digits"),
        pytest.param("phone", "12", id="a phone too short for any plan"),
        pytest.param("phone", "1" * 25, id="a phone too long for any plan"),
    ],
)
def test_an_address_that_reaches_nobody_identifies_nobody(field: str, value: str) -> None:
    read = read_line(line(identifiers={field: value}))
    assert isinstance(read, Fault)
    assert (read.reason, read.faults[0].field) == ("bad_value", f"identifiers.{field}")
    assert read.faults[0].remedy


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("email", "a+b@x", id="an e-mail of a house"),
        pytest.param("email", "王@例子.中国", id="an e-mail in other letters"),
        pytest.param("phone", "110", id="a short number"),
        pytest.param("phone", "+49 (0)151 / 1234-5678 ext. 12", id="a phone as people write it"),
        pytest.param("phone", "１３８００１３８０００", id="a phone in wide digits"),
    ],
)
def test_an_address_is_taken_as_people_write_it(field: str, value: str) -> None:
    assert isinstance(read_line(line(identifiers={field: value})), Touchpoint)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize("outer", ["%s", "[1, %s]", '{"deep": [%s]}'], ids=["itself", "in a list", "deep"])
def test_a_number_that_no_float_holds_is_named_by_its_place(number: str, outer: str) -> None:
    good = line(properties={"x": "HERE"}).decode()
    read = read_line(good.replace('"HERE"', outer % number).encode())
    assert isinstance(read, Fault)
    assert (read.reason, read.event_id) == ("bad_value", "e-1")
    (fault,) = read.faults
    assert fault.field.startswith("properties.x")
    assert fault.what == "is not a finite number"


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_a_row_that_holds_one_is_refused_and_not_read_as_nothing(number: float) -> None:
    content = msgspec.json.decode(line()) | {"properties": {"x": None, "y": [number]}}
    read = read_object(content, b"a row")
    assert isinstance(read, Fault)
    assert [fault.field for fault in read.faults] == ["properties.y[0]"]


@pytest.mark.parametrize("field", ["amount", "quantity"])
@pytest.mark.parametrize(
    ("number", "good"),
    [
        pytest.param(-1, True, id="taken back"),
        pytest.param(0, True, id="nothing"),
        pytest.param(LARGEST_AMOUNT, True, id="the most there may be"),
        pytest.param(LARGEST_AMOUNT * 1.001, False, id="more than that"),
        pytest.param(-1e19, False, id="less than no sum can hold"),
    ],
)
def test_a_sum_can_be_made_of_every_amount(field: str, number: float, good: bool) -> None:
    """At the door, of one record straight from Kafka, and of many at once."""
    found = read_line(line(**{field: number}))
    past = replace(accepted(line()), **{field: float(number)})
    (decoded,) = decode_touchpoints([encode_touchpoint(past)])
    assert [isinstance(each, Touchpoint) for each in (found, decoded)] == [good, good]
    many = decode_touchpoints([encode_touchpoint(each) for each in (*[accepted(line())] * 50, past)])
    assert isinstance(many[-1], Touchpoint) == good
