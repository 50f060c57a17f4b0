"""What somebody may try on a console, and what it answers."""

from __future__ import annotations

import pytest

from console.accounts.people import IDLE_S, WHOLE_S
from console.web.guard import SESSION, local
from tests.console.world import HERE, PASSWORD, World, alert, csrf, signal

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def shop(world: World) -> World:
    world.join("tom", "agent", ("agent-desk",))
    world.hear(signal(), alert(), signal("s1"), alert("s1", "store"))
    return world


def test_an_alert_of_another_team_is_not_there(shop: World) -> None:
    client = shop.inside("tom")
    assert client.get("/inbox/s1").status_code == 404
    assert client.get("/inbox/s1").text == client.get("/inbox/never-was").text
    assert client.post("/alerts/s1/acknowledge", data={"csrf": csrf(client)}).status_code == 404
    assert shop.log.written == []


@pytest.mark.parametrize(
    ("form", "origin", "status"),
    [
        pytest.param("own", HERE, 303, id="our own form"),
        pytest.param("own", "http://evil.test", 403, id="from another site"),
        pytest.param("own", "null", 403, id="from a sandboxed frame"),
        pytest.param("", HERE, 403, id="without a token"),
        pytest.param("f" * 32, HERE, 403, id="with a made-up token"),
    ],
)
def test_forged_forms(shop: World, form: str, origin: str, status: int) -> None:
    client = shop.inside("tom")
    token = csrf(client) if form == "own" else form
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": token}, headers={"origin": origin})
    assert (answer.status_code, len(shop.log.written)) == (status, status == 303)


def test_a_token_of_another_session_is_worth_nothing(shop: World) -> None:
    shop.join("eve", "agent")
    theirs = csrf(shop.inside("eve"))
    assert shop.inside("tom").post("/alerts/a1/acknowledge", data={"csrf": theirs}).status_code == 403


def test_a_form_without_a_word_of_its_origin(shop: World) -> None:
    client = shop.inside("tom")
    del client.headers["origin"]
    assert client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}).status_code == 403


def test_a_customers_text_is_text(shop: World) -> None:
    shop.hear(signal("x"), alert("x", title=SCRIPT, happened=SCRIPT, customer=f"c{SCRIPT}"))
    client = shop.inside("tom")
    for page in (
        client.get("/inbox/x"),
        client.get("/inbox", headers={"x-part": "list"}),
        client.get("/inbox?q=<script>"),
    ):
        assert page.status_code == 200
        assert (
            "<script>alert" in page.text,
            "<img" in page.text,
            "onerror=alert" in page.text.replace("&gt;", ">").split("<img")[-1] and "<img" in page.text,
        ) == (False, False, False)


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/live", "/live"), ("/inbox/a1?x=1", "/inbox/a1?x=1"), ("//evil.test", "/"), ("https://evil.test", "/"),
        ("/\\evil.test", "/"), ("/a\\b", "/"), ("javascript:alert(1)", "/"), ("/\t/evil.test", "/"), ("", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
    ],
)  # fmt: skip
def test_where_a_link_may_lead(asked: str, leads: str) -> None:
    assert local(asked) == leads


def test_an_open_redirect_after_the_log_in(shop: World) -> None:
    client = shop.stranger()
    answer = client.post("/login", data={"name": "tom", "password": PASSWORD, "next": "//evil.test/"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")


def test_a_session_that_somebody_else_chose(shop: World) -> None:
    client = shop.stranger()
    client.cookies.set(SESSION, "chosen-by-eve")
    client.post("/login", data={"name": "tom", "password": PASSWORD})
    eve = shop.stranger()
    eve.cookies.set(SESSION, "chosen-by-eve")
    assert eve.get("/inbox").headers["location"].startswith("/login")


def test_a_session_ends_with_its_log_out(shop: World) -> None:
    client = shop.inside("tom")
    kept = client.cookies[SESSION]
    client.post("/logout", data={"csrf": csrf(client)})
    client.cookies.set(SESSION, kept)
    assert client.get("/inbox").status_code == 303


@pytest.mark.parametrize("age", [pytest.param(IDLE_S + 1, id="idle"), pytest.param(WHOLE_S + 1, id="old")])
def test_a_session_ends_by_itself(tmp_path: object, world: World, age: float) -> None:
    del tmp_path
    person = world.join("tom", "agent")
    token = world.people.open(person)
    assert world.people.of(token) == person
    began = world.people._clock
    world.people._clock = lambda: began() + age
    assert world.people.of(token) is None


def test_who_is_removed_is_out_at_once(shop: World) -> None:
    client = shop.inside("tom")
    shop.people.remove("tom")
    assert client.get("/inbox").status_code == 303


def test_guessing_is_slow(shop: World) -> None:
    client = shop.stranger()
    wrong = [client.post("/login", data={"name": "tom", "password": f"guess {n}"}).status_code for n in range(6)]
    assert wrong == [401, 401, 401, 401, 401, 429]
    assert client.post("/login", data={"name": "tom", "password": PASSWORD}).status_code == 429


def test_headers(shop: World) -> None:
    client = shop.stranger()
    for path in ("/login", "/static/console.css", "/nothing"):
        found = client.get(path).headers
        assert "script-src 'self'" in found["content-security-policy"]
        assert "unsafe" not in found["content-security-policy"]
        assert (found["x-content-type-options"], found["x-frame-options"]) == ("nosniff", "DENY")
    assert client.get("/login").headers["cache-control"] == "no-store"
    answer = client.post("/login", data={"name": "tom", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert ("httponly" in cookie, "samesite=lax" in cookie) == (True, True)


def test_a_form_too_large(shop: World) -> None:
    client = shop.inside("tom")
    assert client.post("/notes", data={"csrf": csrf(client), "note": "x" * 70_000}).status_code == 413
