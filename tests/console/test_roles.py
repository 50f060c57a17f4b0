"""Desks, and what a reason opens, over HTTP; the table of roles is `tests.console.access`."""

from __future__ import annotations

import pytest

from console.accounts.roles import ROLES
from tests.console.world import World, alert, csrf, signal

WORDS = "call +49 170 1234567 or write to anna.miller@example.com"


@pytest.fixture
def shop(world: World) -> World:
    world.everyone()
    world.hear(signal(), alert(happened=WORDS))
    return world


@pytest.mark.parametrize("role", [role for role in ROLES if role != "analyst"])
def test_contact_data_is_masked_until_a_reason_is_given(shop: World, role: str) -> None:
    client = shop.inside(role)
    page = client.get("/inbox/a1").text
    assert ("1234567" in page, "anna.miller" in page) == (False, False)
    form = {"csrf": csrf(client), "customer_id": "c-anna"}
    assert client.post("/reveal", data={**form, "reason": "no"}).status_code == (403 if role == "associate" else 422)
    client.post("/reveal", data={**form, "reason": "the parcel came back"})
    page = client.get("/inbox/a1").text
    seen = role != "associate"
    assert ("1234567" in page, "anna.miller@example.com" in page) == (seen, seen)
    kept = [(name, customer, reason) for name, customer, reason, _ in shop.people.reveals()]
    assert kept == ([(role, "c-anna", "the parcel came back")] if seen else [])


@pytest.mark.parametrize(
    ("teams", "places", "seen"),
    [
        pytest.param((), (), ["store", "desk"], id="all"),
        pytest.param(("store",), (), ["store"], id="their team"),
        pytest.param(("store",), ("north",), ["store"], id="their store"),
        pytest.param(("store",), ("south",), [], id="another store"),
        pytest.param(("marketing",), (), [], id="another team"),
        pytest.param((), ("north",), ["store", "desk"], id="a place, and what has none"),
    ],
)
def test_desks(world: World, teams: tuple[str, ...], places: tuple[str, ...], seen: list[str]) -> None:
    world.join("wei", "associate", teams, places)
    world.hear(signal("store", "arrival", location_id="north"), signal("desk"))
    world.hear(alert("store", "store"), alert("desk", "agent-desk", customer="c-other"))
    client = world.inside("wei")
    assert [name for name in ("store", "desk") if client.get(f"/inbox/{name}").status_code == 200] == seen
    page = client.get("/inbox").text
    assert [name for name in ("store", "desk") if f'href="/inbox/{name}"' in page] == seen
    if "desk" not in seen:
        assert client.get("/customers/c-other").status_code == 404


@pytest.mark.parametrize("key", ["*", "null", "", "x" * 2_000])
def test_what_is_no_one_customers_key_is_nobody(shop: World, key: str) -> None:
    client = shop.inside("agent")
    form = {"csrf": csrf(client), "customer_id": key, "note": "x", "reason": "the parcel came back"}
    assert [client.post(path, data=form).status_code for path in ("/notes", "/reveal")] == [404, 404]
    assert (shop.log.written, shop.people.reveals()) == ([], [])
    assert not key or client.get(f"/customers/{key}").status_code == 404


def test_a_store_sees_nothing_whose_place_is_not_known_yet(world: World) -> None:
    world.join("wei", "associate", ("store",), ("north",))
    client = world.inside("wei")
    world.hear(alert("store", "store"))
    assert client.get("/inbox/store").status_code == 404
    world.hear(signal("store", "arrival", location_id="south"))
    assert client.get("/inbox/store").status_code == 404
