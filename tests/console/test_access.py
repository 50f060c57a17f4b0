"""Who may what: each cell of the table over HTTP, and nothing in the console that is not in the table."""

from __future__ import annotations

import httpx2
import msgspec
import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from console.accounts.people import Person
from console.pages import customer
from console.pages.reading import Nobody, Seen
from console.web.guard import SESSION
from console.web.words import words
from tests.console.access import BEGIN, DOC, END, FORM, NOBODY, TABLE, WHO, Cell, Row, written
from tests.console.furnished import ADDRESS, ELSEWHERE, FACE, MAIL, NUMBER, STAFF, Shop, seen
from tests.console.world import alert, change, csrf, signal

CONTACT = (MAIL, NUMBER, ADDRESS, FACE)
WORDS = ("parcel", "lawyer")
OF_SESSIONS = ("/login", "/logout", "/like", "/events")
"""They begin and end sessions, and change nothing else."""
CELLS = [pytest.param(row, who, id=f"{who} {row.name}") for row in TABLE for who in WHO]
LOOKED_AT = [pytest.param(row, id=row.name) for row in TABLE if row.method == "GET"]


def browser(shop: Shop, who: str) -> TestClient:
    return shop.world.stranger() if who == NOBODY else shop.world.inside(who)


def ask(shop: Shop, client: TestClient, row: Row, who: str, path: str, form: dict[str, str]) -> httpx2.Response:
    if row.method == "POST":
        return client.post(path, data=form)
    if row.path == "/events":
        shop.ends_streams(who)
    return client.get(path)


def test_the_table_names_every_route_and_nothing_else(furnished: Shop) -> None:
    found = set()
    for route in furnished.world.app.routes:
        assert isinstance(route, Route | Mount), f"{route} needs a row of its own kind"
        methods = route.methods or set() if isinstance(route, Route) else {"GET"}
        found |= {(method, route.path) for method in methods - {"HEAD"}}
    assert found == {(row.method, row.path) for row in TABLE}
    assert len(TABLE) == len(found)


def test_the_docs_show_the_table() -> None:
    assert DOC.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0] == written(), "python -m tests.console.access"


@pytest.mark.parametrize(("row", "who"), CELLS)
def test_each_cell(furnished: Shop, row: Row, who: str) -> None:
    cell, client = row.cells[WHO.index(who)], browser(furnished, who)
    token = {} if who == NOBODY else {"csrf": csrf(client)}
    outputs = furnished.runs.outputs if "{output}" in row.path else ("",)
    asks = [furnished.address(path, output) for path in row.asks for output in outputs]
    others = [furnished.address(path) for path in row.others]
    other_form = {**row.form, "customer_id": "c-bert"} if "customer_id" in row.form else dict(row.form)
    for path in asks:
        before = furnished.traces()
        answer = ask(furnished, client, row, who, path, {**row.form, **token})
        if cell.scope == "no":
            _refused(answer, row, who)
            assert row.method == "POST" or client.head(path).status_code == (401 if who == NOBODY else 403)
            assert furnished.traces() == before
        else:
            assert answer.status_code in row.status, (path, answer.text)
            _in_sight(answer, cell)
            if row.path not in OF_SESSIONS:
                assert (furnished.traces() != before) == (row.method == "POST" and row.alters), path
        if cell.sight == "reason":
            reason = {**token, "customer_id": "c-anna", "reason": "they wait on the line"}
            assert client.post("/reveal", data=reason).status_code == 303
            shown = client.get(path).text
            assert all(each in shown for each in (MAIL, NUMBER)), "a reason opens it"
        elif cell.sight == "masked" and who != NOBODY:
            for name, why in ((f"{who}-2", "somebody else gave a reason"), (who, "themselves, in another role")):
                furnished.world.people.reveal(Person(name, "agent"), "c-anna", why)
            assert row.path == "/events" or not any(each in client.get(path).text for each in CONTACT)
    for path in others:
        before = furnished.traces()
        answer = ask(furnished, client, row, who, path, {**other_form, **token})
        match cell.scope:
            case "no":
                _refused(answer, row, who)
            case "desk":
                assert answer.status_code == 404, path
                assert not any(each in answer.text for each in ELSEWHERE)
            case "all":
                assert answer.status_code in row.status, (path, answer.text)
        assert (furnished.traces() != before) == (cell.scope == "all" and row.method == "POST"), path


def _refused(answer: httpx2.Response, row: Row, who: str) -> None:
    wanted = 403 if who != NOBODY else 303 if row.method == "GET" else 401
    assert answer.status_code == wanted, answer.text
    assert answer.headers.get("location", "/login").startswith("/login")
    _empty(answer)


def _in_sight(answer: httpx2.Response, cell: Cell) -> None:
    match cell.sight:
        case "nothing":
            _empty(answer)
        case "masked" | "reason":
            assert not any(each in answer.text for each in CONTACT)
            assert "c-anna" in answer.text
            assert "•••" in answer.text
        case "nameless":
            _empty(answer)
            assert STAFF not in answer.text
        case "keys":
            assert not any(each in answer.text for each in (*CONTACT, *WORDS))
            assert "c-anna" in answer.text
        case "staff":
            _empty(answer)
            assert STAFF in answer.text
    if cell.scope == "desk":
        assert not any(each in answer.text for each in ELSEWHERE)


def _empty(answer: httpx2.Response) -> None:
    """Nothing about any one customer."""
    for each in (*CONTACT, *WORDS, "c-anna", *ELSEWHERE):
        assert each not in answer.text


