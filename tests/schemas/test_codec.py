from __future__ import annotations

import io
import random
import struct
from dataclasses import dataclass

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from schemas import blocks, codec, times
from schemas.codec import decode_outputs, decode_touchpoints, encode_output, encode_touchpoint
from schemas.records import Emitted, Rejected, Touchpoint, Undecodable
from schemas.registry import FRAME, TOUCHPOINT
from schemas.rows import from_row, registered
from sinks.clickhouse.decode import decoded
from tests.schemas.strategies import outputs, touchpoints

BASE = Touchpoint(
    "e-1", "purchase.made", 1_700_000_000_000, 480, "pos", "customer",
    customer_id="c-1", text="两壶茶", amount=64.0, currency="CNY", properties='{"for":"elderly"}',
)  # fmt: skip
GOOD = encode_touchpoint(BASE)
NEIGHBOURS = [replace(BASE, event_id=f"n-{at}", amount=at * 1.5, text=None) for at in range(40)]


def reasons(values: list[bytes | None]) -> list[str]:
    return [each.reason if isinstance(each, Undecodable) else "good" for each in decode_touchpoints(values)]


def by_fastavro(touchpoint: Touchpoint) -> bytes:
    body = io.BytesIO()
    fastavro.schemaless_writer(body, TOUCHPOINT.parsed(), asdict(touchpoint))
    return TOUCHPOINT.prefix + body.getvalue()


def written(**fields: object) -> bytes:
    return by_fastavro(replace(BASE, **fields))


def without_utf8() -> bytes:
    return GOOD.replace("壶".encode(), b"\xff\xfe\xfd")


def a_stray_tag() -> bytes:
    assert GOOD.endswith(b"\x00")
    return GOOD[:-1] + b"\x02"


@settings(max_examples=40)
@given(touchpoints())
def test_a_touchpoint_has_the_bytes_that_avro_says(touchpoint: Touchpoint) -> None:
    assert encode_touchpoint(touchpoint) == by_fastavro(touchpoint)


@settings(max_examples=40)
@given(st.lists(touchpoints(), max_size=6))
def test_touchpoints_come_back_equal_and_in_order(some: list[Touchpoint]) -> None:
    assert decode_touchpoints([encode_touchpoint(each) for each in some]) == some


@given(outputs)
def test_an_output_comes_back_equal(output: Emitted) -> None:
    assert decode_outputs([encode_output(output)]) == [output]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(None, "empty_value", id="a tombstone"),
        pytest.param(b"", "empty_value", id="no byte"),
        pytest.param(b"\x00\x00\x00", "not_framed", id="a piece of a frame"),
        pytest.param(b'{"event_id": "e-1"}', "not_framed", id="JSON"),
        pytest.param(b"\x01" + GOOD[1:], "not_framed", id="another magic byte"),
        pytest.param(b"\x00\x7f\x00\x00\x01" + GOOD[FRAME:], "unknown_schema", id="an id nobody gave"),
        pytest.param(b"\x00\x00\x00\x03\xeb" + GOOD[FRAME:], "unknown_schema", id="the id of a signal"),
        pytest.param(GOOD[:FRAME], "truncated", id="no body"),
        pytest.param(GOOD[:-1], "truncated", id="the last byte lost"),
        pytest.param(GOOD[:20], "truncated", id="cut in a text"),
        pytest.param(GOOD + b"\x00", "truncated", id="a byte too many"),
        pytest.param(GOOD + GOOD, "truncated", id="two in one value"),
        pytest.param(GOOD[:FRAME] + b"\xff" * 12, "truncated", id="an endless length"),
        pytest.param(GOOD[:FRAME] + b"\x01" + GOOD[FRAME:], "truncated", id="a negative length"),
        pytest.param(a_stray_tag(), "truncated", id="a text announced and not there"),
        pytest.param(without_utf8(), "bad_encoding", id="broken UTF-8"),
        pytest.param(written(occurred_at=-1), "bad_date", id="before 1970"),
        pytest.param(written(occurred_at=times.LATEST), "bad_date", id="after 2199"),
        pytest.param(written(received_at=2**62), "bad_date", id="a received_at beyond time"),
        pytest.param(written(occurred_offset=1440), "bad_date", id="an offset of a day"),
        pytest.param(written(amount=float("nan")), "bad_value", id="no number"),
        pytest.param(written(quantity=float("-inf")), "bad_value", id="an endless number"),
        pytest.param(written(event_id=""), "bad_value", id="no event id"),
        pytest.param(written(type=""), "bad_value", id="no type"),
        pytest.param(written(channel="fax"), "bad_value", id="an unknown channel"),
        pytest.param(written(initiator="robot"), "bad_value", id="an unknown initiator"),
        pytest.param(written(text="tea\0pot"), "nul_character", id="a NUL in the text"),
        pytest.param(written(customer_id="c\0"), "nul_character", id="a NUL in an identifier"),
        pytest.param(written(properties=r'{"a":["\u0000"]}'), "nul_character", id="a NUL deep in properties"),
        pytest.param(written(properties="{nope"), "bad_value", id="properties that are no JSON"),
        pytest.param(written(properties="[1]"), "bad_value", id="properties that are a list"),
        pytest.param(written(properties=""), "bad_value", id="properties that are empty text"),
        pytest.param(written(properties='{"a":' + "[" * 300 + "]" * 300 + "}"), "bad_value", id="300 levels"),
        pytest.param(written(properties='{"a":' * 5000 + "1" + "}" * 5000), "bad_value", id="5,000 levels"),
    ],
)
def test_a_bad_value_has_a_reason_and_its_neighbours_are_unharmed(value: bytes | None, reason: str) -> None:
    good = [encode_touchpoint(each) for each in NEIGHBOURS]
    for place in (0, 1, 20, 40):
        decoded = decode_touchpoints([*good[:place], value, *good[place:]])
        bad = decoded.pop(place)
        assert isinstance(bad, Undecodable)
        assert (bad.reason, bad.original) == (reason, value or b"")
        assert decoded == NEIGHBOURS


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param(r'{"path":"C:\\u0000"}', id="a backslash before what looks like a NUL"),
        pytest.param('{"a":"' + "[" * 3000 + '"}', id="brackets in a text"),
        pytest.param('{"a":[' + ",".join(["[]"] * 300) + "]}", id="many, not deep"),
        pytest.param(' {"a":1} ', id="spaces around"),
    ],
)
def test_properties_that_only_look_bad_are_good(properties: str) -> None:
    for some in ([replace(BASE, properties=properties)], [replace(BASE, properties=properties)] * 40):
        assert decode_touchpoints([encode_touchpoint(each) for each in some]) == some


