"""What somebody may try on a console, and what it answers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from console import server
from console.web import guard
from producers.collector import server as collector
from tests.console.access import TABLE, Row
from tests.console.furnished import Runs, Shop, kept_run
from tests.console.world import HERE, PASSWORD, World, alert, csrf, signal
from tests.producers.collector import collecting, signing
from tests.producers.collector.collecting import Service

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def test_an_alert_of_another_team_is_not_there(shop: World) -> None:
    client = shop.inside("tom")
    assert client.get("/inbox/s1").status_code == 404
    assert client.get("/inbox/s1").text == client.get("/inbox/never-was").text
    assert client.post("/alerts/s1/acknowledge", data={"csrf": csrf(client)}).status_code == 404
    assert shop.log.written == []


FORMS = [pytest.param(row, id=row.path) for row in TABLE if row.method == "POST"]
FORGED: dict[str, tuple[str, dict[str, str]]] = {
    "from another site": ("own", {"origin": "http://evil.test"}),
    "from a neighbour's port": ("own", {"origin": f"{HERE}:9000"}),
    "from a sandboxed frame": ("own", {"origin": "null"}),
    "without a word of its origin": ("own", {"origin": ""}),
    "by its referrer only": ("own", {"origin": "", "referer": "http://evil.test/"}),
    "by a browser's word": ("own", {"origin": "", "sec-fetch-site": "cross-site"}),
    "without a token": ("", {}),
    "with a made-up token": ("f" * 32, {}),
    "with a token of another session": ("eve", {}),
}
"""Whose token a form carries, and what stands in its head."""


@pytest.mark.parametrize("row", FORMS)
def test_forged_forms(furnished: Shop, row: Row) -> None:
    client, eve = furnished.world.inside("admin"), furnished.world.inside("agent")
    tokens = {"own": csrf(client), "eve": csrf(eve)}
    before = furnished.traces()
    for how, (whose, head) in FORGED.items():
        for path in row.asks:
            answer = client.post(path, data={**row.form, "csrf": tokens.get(whose, whose)}, headers=head)
            assert (answer.status_code, "set-cookie" in answer.headers) == (403, False), how
    assert furnished.traces() == before
    assert client.get("/inbox").status_code == 200, "nobody is logged out by it"


@pytest.mark.parametrize("forged", [name for name, (whose, _) in FORGED.items() if whose == "own"])
def test_nobody_is_logged_in_as_somebody_by_another_site(world: World, forged: str) -> None:
    world.join("eve", "agent")
    form = {"name": "eve", "password": PASSWORD}
    answer = world.stranger().post("/login", data=form, headers=FORGED[forged][1])
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


@pytest.fixture(scope="module")
def hostile_runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return kept_run(tmp_path_factory.mktemp("hostile"), f"{SCRIPT} I will call a lawyer")


@pytest.fixture
def hostile(tmp_path: Path, hostile_runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    found = Shop(tmp_path, hostile_runs, monkeypatch, SCRIPT)
    yield found
    found.world.close()


SAYS = ("/inbox", "/inbox/{alert_id}", "/events", "/customers/{customer_id:path}", "/portfolio/treatment",
        "/portfolio/policy", "/operations", "/replay/{run}/{output}")  # fmt: skip
"""Pages on which somebody's words stand."""
ASKED_BACK = ("/login?next=/{}", "/inbox/{}", "/customers/{}", "/live?until={}",
              "/portfolio/policy?kind={}", "/replay/compare?before={}&after={}", "/{}")  # fmt: skip
"""Where a page could say what was asked for."""


@pytest.mark.parametrize("row", [pytest.param(row, id=row.path) for row in TABLE if row.method == "GET"])
def test_what_anybody_said_is_text(hostile: Shop, row: Row) -> None:
    client = hostile.world.inside("admin")
    if row.path == "/events":
        hostile.ends_streams("admin")
    outputs = hostile.runs.outputs if "{output}" in row.path else ("",)
    pages = [client.get(hostile.address(path, output)).text for path in row.asks for output in outputs]
    if row.path == "/events":
        told = [line[6:] for line in pages[0].splitlines() if line.startswith("data: ")]
        pages = [msgspec.json.decode(each).get("html", "") for each in told]
    assert not any("<script>alert" in page or "<img src" in page for page in pages)
    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in page for page in pages) == (row.path in SAYS)


