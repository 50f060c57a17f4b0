"""Addresses and phone numbers stand sealed in records, and make the same keys as in the clear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import hints
from schemas.codec import encode_touchpoint
from schemas.keys import IdentityKey, key_for, key_of
from schemas.sealing import KINDS, SEALED, sealed, unsealed
from schemas.wire import properties
from tests.streams.lab import touchpoint

KEY, OTHER = IdentityKey("k1", b"secret"), IdentityKey("k1", b"another secret")
CLEAR = ("anna@example.com", "+4930123456")
FACTS = {
    "fields": {"email": CLEAR[0], "plan": "gold", "phones": [{"mobile": CLEAR[1]}]}, "email": CLEAR[0], "n": 1,
    "customer": {"phone": CLEAR[1]}, "subject": "hello",
}  # fmt: skip


@given(st.sampled_from(KINDS), st.text(min_size=1))
def test_who_has_the_key_can_read_a_seal_and_nobody_else(kind: str, value: str) -> None:
    seal = sealed(kind, value, *KEY)
    if not value.startswith(SEALED):
        assert unsealed(kind, seal, *KEY) == value
        assert unsealed(kind, seal, *OTHER) is None
        assert unsealed(kind, seal, "k2", KEY.secret) is None
    assert sealed(kind, seal, *KEY) == seal == seal.lower() or value.startswith(SEALED)


@pytest.mark.parametrize("seal", ["sealed:", "sealed:k1:", "sealed:k1:????", "sealed:k1:aaaa", "anna@example.com"])
def test_what_is_no_seal_is_none(seal: str) -> None:
    assert unsealed("email", seal, *KEY) is None
    assert key_for("email", seal, KEY), "and has a key like any other text"


def test_a_seal_is_of_its_kind() -> None:
    assert unsealed("phone", sealed("email", CLEAR[0], *KEY), *KEY) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_sealed_identifier_is_the_same_person(kind: str) -> None:
    for value in CLEAR:
        assert key_for(kind, sealed(kind, value, *KEY), KEY) == key_for(kind, value, KEY)


def test_nothing_clear_stands_in_the_record() -> None:
    said = touchpoint("profile.updated", email=CLEAR[0], phone=CLEAR[1], cookie="c", properties=FACTS)
    kept = hints.private(said, KEY)
    body = encode_touchpoint(kept)
    assert [value for value in CLEAR if value.encode() in body or value.partition("@")[0].encode() in body] == []
    assert (key_of(kept, KEY), hints.hint_of(kept, KEY)) == (key_of(said, KEY), hints.hint_of(said, KEY))
    facts = properties(kept)
    assert (facts["fields"]["plan"], facts["subject"], facts["n"]) == ("gold", "hello", 1)
    assert unsealed("phone", facts["fields"]["phones"][0]["mobile"], *KEY) == CLEAR[1]
    assert hints.private(kept, KEY) == kept, "what comes again from the archive is not sealed twice"


def test_what_names_nobody_is_left_as_it_is() -> None:
    said = touchpoint("web.viewed", cookie="c", properties={"url": "/contact", "subject": "mail"})
    assert hints.private(said, KEY) is said
