"""Who comes in and stays in: log-in, sessions, guesses, and where a link may lead afterwards."""

from __future__ import annotations

import asyncio
import socket
from threading import Event
from urllib.parse import urlsplit

import httpx2
import pytest

from console import server
from console.accounts.limits import GUESSED_S, GUESSES, WIDER, Guesses
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


def test_a_log_out_wakes_the_other_pages_of_the_browser(shop: World) -> None:
    """So that a page which was left open goes at once, not when something changes."""
    inside = shop.inside("tom")
    form, cookies = {"csrf": csrf(inside)}, {SESSION: inside.cookies[SESSION]}

    async def leave() -> bool:
        waiting = asyncio.create_task(shop.hub.changed(shop.hub.standing.number, 600))
        await asyncio.sleep(0)  # it waits
        transport = httpx2.ASGITransport(app=shop.app)
        async with httpx2.AsyncClient(
            transport=transport, base_url=HERE, headers={"origin": HERE}, cookies=cookies
        ) as client:
            assert (await client.post("/logout", data=form)).headers["location"] == "/login"
        async with asyncio.timeout(10):
            return await waiting

    assert asyncio.run(leave())


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
    [
        pytest.param(["tom"] * 20, GUESSES, id="one name"),
        pytest.param([f"n{n}" for n in range(WIDER + 10)], WIDER, id="many names"),
    ],
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


def test_who_guesses_shuts_the_door_for_nobody_else(shop: World) -> None:
    """Neither for others behind the same address, nor for the same name from another one."""
    eve, colleague, tom = shop.stranger(), shop.stranger(), shop.stranger(at="192.0.2.8")
    for name in ("tom", *(f"n{n}" for n in range(10))):
        for _ in range(GUESSES):
            eve.post("/login", data={"name": name, "password": "guess"})
    shop.join("ann", "agent")
    assert colleague.post("/login", data={"name": "ann", "password": PASSWORD}).status_code == 303
    assert eve.post("/login", data={"name": "tom", "password": PASSWORD}).status_code == 429
    assert tom.post("/login", data={"name": "tom", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize(
    ("most", "name", "address"),
    [
        pytest.param(WIDER, "n{}", "192.0.2.7", id="all names from one address"),
        pytest.param(WIDER, "tom", "192.0.2.{}", id="one name from all addresses"),
        pytest.param(GUESSES, "tom", "2001:db8::{}", id="one name from addresses of one network"),
    ],
)
def test_who_changes_name_or_address_ends_in_a_bound(most: int, name: str, address: str) -> None:
    now = 0.0
    guesses = Guesses(lambda: now)
    assert all(guesses.begin(name.format(n), address.format(n)) for n in range(most))
    assert not guesses.begin(name.format(most), address.format(most))
    assert guesses.begin("ann", "2001:db8:1::1")
    now = GUESSED_S + 1
    assert guesses.begin(name.format(most), address.format(most))


def test_the_log_names_the_address_that_may_be_a_proxys(caplog: pytest.LogCaptureFixture) -> None:
    guesses = Guesses()
    for n in range(WIDER + 1):
        guesses.begin(f"n{n}", "10.0.0.7")
    assert "from 10.0.0.7; if all staff come by way of it, RAPPORT_CONSOLE_PROXIES names it" in caplog.text


@pytest.mark.parametrize(
    ("proxies", "last"),
    [
        pytest.param([], 429, id="nobody is believed"),
        pytest.param(["10.9.9.9"], 429, id="another is believed"),
        pytest.param(["127.0.0.1"], 303, id="the proxy is believed"),
        pytest.param(["127.0.0.0/8"], 303, id="its network is believed"),
    ],
)
def test_of_a_proxy_that_is_named_alone_is_believed_who_is_behind_it(
    shop: World, proxies: list[str], last: int
) -> None:
    """What a caller writes of themselves stands before what the proxy writes of them, and is not believed."""

    async def talk() -> list[int]:
        serving, door = server.serving(shop.app, proxies), socket.create_server(("127.0.0.1", 0))
        task = asyncio.create_task(serving.serve([door]))
        here = f"http://127.0.0.1:{door.getsockname()[1]}"
        try:
            async with httpx2.AsyncClient(base_url=here, headers={"origin": here}) as client:
                said = [(f"198.51.100.{n}, 203.0.113.7", f"guess {n}") for n in range(GUESSES + 1)]
                tries = [
                    await client.post(
                        "/login", data={"name": "tom", "password": word}, headers={"x-forwarded-for": behind}
                    )
                    for behind, word in [*said, ("203.0.113.8", PASSWORD)]
                ]
                return [each.status_code for each in tries]
        finally:
            serving.end()
            await task

    assert asyncio.run(talk()) == [401] * GUESSES + [429, last]


def test_who_comes_in_was_not_guessing(shop: World) -> None:
    for _ in range(40):
        assert shop.stranger().post("/login", data={"name": "tom", "password": PASSWORD}).status_code == 303