@pytest.mark.parametrize("path", ASKED_BACK)
def test_what_is_asked_for_is_text(hostile: Shop, path: str) -> None:
    for client in (hostile.world.inside("admin"), hostile.world.stranger()):
        page = client.get(path.format(SCRIPT, SCRIPT)).text
        assert "<script>alert" not in page
        assert "<img src" not in page


def test_what_is_looked_for_is_text(hostile: Shop) -> None:
    client = hostile.world.inside("admin")
    part = client.get("/inbox", headers={"x-part": "list", "x-words": quote(SCRIPT)}).text
    for page in (client.post("/inbox", data={"csrf": csrf(client), "q": SCRIPT}).text, part):
        assert ("<script>alert" in page, "<img src" in page) == (False, False)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_note_is_kept_as_it_was_written_and_shown_as_text(hostile: Shop) -> None:
    client = hostile.world.inside("agent")
    client.post("/notes", data={"csrf": csrf(client), "customer_id": "c-anna", "note": f"{SCRIPT}\0", "nonce": SCRIPT})
    (written,) = hostile.world.log.written
    assert written.text == SCRIPT
    client.post("/login", data={"name": SCRIPT, "password": SCRIPT, "csrf": csrf(client)})
    wrong = hostile.world.stranger().post("/login", data={"name": SCRIPT, "password": SCRIPT, "next": f"/{SCRIPT}"})
    bad = {"csrf": csrf(admin := hostile.world.inside("admin")), "source": "archive", "changes": f"{SCRIPT}=1"}
    for page in (wrong, admin.post("/replay", data=bad)):
        assert ("<script>alert" in page.text, "&lt;script&gt;alert" in page.text) == (False, True)


def test_a_customers_text_is_text(shop: World) -> None:
    shop.hear(signal("x"), alert("x", title=SCRIPT, happened=SCRIPT, customer=f"c{SCRIPT}"))
    client = shop.inside("tom")
    for page in (
        client.get("/inbox/x"),
        client.get("/inbox", headers={"x-part": "list"}),
        client.get("/inbox", headers={"x-words": quote("<script>")}),
    ):
        assert page.status_code == 200
        assert (
            "<script>alert" in page.text,
            "<img" in page.text,
            "onerror=alert" in page.text.replace("&gt;", ">").split("<img")[-1] and "<img" in page.text,
        ) == (False, False, False)


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


def test_more_fields_than_a_form_has(shop: World) -> None:
    client = shop.inside("tom")
    form = {"csrf": csrf(client), **{f"f{n}": "x" for n in range(40)}}
    assert client.post("/notes", data=form).status_code == 413


@pytest.mark.parametrize("zone", ["Nowhere/None", "../../etc/passwd", "Europe", "\x01", "a" * 4_000])
def test_a_zone_that_is_none(shop: World, zone: str) -> None:
    assert shop.stranger(cookie=f"tz={zone}").get("/login").status_code == 200


@pytest.mark.parametrize("minutes", ["²", "١٥", "9" * 5_000, "-15", "15.0", ""])
def test_a_pause_that_is_none(shop: World, minutes: str) -> None:
    client = shop.inside("tom")
    form = {"csrf": csrf(client), "minutes": minutes}
    assert client.post("/alerts/a1/snooze", data=form).status_code == 409
    assert shop.log.written == []


@pytest.mark.parametrize("place", ["²", "9" * 5_000, "-1", "1 or 1=1"])
def test_a_place_in_the_stream_that_is_none(furnished: Shop, place: str) -> None:
    client = furnished.world.inside("admin")
    furnished.ends_streams("admin")
    seen = f"{furnished.world.hub.epoch}.{place}".encode("latin-1")
    told = client.get("/events", headers={b"last-event-id": seen})
    assert (told.status_code, "event: reset" in told.text) == (200, True)


@pytest.mark.parametrize("until", ["0001-01-01T00:00", "9999-12-31T23:59", "1970-01-01T00:00", "²", "x" * 9_000])
def test_a_moment_that_is_none(furnished: Shop, until: str) -> None:
    assert furnished.world.inside("admin").get("/live", params={"until": until, "window": "7d"}).status_code == 422