def test_every_fault_is_named_by_its_field() -> None:
    (found,) = decode_touchpoints([written(event_id="", channel="fax", occurred_offset=10_000, text="\0")])
    assert isinstance(found, Undecodable)
    assert found.reason == "nul_character"
    assert all(name in found.detail for name in ("event_id", "channel", "occurred_offset", "text"))


ODD = {
    "event_id": st.sampled_from(("", "\0", "e")), "type": st.sampled_from(("", "foo.bar")),
    "channel": st.sampled_from(("fax", "", "web")), "initiator": st.sampled_from(("robot", "company")),
    "text": st.sampled_from((None, "\0", "")), "history": st.sampled_from((None, "h\0")),
    "properties": st.sampled_from((None, "", "{", "null", "{}", r'{"\u0000":1}', r'{"a":"\\u0000"}', '{"a":"\0"}')),
    "occurred_at": st.sampled_from((0, -1, times.LATEST)), "sent_offset": st.sampled_from((None, 1440, -1439)),
    "amount": st.sampled_from((None, 1e308, float("inf"))),
}  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.fixed_dictionaries({}, optional=ODD), min_size=17, max_size=24))
def test_odd_ones_fare_the_same_alone_and_in_any_company_and_in_the_store(some: list[dict[str, object]]) -> None:
    values: list[bytes] = [written(**fields) for fields in some]
    alone = [decode_touchpoints([value])[0] for value in values]
    assert decode_touchpoints(values) == alone
    stored = decoded(values, TOUCHPOINT.name)
    assert stored.rows == [row for row, each in enumerate(alone) if isinstance(each, Touchpoint)]
    assert {row: (why.reason, why.detail) for row, why in stored.bad} == {
        row: (each.reason, each.detail) for row, each in enumerate(alone) if isinstance(each, Undecodable)
    }


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([GOOD[:-1], GOOD, GOOD], id="the next begins a byte early"),
        pytest.param([GOOD[:40], GOOD[40:], GOOD], id="one cut in two"),
        pytest.param([GOOD + GOOD[FRAME:], GOOD[:FRAME]], id="one holds two, one none"),
        pytest.param([GOOD[:FRAME], GOOD + GOOD], id="the sum is right"),
        pytest.param([GOOD + GOOD[:9], GOOD[9:]], id="a piece of the next at the end of one"),
    ],
)
def test_lengths_that_add_up_do_not_hide_a_shift(values: list[bytes | None]) -> None:
    alone = [reasons([value])[0] for value in values]
    assert reasons(values) == alone
    assert "truncated" in alone


