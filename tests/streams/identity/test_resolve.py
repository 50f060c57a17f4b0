"""Identity: which partition, which copies, which dead letters."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import keys
from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE, Source, Touchpoint
from streams.identity.resolve import TICK_AHEAD_MS, Derived, Resolution, resolve, source_of

TOPIC = "touchpoints.raw.v1"
NOW = 1_780_000_000_000


class Kafka(NamedTuple):
    """A record as a consumer delivers it."""

    key: bytes | None
    value: bytes | None = b"any body"
    partition: int = 2
    offset: int = 7
    timestamp: int = NOW
    headers: tuple[tuple[str, bytes], ...] = ()


def company_wide(kind: str, at: int = NOW) -> bytes:
    return encode_touchpoint(Touchpoint(
        event_id=f"{kind}@{at}", type=kind, occurred_at=at, occurred_offset=0, channel="system", initiator="company",
    ))  # fmt: skip


def reasons(resolution: Resolution) -> list[str]:
    return [rejected.reason for rejected in resolution.rejected]


def sources(derived: list[Derived]) -> list[Source]:
    return [source_of(headers[0][1]) for _, _, headers, _ in derived]


@pytest.mark.parametrize("key", [b"c-1", b"*"], ids=["one customer", "everybody"])
def test_how_often_a_record_has_been_tried_goes_on_with_it(key: bytes) -> None:
    tried = ("attempt", b"2")
    record = Kafka(key, company_wide("stock.out"), headers=(("letter", b"x"), tried))
    derived = [each for forwarded in resolve([record], TOPIC, 4).forwarded for each in forwarded]
    assert derived
    assert all(headers[1:] == [tried] for _, _, headers, _ in derived)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("c-1", id="a customer's id"),
        pytest.param("loyalty_card:77", id="a card"),
        pytest.param("email:k1:0011", id="a hashed address"),
        pytest.param("none:e-1", id="nobody, yet a touchpoint"),
        pytest.param("顾客", id="not ASCII"),
        pytest.param("customer:0", id="an unknown kind is an id that has a colon"),
    ],
)
def test_an_ordinary_record_goes_on_untouched(key: str) -> None:
    record = Kafka(key.encode())
    resolution = resolve([record], TOPIC, 4)
    place = keys.partition_for(record.key or b"", 4)
    (derived,) = resolution.forwarded[place]
    assert derived[:2] == (record.key, record.value)
    assert derived[3] == NOW
    assert sources([derived]) == [Source(2, 7, 0)]
    assert derived[2][0][1].endswith(TOPIC.encode())
    assert sum(map(len, resolution.forwarded)) == 1
    assert not resolution.rejected


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        pytest.param(None, "empty_key", id="no key"),
        pytest.param(b"", "empty_key", id="an empty key"),
        pytest.param(b"null", "sentinel_identifier", id="null"),
        pytest.param(b" Undefined ", "sentinel_identifier", id="case and blanks do not help"),
        pytest.param(b"none", "sentinel_identifier", id="none without an event"),
        pytest.param(b"0", "sentinel_identifier", id="zero"),
        pytest.param(b"loyalty_card:n/a", "sentinel_identifier", id="a card that is none"),
        pytest.param(b"loyalty_card:", "sentinel_identifier", id="an empty card"),
        pytest.param(b"\xff\xfe", "bad_encoding", id="not UTF-8"),
    ],
)
def test_a_key_that_identifies_nobody_is_a_dead_letter(key: bytes | None, reason: str) -> None:
    resolution = resolve([Kafka(key)], TOPIC, 4)
    (rejected,) = resolution.rejected
    assert (rejected.stage, rejected.reason, rejected.original) == ("identity", reason, b"any body")
    assert (rejected.partition, rejected.offset, rejected.at) == (2, 7, NOW)
    assert not any(resolution.forwarded)


def test_what_concerns_everyone_is_copied_to_every_partition_and_numbered() -> None:
    value = company_wide("policy.changed")
    resolution = resolve([Kafka(EVERYONE.encode(), value)], TOPIC, 3)
    assert [[each[:2] for each in derived] for derived in resolution.forwarded] == [[(b"*", value)]] * 3
    assert [sources(derived) for derived in resolution.forwarded] == [[Source(2, 7, n)] for n in range(3)]
    assert resolution.copied == 1


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        pytest.param(-3_600_000, [], id="a tick of the past is the engine's matter"),
        pytest.param(TICK_AHEAD_MS, [], id="a minute ahead is inside"),
        pytest.param(TICK_AHEAD_MS + 1, ["tick_from_future"], id="just outside"),
    ],
)
def test_a_tick_from_a_wrong_clock_is_refused(ahead: int, expected: list[str]) -> None:
    resolution = resolve([Kafka(b"*", company_wide("clock.tick", NOW + ahead))], TOPIC, 2)
    assert reasons(resolution) == expected
    assert any(resolution.forwarded) == (not expected)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(None, "empty_value", id="no value"),
        pytest.param(b"{}", "not_framed", id="not framed"),
        pytest.param(company_wide("stock.out")[:-3], "truncated", id="cut short"),
    ],
)
def test_a_company_wide_record_that_cannot_be_read_is_one_dead_letter_not_many(
    value: bytes | None, reason: str
) -> None:
    resolution = resolve([Kafka(b"*", value)], TOPIC, 4)
    assert reasons(resolution) == [reason]
    assert not any(resolution.forwarded)


def test_a_record_without_value_goes_on_for_the_engine_to_judge() -> None:
    resolution = resolve([Kafka(b"c-1", None)], TOPIC, 1)
    assert resolution.forwarded[0][0][:2] == (b"c-1", None)


KEYS = st.sampled_from([b"a", b"b", b"loyalty_card:9", b"*", b"null", None, b"\xff", b"none:e"])


@given(st.lists(KEYS, max_size=40), st.integers(1, 7), st.integers(1, 10))
def test_the_cut_of_the_chunks_does_not_show(drawn: list[bytes | None], partitions: int, size: int) -> None:
    body = company_wide("clock.tick")
    log = [Kafka(key, body, offset=offset) for offset, key in enumerate(drawn)]
    whole = resolve(log, TOPIC, partitions)
    parts = [resolve(log[start : start + size], TOPIC, partitions) for start in range(0, len(log), size)]
    for place in range(partitions):
        assert whole.forwarded[place] == [derived for part in parts for derived in part.forwarded[place]]
    assert whole.rejected == [rejected for part in parts for rejected in part.rejected]
    assert whole.copied == sum(part.copied for part in parts)


@given(st.lists(KEYS, max_size=40), st.integers(1, 7))
def test_no_record_is_lost_and_none_overtakes_another(drawn: list[bytes | None], partitions: int) -> None:
    log = [Kafka(key, company_wide("stock.out"), offset=offset) for offset, key in enumerate(drawn)]
    resolution = resolve(log, TOPIC, partitions)
    came = [source.offset for derived in resolution.forwarded for source in sources(derived)]
    refused = [rejected.offset for rejected in resolution.rejected]
    assert sorted(set(came) | set(refused)) == list(range(len(log)))
    assert not set(came) & set(refused)
    for derived in resolution.forwarded:
        offsets = [source.offset for source in sources(derived)]
        assert offsets == sorted(offsets)


def test_the_same_record_is_rejected_under_the_same_id() -> None:
    first, again = (resolve([Kafka(None)], TOPIC, 4).rejected[0] for _ in range(2))
    other = resolve([Kafka(None, offset=8)], TOPIC, 4).rejected[0]
    assert first.id == again.id != other.id
    assert msgspec.json.encode(first) == msgspec.json.encode(again)
