from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner.default import murmur2 as murmur2_of_kafka
from msgspec.structs import replace

from schemas.keys import IdentityKey, is_sentinel, key_is_sentinel, key_of, murmur2, partition_for
from schemas.records import Touchpoint

K1 = IdentityKey("k1", b"a secret")


def touchpoint(**identifiers: str) -> Touchpoint:
    return replace(Touchpoint("e-1", "web.viewed", 0, 0, "web", "customer"), **identifiers)


@pytest.mark.parametrize(
    ("identifiers", "key"),
    [
        pytest.param({"customer_id": "c-1", "email": "a@b.example"}, "c-1", id="customer_id is the key as it is"),
        pytest.param({"cookie": "x", "loyalty_card": "L 1"}, "loyalty_card:L 1", id="the card before the cookie"),
        pytest.param({"face_token": "f"}, "none:e-1", id="a face makes no key"),
        pytest.param({}, "none:e-1", id="nobody"),
    ],
)
def test_the_strongest_identifier_makes_the_key(identifiers: dict[str, str], key: str) -> None:
    assert key_of(touchpoint(**identifiers), K1) == key


@pytest.mark.parametrize("kind", ["email", "phone", "account", "social", "device", "cookie"])
def test_other_identifiers_are_hashed_under_a_named_secret(kind: str) -> None:
    key = key_of(touchpoint(**{kind: "secret@value"}), K1)
    name, secret, digest = key.split(":")
    assert (name, secret, len(digest)) == (kind, "k1", 32)
    assert key != key_of(touchpoint(**{kind: "secret@value"}), IdentityKey("k1", b"another"))
    assert digest not in key_of(touchpoint(**{"device" if kind != "device" else "cookie": "secret@value"}), K1)


def test_what_is_company_wide_has_the_key_of_everyone() -> None:
    assert key_of(touchpoint(customer_id="c-1"), K1, company_wide=True) == "*"


@given(st.binary(max_size=64))
def test_murmur2_is_kafkas(data: bytes) -> None:
    assert murmur2(data) == murmur2_of_kafka(data) & 0xFFFFFFFF


@pytest.mark.parametrize(
    ("data", "signed"),
    [
        pytest.param(b"21", -973932308, id="21"),
        pytest.param(b"foobar", -790332482, id="foobar"),
        pytest.param(b"a-little-bit-long-string", -985981536, id="24 bytes"),
        pytest.param(b"a-little-bit-longer-string", -1486304829, id="26 bytes"),
        pytest.param(b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971, id="48 bytes"),
        pytest.param(b"abc", 479470107, id="abc"),
    ],
)
def test_murmur2_has_the_values_of_kafkas_own_tests(data: bytes, signed: int) -> None:
    assert murmur2(data) == signed & 0xFFFFFFFF


@given(st.binary(max_size=40), st.integers(1, 64))
def test_a_partition_is_one_of_them(key: bytes, partitions: int) -> None:
    assert 0 <= partition_for(key, partitions) < partitions


@pytest.mark.parametrize(
    "value", ["null", " Undefined", "NONE", "0", "anonymous", "N/A", "-", "", "  ", "nil", "NaN", "<NA>", r"\N"]
)
def test_sentinels_identify_nobody(value: str) -> None:
    assert is_sentinel(value)


@pytest.mark.parametrize(
    ("key", "sentinel"),
    [
        pytest.param("null", True, id="a customer_id"),
        pytest.param("loyalty_card:0", True, id="a card"),
        pytest.param("email:undefined", True, id="an e-mail that nobody hashed"),
        pytest.param("device:", True, id="nothing behind the kind"),
        pytest.param("email:k1:00ff", False, id="a hash"),
        pytest.param("none:e-1", False, id="nobody, as it should be"),
        pytest.param("none:0", False, id="nobody, in an event called 0"),
        pytest.param("c-1", False, id="a customer"),
        pytest.param("shop:null", False, id="a customer_id with a colon"),
    ],
)
def test_a_key_may_be_a_sentinel(key: str, sentinel: bool) -> None:
    assert key_is_sentinel(key) is sentinel
