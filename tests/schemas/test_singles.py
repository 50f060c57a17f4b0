from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas import codec, singles, times
from schemas.codec import encode_touchpoint
from schemas.records import Touchpoint, Undecodable
from schemas.registry import FRAME, TOUCHPOINT
from tests.schemas.strategies import touchpoints

BASE = Touchpoint("e-1", "purchase.made", 1_700_000_000_000, 480, "pos", "customer", customer_id="c-1", amount=64.0)
PIECES = st.one_of(
    st.binary(max_size=3),
    st.sampled_from([b"", b"\x00", b"\x01", b"\x02", b"\x03", b"\x80\x00", b"\x80" * 12, b"\xff"]),
)


def by_block(value: bytes) -> list[Touchpoint | Undecodable]:
    """What the reader of blocks makes of it; nothing if it is no record to it."""
    return codec._touchpoints([value], TOUCHPOINT) or []


@given(st.lists(touchpoints(), max_size=4))
def test_touchpoints_come_back_equal(some: list[Touchpoint]) -> None:
    assert singles.read([encode_touchpoint(each) for each in some]) == some


@settings(max_examples=300)
@given(touchpoints(), st.data())
def test_whatever_is_read_of_damaged_bytes_is_what_a_block_reads(touchpoint: Touchpoint, data: st.DataObject) -> None:
    value = encode_touchpoint(touchpoint)
    at = data.draw(st.integers(0, len(value)))
    damaged = value[:at] + data.draw(PIECES) + value[at + data.draw(st.integers(0, 3)) :]
    found = singles.read([damaged])
    assert found is None or codec._judged(found, [damaged]) == by_block(damaged)


def test_what_breaks_the_contract_is_refused_beside_a_few_as_beside_many() -> None:
    wrong: list[Touchpoint] = [
        replace(BASE, occurred_at=-1), replace(BASE, occurred_at=times.LATEST), replace(BASE, sent_at=-1),
        replace(BASE, received_at=times.LATEST), replace(BASE, occurred_offset=times.WIDEST_OFFSET),
        replace(BASE, received_offset=-times.WIDEST_OFFSET), replace(BASE, amount=float("nan")),
        replace(BASE, quantity=float("inf")),
    ]  # fmt: skip
    for touchpoint in wrong:
        values = [encode_touchpoint(BASE), encode_touchpoint(touchpoint)]
        few, many = codec.decode_touchpoints(values), codec.decode_touchpoints(values * 20)
        assert few * 20 == many
        assert few[0] == BASE
        assert isinstance(few[1], Undecodable)


def test_every_cut_and_every_other_frame_is_left_to_others() -> None:
    value = encode_touchpoint(BASE)
    assert all(singles.read([value[:end]]) is None for end in range(len(value)))
    assert singles.read([b"\x00\x00\x00\x03\xeb" + value[FRAME:]]) is None
    assert singles.read([value + b"\x00"]) is None
