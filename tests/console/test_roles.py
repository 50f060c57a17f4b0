"""Who sees what, over HTTP: each cell of roles × pages, and contact data in sight or not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from console.accounts.roles import ROLES
from tests.console.world import World, alert, csrf, signal

WORDS = "call +49 170 1234567 or write to anna.miller@example.com"
PAGES = (
    "/inbox", "/inbox/a1", "/events", "/customers", "/customers/c-anna", "/live", "/portfolio", "/portfolio/treatment",
    "/portfolio/effects", "/portfolio/policy", "/replay", "/operations",
)  # fmt: skip
#            inbox alert events search customer live portfolio treatment effects policy replay operations
SEEN = {
    "associate": (200, 200, 200, 403, 503, 403, 403, 403, 403, 403, 403, 403),
    "agent": (200, 200, 200, 200, 503, 403, 403, 403, 403, 403, 403, 403),
    "manager": (200, 200, 200, 200, 503, 200, 200, 200, 200, 200, 403, 403),
    "analyst": (403, 403, 403, 403, 403, 200, 200, 200, 200, 200, 200, 403),
    "admin": (200, 200, 200, 200, 503, 200, 200, 200, 200, 200, 200, 200),
}
"""503: they may, and neither archive nor stream is there in this test."""
FORMS = ("/alerts/a1/acknowledge", "/reveal", "/notes", "/letters/x/replay", "/replay")
DONE = {
    "associate": (303, 403, 303, 403, 403),
    "agent": (303, 303, 303, 403, 403),
    "manager": (303, 303, 303, 403, 403),
    "analyst": (403, 403, 403, 403, 400),
    "admin": (303, 303, 303, 503, 400),
}


@pytest.fixture
def shop(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("console.pages.operations.WAIT_S", 0.1)
    monkeypatch.setattr("rapport.customers.stream.CONNECT_S", 0.1)
    monkeypatch.setattr("console.pages.inbox.BEAT_S", 0.01)
    world.everyone()
    world.hear(signal(), alert(happened=WORDS))
    return world


@pytest.mark.parametrize("role", ROLES)
def test_pages_by_role(shop: World, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = shop.inside(role)
    found = []
    for page in PAGES:
        if page == "/events":  # a stream ends with its session
            monkeypatch.setattr(shop.hub, "changed", _log_out(shop, role))
        found.append(client.get(page).status_code)
        if page == "/events":
            client = shop.inside(role)
    assert tuple(found) == SEEN[role]


@pytest.mark.parametrize("role", ROLES)
def test_forms_by_role(shop: World, role: str) -> None:
    client = shop.inside(role)
    form = {"csrf": csrf(client), "customer_id": "c-anna", "reason": "the parcel came back", "note": "asked again"}
    assert tuple(client.post(path, data=form).status_code for path in FORMS) == DONE[role]


@pytest.mark.parametrize("path", [*PAGES, *FORMS])
def test_nobody_sees_nothing(shop: World, path: str) -> None:
    client = shop.stranger()
    answer = client.post(path, data={"csrf": "x"}) if path in FORMS else client.get(path)
    assert answer.status_code in (303, 401)
    assert "c-anna" not in answer.text
    assert answer.headers.get("location", "/login").startswith("/login")


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


def test_a_store_sees_nothing_whose_place_is_not_known_yet(world: World) -> None:
    world.join("wei", "associate", ("store",), ("north",))
    client = world.inside("wei")
    world.hear(alert("store", "store"))
    assert client.get("/inbox/store").status_code == 404
    world.hear(signal("store", "arrival", location_id="south"))
    assert client.get("/inbox/store").status_code == 404


def _log_out(shop: World, role: str) -> Callable[[int, float], Awaitable[bool]]:
    async def changed(number: int, within_s: float) -> bool:
        del number, within_s
        shop.people._do("DELETE FROM sessions WHERE name = ?", role)
        return True

    return changed