def test_a_value_that_holds_the_seal_is_read_under_another() -> None:
    seals = [replace(BASE, amount=struct.unpack("<d", seal)[0]) for seal in blocks._SEALS[:3]]
    assert decode_touchpoints([encode_touchpoint(each) for each in [BASE, *seals, BASE]]) == [BASE, *seals, BASE]


def test_an_empty_chunk_has_no_touchpoints() -> None:
    assert decode_touchpoints([]) == []


@dataclass(frozen=True)
class Damage:
    """What happens to a good value; None where nothing does."""

    name: str
    value: bytes | None


@st.composite
def damaged(draw: st.DrawFn) -> tuple[Touchpoint, Damage]:
    touchpoint = draw(touchpoints())
    value = encode_touchpoint(touchpoint)
    cut = draw(st.integers(0, len(value) - 1))
    name = draw(st.sampled_from(("cut", "garbage", "longer", "id", "none", "empty", *["good"] * 6)))
    values: dict[str, bytes | None] = {
        "good": value,
        "cut": value[:cut],
        "garbage": TOUCHPOINT.prefix + b"\xff" + draw(st.binary(max_size=200)),
        "longer": value + draw(st.binary(min_size=1, max_size=40)),
        "id": value[:1] + draw(st.binary(min_size=4, max_size=4).filter(lambda four: four != value[1:5])) + value[5:],
        "none": None,
        "empty": b"",
    }
    return touchpoint, Damage(name, values[name])


@settings(max_examples=60)
@given(st.lists(damaged(), min_size=1, max_size=16))
def test_good_ones_are_equal_and_bad_ones_undecodable_in_any_mixture(some: list[tuple[Touchpoint, Damage]]) -> None:
    decoded = decode_touchpoints([damage.value for _, damage in some])
    assert len(decoded) == len(some)
    for found, (touchpoint, damage) in zip(decoded, some, strict=True):
        if damage.name == "good":
            assert found == touchpoint
        else:
            assert isinstance(found, Undecodable), damage
            assert found.original == (damage.value or b"")


def flipped(random_: random.Random) -> bytes:
    value = bytearray(encode_touchpoint(random_.choice(NEIGHBOURS)))
    for _ in range(random_.choice((0, 0, 1, 1, 3))):
        value[random_.randrange(len(value))] = random_.choice((0, 1, 2, 3, 4, 127, 128, 255, random_.randrange(256)))
    return bytes(value)


@pytest.mark.parametrize("seed", range(12))
def test_a_value_fares_the_same_alone_and_in_any_company(seed: int) -> None:
    random_ = random.Random(seed)
    values: list[bytes | None] = [flipped(random_) for _ in range(60)]
    alone = [decode_touchpoints([value])[0] for value in values]
    assert decode_touchpoints(values) == alone
    assert decode_touchpoints(values[:17]) + decode_touchpoints(values[17:]) == alone


def test_columns_are_named_as_the_schema_says() -> None:
    frame = codec.columns([GOOD, GOOD], "touchpoint")
    assert frame.columns == list(Touchpoint.__struct_fields__)
    assert frame.get_column("text").to_list() == ["两壶茶", "两壶茶"]


@given(st.lists(outputs, min_size=1, max_size=5))
def test_outputs_of_a_kind_make_columns(some: list[Emitted]) -> None:
    first = type(some[0])
    same = [each for each in some if isinstance(each, first)]
    frame = codec.columns([encode_output(each) for each in same], registered(type(same[0])).name)
    rows = [from_row(row) for row in frame.to_dicts()]
    assert rows == same


def test_columns_refuse_a_block_with_a_bad_value() -> None:
    with pytest.raises(codec.NotColumnar, match="no touchpoint"):
        codec.columns([GOOD, GOOD[:-1]], "touchpoint")


def test_a_rejected_has_no_avro() -> None:
    rejected = Rejected(
        id="r", at=0, partition=0, offset=0, knowledge="k", stage="engine", reason="truncated", detail="", original=b""
    )
    with pytest.raises(TypeError, match="original bytes"):
        encode_output(rejected)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(None, "empty_value", id="a tombstone"),
        pytest.param(GOOD, "unknown_schema", id="a touchpoint is no output"),
        pytest.param(b"\x00\x00\x00\x03\xeb\x02", "truncated", id="a signal of one byte"),
    ],
)
def test_a_bad_output_has_a_reason(value: bytes | None, reason: str) -> None:
    (found,) = decode_outputs([value])
    assert isinstance(found, Undecodable)
    assert found.reason == reason
