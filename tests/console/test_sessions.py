"""Who comes in and stays in: log-in, sessions, guesses, and where a link may lead afterwards."""

from __future__ import annotations

import asyncio
from threading import Event
from urllib.parse import urlsplit

import httpx2
import pytest

from console.accounts.people import IDLE_S, WHOLE_S, Person
from console.web.guard import SESSION, local
from tests.console.world import HERE, PASSWORD, World, csrf


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


@pytest.mark.parametrize(
    "next_",
    [
        "//evil.test/", "https://evil.test", "/\\evil.test", "\\\\evil.test", "http:evil.test", "///evil.test",
        "evil.test", " //evil.test", "/\t/evil.test", "javascript:alert(1)", "@evil.test", "/.//evil.test",
        "/%2f%2fevil.test", "/\r\nx: y",
    ],
)  # fmt: skip
def test_an_open_redirect_at_the_log_in(shop: World, next_: str) -> None:
    client = shop.stranger()
    page = client.get("/login", params={"next": next_}).text
    hidden = page.split('name="next" value="')[1].split('"')[0]
    answer = client.post("/login", data={"name": "tom", "password": PASSWORD, "next": next_})
    back = client.post("/like", data={"csrf": csrf(client), "lang": "en", "back": next_})
    for leads in (hidden, answer.headers["location"], back.headers["location"]):
        found = urlsplit(f"{HERE}{leads}")
        assert (found.netloc, leads[:1], leads[1:2] in "/\\" and leads != "/") == ("console.test", "/", False)


def test_a_session_that_somebody_else_chose(shop: World) -> None:
    client = shop.stranger()
    client.cookies.set(SESSION, "chosen-by-eve")
    client.post("/login", data={"name": "tom", "password": PASSWORD})
    eve = shop.stranger()
    eve.cookies.set(SESSION, "chosen-by-eve")
    assert eve.get("/inbox").headers["location"].startswith("/login")


def test_a_session_of_somebody_else_becomes_nobody_elses(shop: World) -> None:
    """Eve puts her own, which is good, into the browser of Tom, and waits for him to log in with it."""
    shop.join("eve", "associate")
    eve, tom = shop.inside("eve"), shop.stranger()
    hers = eve.cookies[SESSION]
    tom.cookies.set(SESSION, hers)
    form = {"name": "tom", "password": PASSWORD, "csrf": csrf(tom)}
    tom.cookies.set(SESSION, hers)
    answer = tom.post("/login", data=form)
    assert answer.status_code == 303
    assert hers not in answer.headers["set-cookie"]
    assert eve.get("/inbox").headers["location"].startswith("/login"), "and hers has ended"


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


@pytest.mark.parametrize(
    ("names", "looked_at"),
    [pytest.param(["tom"] * 20, 5, id="one name"), pytest.param([f"n{n}" for n in range(40)], 30, id="many names")],
)
def test_guessing_many_at_one_time_is_as_slow(
    shop: World, monkeypatch: pytest.MonkeyPatch, names: list[str], looked_at: int
) -> None:
    """No password has been looked at before those that are too many are answered."""
    all_there = Event()

    def admit(name: str, password: str) -> Person | None:
        assert all_there.wait(60)
        return None

    monkeypatch.setattr(shop.people, "admit", admit)

    async def guess() -> list[int]:
        transport = httpx2.ASGITransport(app=shop.app)
        async with httpx2.AsyncClient(transport=transport, base_url=HERE, headers={"origin": HERE}) as client:
            forms = [{"name": name, "password": f"guess {n}"} for n, name in enumerate(names)]
            tries = [asyncio.create_task(client.post("/login", data=form)) for form in forms]
            for number, answered in enumerate(asyncio.as_completed(tries), start=1):
                await answered
                if number == len(names) - looked_at:
                    all_there.set()
        return sorted(each.result().status_code for each in tries)

    assert asyncio.run(guess()) == [401] * looked_at + [429] * (len(names) - looked_at)


def test_who_comes_in_was_not_guessing(shop: World) -> None:
    for _ in range(40):
        assert shop.stranger().post("/login", data={"name": "tom", "password": PASSWORD}).status_code == 303