HEAD = b"POST /login HTTP/1.1\r\nhost: x\r\norigin: http://x\r\ncontent-type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"", 408, id="nothing"),
        pytest.param(HEAD, 408, id="a head that does not end"),
        pytest.param(HEAD + b"cookie: " + b"a" * 40_000, 431, id="a header without end"),
        pytest.param(b"GET /" + b"a" * 40_000, 431, id="an address without end"),
        pytest.param(HEAD + b"x: y\r\n" * 8_000, 431, id="headers without end"),
        pytest.param(HEAD + b"content-length: 100\r\n\r\nname=", 408, id="a body that does not end"),
        pytest.param(HEAD + b"content-length: 99999999\r\n\r\nname=", 413, id="a body that is announced too large"),
        pytest.param(HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nname=\r\n", 413, id="a body of unknown length"),
        pytest.param(b"\x16\x03\x01\x02\x00 rubbish \r\n\r\n", 400, id="no HTTP"),
    ],
)
def test_who_is_slow_or_large_is_let_go(shop: World, monkeypatch: pytest.MonkeyPatch, sent: bytes, status: int) -> None:
    monkeypatch.setattr(collector, "HEADERS_S", 0.3)
    monkeypatch.setattr(guard, "BODY_S", 0.3)

    async def talk() -> tuple[bytes, bytes]:
        serving, door = server.serving(shop.app), socket.create_server(("127.0.0.1", 0))
        task = asyncio.create_task(serving.serve([door]))
        try:
            async with asyncio.timeout(30):
                found = []
                for said in (sent, b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"):
                    reader, writer = await asyncio.open_connection(*door.getsockname())
                    writer.write(said)
                    found.append(await reader.readuntil(b"\r\n"))
                    writer.close()
        finally:
            serving.end()
            await task
        return found[0], found[1]

    refused, others = asyncio.run(talk())
    assert int(refused.split()[1]) == status
    assert b" 200 " in others, "everybody else is served"


CALL = msgspec.json.encode(
    {"call_id": "c1", "event": "ringing", "occurred_at": "2026-05-28T02:02:00Z", "from": "+49 170 1234567"}
)
CLOCK = datetime.fromtimestamp(collecting.NOW / 1000, UTC)
SIGNED = signing.signed(CALL, CLOCK)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        pytest.param({}, CALL, id="no signature"),
        pytest.param({**SIGNED, "webhook-signature": ""}, CALL, id="an empty one"),
        pytest.param({**SIGNED, "webhook-signature": "v1,AAAA"}, CALL, id="a made-up one"),
        pytest.param(signing.signed(CALL, CLOCK, secret="whsec_" + "A" * 32), CALL, id="by another secret"),
        pytest.param(SIGNED, CALL.replace(b"1234567", b"7654321"), id="of another body"),
        pytest.param({**SIGNED, "webhook-id": "msg_2"}, CALL, id="of another id"),
        pytest.param(signing.signed(CALL, CLOCK - timedelta(minutes=6)), CALL, id="of six minutes ago"),
        pytest.param(
            {**signing.signed(CALL, CLOCK - timedelta(minutes=6)), "webhook-timestamp": SIGNED["webhook-timestamp"]},
            CALL, id="of six minutes ago with the time of now",
        ),
        pytest.param(signing.signed(CALL, CLOCK + timedelta(minutes=6)), CALL, id="of the time to come"),
        pytest.param({"authorization": "Bearer guessed", **SIGNED, "webhook-signature": "v1,A"}, CALL, id="with a key"),
    ],
)  # fmt: skip
def test_a_forged_webhook(headers: dict[str, str], body: bytes) -> None:
    service = Service(sources=f"phone: {{secrets: ['{signing.SECRET}']}}")
    answer = service.ask("POST", "/v1/calls", body, headers)
    assert (answer.status, service.touchpoints, service.letters) == (401, [], [])


def test_a_webhook_that_is_sent_again_is_the_same_touchpoint() -> None:
    service = Service(sources=f"phone: {{secrets: ['{signing.SECRET}']}}")
    assert [service.ask("POST", "/v1/calls", CALL, SIGNED).status for _ in range(3)] == [200] * 3
    assert len({each.event_id for each in service.touchpoints}) == 1