@pytest.mark.parametrize("who", [each for each in WHO if each not in (NOBODY, "analyst")])
def test_a_card_names_what_other_desks_have_of_the_customer_and_shows_nothing_of_it(furnished: Shop, who: str) -> None:
    """What stands beside: what it is about, whose it is, how it stands and who has it; no way to it, no word of it."""
    theirs = alert("beside", "legal", title="A threat, says somebody", happened="“a secret of another desk”")
    furnished.world.hear(signal("beside", "threat"), theirs, change(theirs, "acknowledged", "zoe-of-legal"))
    client = browser(furnished, who)
    for path in ("/inbox/mine", "/inbox?tab=open"):
        page = client.get(path).text
        assert "/inbox/beside" not in page, path
        assert "a secret of another desk" not in page, path
    card = client.get("/inbox/mine", headers={"x-part": "card"}).text
    assert all(each in card for each in ("A threat, says somebody", "legal", "zoe-of-legal"))
    assert client.get("/inbox/beside").status_code == 404
    assert client.post("/alerts/beside/resolve", data={**FORM, "csrf": csrf(client)}).status_code == 404
    over = client.get("/inbox/mine-follow_up", headers={"x-part": "card"}).text
    assert ("zoe-of-legal" in over) == (who != "associate")


@pytest.mark.parametrize("row", LOOKED_AT)
def test_looking_changes_nothing(furnished: Shop, row: Row) -> None:
    client = browser(furnished, "admin")
    before = furnished.traces()
    for path in row.asks if row.path != "/events" else ():
        client.get(furnished.address(path))
        client.head(furnished.address(path))
    methods = {each.method for each in TABLE if each.path == row.path}
    for method in {"POST", "PUT", "PATCH", "DELETE"} - methods:
        assert client.request(method, furnished.address(row.asks[0])).status_code in (404, 405)
    assert furnished.traces() == before


def test_there_are_no_websockets(furnished: Shop) -> None:
    client = browser(furnished, "admin")
    for row in TABLE:
        with pytest.raises(WebSocketDisconnect), client.websocket_connect(furnished.address(row.asks[0])):
            pass


@pytest.mark.parametrize(
    ("written", "leads"),
    [
        pytest.param(f"email:{MAIL}", "email:k1:", id="by kind"),
        pytest.param(f" {MAIL} ", "email:k1:", id="an address says its kind itself"),
        pytest.param("+49 170 1234567", "phone:k1:", id="so does an international number"),
        pytest.param("1701234567", "1701234567", id="digits are a customer's number"),
        pytest.param("@anna", "%40anna", id="a name is no address"),
    ],
)
def test_what_is_looked_for_by_address_stands_in_no_address_line(furnished: Shop, written: str, leads: str) -> None:
    client = browser(furnished, "agent")
    page = client.get(f"/customers?q={MAIL}").text
    assert MAIL not in page
    assert '<form method="post" action="/customers">' in page
    found = client.post("/customers", data={"csrf": csrf(client), "q": written}).headers["location"]
    assert found.startswith(f"/customers/{leads}")
    assert "miller" not in found


def test_what_an_archive_that_is_away_would_know_is_not_said_to_be_nothing(
    furnished: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, away = browser(furnished, "agent"), words("en")["budget.away"]
    for budget, unknown in ((None, 3), (1, 0)):
        found = msgspec.structs.replace(seen("c-anna", "hello"), notes=(), budget=budget)
        monkeypatch.setattr(customer, "read", lambda *asked, found=found: found)
        page = client.get("/customers/c-anna").text
        assert page.count(away) == unknown
        assert (words("en")["notes.none"] in page) == (unknown == 0)


@pytest.mark.parametrize(("near", "said"), [("", "请核对一下写法"), ("c-anne", '"/customers/c-anne">c-anne</a>')])
def test_who_is_not_known_is_told_in_the_readers_language(
    furnished: Shop, monkeypatch: pytest.MonkeyPatch, near: str, said: str
) -> None:
    def read(*asked: object) -> Seen:
        raise Nobody(near)

    monkeypatch.setattr(customer, "read", read)
    client = furnished.world.inside("agent", **{"accept-language": "zh-CN"})
    answer = client.get("/customers/c-ann")
    assert (answer.status_code, "没有这位顾客" in answer.text, said in answer.text) == (404, True, True)
    empty = client.post("/customers", data={"csrf": csrf(client), "q": "email:"})
    assert (empty.status_code, "请核对一下写法" in empty.text) == (404, True)


def test_words_that_are_looked_for_in_the_inbox_stand_in_no_address_line(furnished: Shop) -> None:
    client = browser(furnished, "agent")
    asked = {"csrf": csrf(client), "q": "no such words", "tab": "open"}
    without_script, page = client.post("/inbox", data=asked), client.get("/inbox?q=no+such+words").text
    part = client.get("/inbox", headers={"x-part": "list", "x-words": "no%20such%20words"}).text
    assert '<form method="post" action="/inbox"' in page
    for found, shown in ((without_script.text, False), (part, False), (page, True)):
        assert ("/inbox/mine" in found) == shown


def test_a_form_after_the_session_says_so_and_how_to_come_back(furnished: Shop) -> None:
    client = browser(furnished, "agent")
    form = {"csrf": csrf(client), "customer_id": "c-anna", "note": "asked again"}
    furnished.world.people.end(client.cookies[SESSION])
    answer = client.post("/notes", data=form)
    assert answer.status_code == 401
    assert all(each in answer.text for each in ('action="/login"', "nothing was sent"))
    assert furnished.world.log.written == []
