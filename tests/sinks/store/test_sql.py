"""The store's door: token, forms, limits; and that nothing asked there ends it."""

from __future__ import annotations

import http.client
import io
import json
import threading
import time
from collections.abc import Iterator

import polars as pl
import pytest

from sinks.clickhouse.client import Limits, StoreAway, StoreError
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.remote import RemoteStore
from sinks.clickhouse.rows import blocks
from sinks.clickhouse.writer import Writer
from sinks.store.guard import LONGEST
from sinks.store.sql import AT_ONCE, MOST_BYTES, SqlServer
from tests.sinks.made import chunk, resolved

TOKEN = "t0ken"


@pytest.fixture
def door(store: EmbeddedStore) -> Iterator[SqlServer]:
    Writer(store, print).write(blocks([chunk(*(resolved(number) for number in range(5)))]))
    limits = Limits(seconds=2, rows=1000, memory=200 << 20, result=1 << 20)
    server = SqlServer(0, TOKEN, store, lambda: {"well": True, "sink": "storing"}, limits)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(
    door: SqlServer, path: str, body: str | None = None, token: str | None = TOKEN, method: str | None = None
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
    response = connection.getresponse()
    found = response.status, response.read()
    connection.close()
    return found


def test_json_lines(door: SqlServer) -> None:
    sql = "SELECT event_id, text, amount, occurred_at FROM touchpoints_now ORDER BY event_id LIMIT 1"
    status, body = ask(door, "/sql", sql)
    assert status == 200
    assert [json.loads(line) for line in body.splitlines()] == [
        {"event_id": "e000000", "text": "退货", "amount": 12.5, "occurred_at": "2026-11-22T00:38:27.242Z"}
    ]


def test_by_get_as_tsv(door: SqlServer) -> None:
    assert ask(door, "/sql?query=SELECT+count()+AS+n+FROM+log_now&format=TSV") == (200, b"n\n5\n")


def test_as_arrow(door: SqlServer) -> None:
    status, body = ask(door, "/sql?format=Arrow", "SELECT type, amount FROM touchpoints_now LIMIT 1")
    assert status == 200
    assert pl.read_ipc_stream(io.BytesIO(body)).rows() == [("web.viewed", 12.5)]


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "tökén"])
def test_nothing_without_the_token(door: SqlServer, token: str | None) -> None:
    status, body = ask(door, "/sql", "SELECT 1", token=token)
    assert status == 401
    assert b"token" in body
    assert TOKEN.encode() not in body


def test_a_door_without_a_token_does_not_open(store: EmbeddedStore) -> None:
    with pytest.raises(ValueError, match="store_token"):
        SqlServer(0, "", store, dict)


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        pytest.param("/sql", "DROP TABLE log", 403, b"refused", id="no writing"),
        pytest.param("/sql", "SELECT * FROM url('http://x')", 403, b"table functions", id="no table functions"),
        pytest.param("/sql", "SELECT nosuch FROM log", 400, b"nosuch", id="no such column"),
        pytest.param("/sql", "SELECT * FROM nosuch", 400, b"rapport init", id="no such table"),
        pytest.param("/sql", "SELECT typ FROM touchpoints_now", 400, b"data-dictionary.md", id="no such column"),
        pytest.param("/sql?format=Pretty", "SELECT 1", 400, b"JSONEachRow", id="no such form"),
        pytest.param("/sql", "SELECT number FROM system.one, log", 400, b"number", id="no such name"),
        pytest.param("/sql", "SELECT arrayJoin(range(400000))", 400, b"Limit for result", id="too many rows"),
        pytest.param("/sql", "SELECT groupArray(repeat('x', 1000000)) FROM (SELECT arrayJoin(range(900)))", 400,
                     b"memory limit", id="too much memory"),
        pytest.param("/elsewhere", "SELECT 1", 404, b"/sql", id="elsewhere"),
        pytest.param("/sql", "SELECT 1" + " " * LONGEST, 403, b"at most", id="too long"),
        pytest.param("/sql", "SELECT arrayStringConcat(arrayMap(x -> toString(x), range(200000)))", 400,
                     b"Limit for result", id="too many bytes"),
        pytest.param("/sql", f"SELECT arrayJoin(range(900)) AS {'n' * 2000}", 400, b"at most 1048576 bytes",
                     id="too many bytes of names"),
    ],
)  # fmt: skip
def test_what_fails_says_why_and_ends_nothing(door: SqlServer, path: str, body: str, status: int, says: bytes) -> None:
    found = ask(door, path, body)
    assert found[0] == status, found
    assert says in found[1]
    assert ask(door, "/sql?format=TSV", "SELECT 1 AS a") == (200, b"a\n1\n")


def test_a_body_of_any_size_is_not_read(door: SqlServer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=20)
    connection.putrequest("POST", "/sql")
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, response.will_close) == (413, True)
    connection.close()


SLOW = "SELECT count() FROM (SELECT arrayJoin(range(100000)) AS a) AS x, (SELECT arrayJoin(range(1000000)) AS b) AS y"


def test_a_query_has_its_time(door: SqlServer) -> None:
    started = time.monotonic()
    status, body = ask(door, "/sql", f"{SLOW} WHERE cityHash64(a, b) = 1")
    assert status == 400
    assert b"Timeout exceeded" in body
    assert time.monotonic() - started < 15


def test_so_many_at_once(door: SqlServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sinks.store.sql.WAIT_S", 0.1)
    for _ in range(AT_ONCE):
        door.places.acquire()
    assert ask(door, "/sql", "SELECT 1")[0] == 503
    for _ in range(AT_ONCE):
        door.places.release()
    assert ask(door, "/sql", "SELECT 1")[0] == 200


def test_health_and_metrics_need_no_token(door: SqlServer) -> None:
    status, body = ask(door, "/health", token=None)
    assert (status, json.loads(body)["sink"]) == (200, "storing")
    status, body = ask(door, "/metrics", token=None)
    assert status == 200
    assert b"rapport_sink_rows_total" in body
    assert TOKEN.encode() not in body


def test_a_remote_reader_sees_what_the_owner_sees(door: SqlServer, store: EmbeddedStore) -> None:
    sql = (
        "SELECT event_id, occurred_at, amount, sent_at, [text] AS texts "
        "FROM touchpoints_now WHERE customer_id = {c:String}"
    )
    remote = RemoteStore(door.port, TOKEN)
    assert remote.query(sql, {"c": "c3"}) == store.query(sql, {"c": "c3"})
    values = remote.query("SELECT value FROM log_now ORDER BY offset", binary=("value",))["value"]
    assert values == [resolved(number).value for number in range(5)]


@pytest.mark.parametrize(
    ("token", "sql", "error", "says"),
    [
        pytest.param("wrong", "SELECT 1", StoreError, "RAPPORT_DATA", id="the token of another folder"),
        pytest.param(TOKEN, "DROP TABLE log", StoreError, "refused", id="refused"),
        pytest.param(TOKEN, "SELECT nosuch FROM log", StoreError, "nosuch", id="failed"),
    ],
)
def test_a_remote_reader_is_told_why(door: SqlServer, token: str, sql: str, error: type[StoreError], says: str) -> None:
    with pytest.raises(error, match=says):
        RemoteStore(door.port, token).query(sql)


def test_a_store_that_is_not_there() -> None:
    with pytest.raises(StoreAway, match=r"127\.0\.0\.1:1 does not answer.*rapport up"):
        RemoteStore(1, TOKEN).query("SELECT 1")
