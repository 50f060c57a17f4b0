"""Links hold what promise 8 says, however they arrive."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import hints
from schemas.codec import encode_touchpoint
from schemas.keys import kind_of
from streams.identity.entry import MOST, WINDOW_MS, Entry
from tests.streams.identity.homes import Homes, key
from tests.streams.lab import touchpoint

COOKIE, EMAIL, DEVICE = key("cookie", "c"), key("email", "a@x.org"), key("device", "d")

IDENTIFIERS: dict[str, tuple[str, ...]] = {
    "customer_id": ("A", "B", "C", "D"), "loyalty_card": ("1", "2", "3"), "email": ("a@x.org", "b@x.org"),
    "phone": ("+4930123456",), "device": ("d",), "cookie": ("c", "k"),
}  # fmt: skip
WHO = st.fixed_dictionaries({}, optional={kind: st.sampled_from(values) for kind, values in IDENTIFIERS.items()})
ANY = st.sampled_from([key(kind, value) for kind, values in IDENTIFIERS.items() for value in values])
STEPS = st.one_of(
    st.tuples(st.just("say"), WHO), st.tuples(st.just("say"), WHO), st.tuples(st.just("link"), st.tuples(ANY, ANY)),
    st.tuples(st.just("unlink"), ANY), st.tuples(st.just("step"), st.tuples(st.integers(0, 2), st.integers(1, 4))),
    st.tuples(st.just("die"), st.tuples(st.integers(0, 2), st.integers(0, 6))),
)  # fmt: skip


def play(steps: list[tuple[str, Any]]) -> tuple[Homes, list[str]]:
    homes, said = Homes(), []
    for what, details in steps:
        match what:
            case "say":
                if details:
                    said.append(homes.say(**details).event_id)
            case "link":
                homes.link(*details)
            case "unlink":
                homes.unlink(details)
            case "step":
                homes.step(*details)
            case "die":
                homes.step(details[0], 5, kept=details[1])
    homes.settle()
    return homes, said


@settings(max_examples=100)
@given(st.lists(STEPS, max_size=60))
def test_two_values_of_one_unique_kind_never_share_a_customer(steps: list[tuple[str, Any]]) -> None:
    homes, said = play(steps)
    members: dict[str, set[str]] = {}
    for each, entry in homes.entries().items():
        members.setdefault(homes.customer(each), {each}).add(each)
        assert len(entry.donors) <= MOST
        if entry.to:
            assert each in homes.entry(entry.to).donors, "who is pointed at knows it"
    for customer, ours in members.items():
        for unique in ("customer_id", "loyalty_card"):
            assert len({m for m in {*ours, customer} if kind_of(m) == unique}) <= 1, ours
    for event_id in said:
        assert (
            homes.times(event_id) + sum(r.original.count(event_id.encode()) > 0 for r in homes.rejected.values()) >= 1
        )


@settings(max_examples=100)
@given(st.lists(STEPS, max_size=40))
def test_no_touchpoint_comes_twice(steps: list[tuple[str, Any]]) -> None:
    homes, said = play(steps)
    for event_id in said:
        assert homes.times(event_id) <= 1


def test_a_login_links_the_cookie_and_what_comes_after_goes_to_the_customer() -> None:
    homes = Homes()
    before = homes.say(cookie="c")
    homes.settle()
    homes.say(customer_id="A", cookie="c")
    homes.settle()
    after = homes.say(cookie="c")
    homes.settle()
    assert homes.found(before.event_id) == {COOKIE}
    assert homes.found(after.event_id) == {"A"}
    (linked,) = homes.told("identity.linked")
    assert (linked["from"], linked["to"]) == (COOKIE, "A")
    assert 0 < linked["confidence"] < 1


def test_of_an_erased_key_no_link_is_left_and_the_next_login_links_it_anew() -> None:
    homes = Homes()
    homes.say(customer_id="A", cookie="c")
    homes.settle()
    for gone in ("A", COOKIE):
        said = touchpoint(hints.ERASED, event_id=f"erase-{gone}")
        headers = [(hints.HEADER, hints.pack(hints.Hint(op="erase", from_=gone)))]
        homes.append(gone, encode_touchpoint(said), headers)
    homes.settle()
    assert [homes.entry(gone) for gone in ("A", COOKIE)] == [Entry(), Entry()]
    assert [homes.found(f"erase-{gone}") for gone in ("A", COOKIE)] == [{"A"}, {COOKIE}], "each, for the engine"
    after = homes.say(cookie="c")
    homes.settle()
    assert homes.found(after.event_id) == {COOKIE}
    homes.say(customer_id="A", cookie="c")
    homes.settle()
    assert homes.customer(COOKIE) == "A"


def test_a_shared_tablet_stops_linking_and_says_so() -> None:
    homes = Homes()
    for who in ("A", "B", "C"):
        homes.say(customer_id=who, device="d")
        homes.settle()
    alone = homes.say(device="d")
    homes.settle()
    assert homes.found(alone.event_id) == {DEVICE}
    assert [told["reason"] for told in homes.told("identity.conflicted")] == ["already_linked", "shared"]
    assert homes.entry(DEVICE).shared
    homes.say(customer_id="A", device="d")
    homes.settle()
    assert homes.customer(DEVICE) == DEVICE


def test_two_in_the_window_and_a_third_after_it_are_no_crowd() -> None:
    homes = Homes()
    homes.say(customer_id="A", device="d")
    homes.say(customer_id="B", device="d")
    homes.settle()
    homes.now += WINDOW_MS // 1000
    homes.say(customer_id="C", device="d")
    homes.settle()
    assert homes.customer(DEVICE) == "A"


def test_a_second_card_is_a_conflict() -> None:
    homes = Homes()
    for card in "12":
        homes.say(customer_id="A", loyalty_card=card)
        homes.settle()
    assert homes.customer("loyalty_card:1") == "A"
    assert homes.customer("loyalty_card:2") == "loyalty_card:2"
    assert [told["reason"] for told in homes.told("identity.conflicted")] == ["two_cards"]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("AAB"), st.integers(0, 60), st.booleans()), min_size=40, max_size=80))
def test_a_customer_never_collects_more_than_the_cap(steps: list[tuple[str, int, bool]]) -> None:
    homes = Homes()
    for who, number, settled in steps:
        homes.say(customer_id=who, cookie=f"c{number}")
        if settled:
            homes.settle()
    homes.settle()
    for who in "AB":
        donors = homes.entry(who).donors
        assert len(donors) <= MOST
        assert [donor for donor in donors if homes.entry(donor).to != who] == [], "who is counted points here"


def test_the_keys_of_a_customer_are_capped() -> None:
    homes = Homes()
    for n in range(MOST + 3):
        homes.say(customer_id="A", cookie=f"c{n}")
    homes.settle()
    assert len(homes.entry("A").donors) == MOST
    assert [told["reason"] for told in homes.told("identity.conflicted")] == ["too_many"] * 3


def test_unlinked_by_a_person_stays_unlinked_until_a_person_links_it() -> None:
    homes = Homes()
    homes.say(customer_id="A", cookie="c")
    homes.settle()
    homes.unlink(COOKIE)
    homes.settle()
    homes.now += 2 * WINDOW_MS // 1000
    homes.say(customer_id="A", cookie="c")
    homes.settle()
    assert homes.customer(COOKIE) == COOKIE
    homes.link(COOKIE, "A")
    homes.settle()
    assert homes.customer(COOKIE) == "A"


@pytest.mark.parametrize(
    ("weak", "to"),
    [
        pytest.param("A", "B", id="two customers"),
        pytest.param("A", "loyalty_card:1", id="downwards"),
        pytest.param(COOKIE, key("cookie", "k"), id="of one kind"),
    ],
)
def test_a_link_leads_upwards_only(weak: str, to: str) -> None:
    homes = Homes()
    homes.link(weak, to)
    homes.settle()
    assert homes.customer(weak) == weak
    assert [told["reason"] for told in homes.told("identity.conflicted")] == ["not_stronger"]


CHAIN = [COOKIE, DEVICE, key("social", "x:y"), key("phone", "+4930123456"), EMAIL]


@pytest.mark.parametrize(("length", "arrives"), [(1, True), (2, True), (3, True), (4, False)])
def test_a_chain_of_more_than_three_hops_ends_in_a_dead_letter(length: int, arrives: bool) -> None:
    homes = Homes()
    chain = CHAIN[-length:]
    for weak, to in zip(chain, [*chain[1:], "A"], strict=True):
        homes.link(weak, to)
    homes.settle()
    kind = kind_of(chain[0])
    value = {"cookie": "c", "device": "d", "social": "x:y", "phone": "+4930123456", "email": "a@x.org"}[kind]
    said = homes.say(**{kind: value})
    homes.settle()
    assert homes.found(said.event_id) == ({"A"} if arrives else set())
    assert [each.reason for each in homes.rejected.values()] == ([] if arrives else ["chain_too_long"])


def test_an_address_of_which_the_customer_becomes_known_leads_on() -> None:
    homes = Homes()
    homes.say(email="a@x.org", cookie="c")
    homes.say(customer_id="A", cookie="c")
    homes.settle()
    assert homes.customer(COOKIE) == "A"


@pytest.mark.parametrize(("consented", "goes_to"), [(True, "A"), (False, None)])
def test_a_face_is_stripped_and_known_only_by_consent(consented: bool, goes_to: str | None) -> None:
    homes = Homes()
    facts = {"scope": "camera", "granted": consented}
    homes.say("consent.changed", customer_id="A", face_token="f", properties=facts)
    homes.settle()
    seen = homes.say("store.entered", face_token="f")
    homes.settle()
    assert homes.found(seen.event_id) == {goes_to or f"none:{seen.event_id}"}
    homes.say("consent.changed", customer_id="A", properties={"scope": "camera", "granted": False})
    homes.settle()
    again = homes.say("store.entered", face_token="f")
    homes.settle()
    assert homes.found(again.event_id) == {f"none:{again.event_id}"}
    assert all(body.face_token is None for log in homes.resolved for _, _, body in log)
