"""The native protocol against a real, if old, server: away, back, refused rows, lost answers."""

from __future__ import annotations

import threading
import time

import polars as pl
import pytest

from sinks.clickhouse.client import Limits, RowsRefused, StoreAway, StoreError, StoreRefused
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.server import ServerStore
from sinks.clickhouse.writer import Writer
from tests.sinks.conftest import ClickHouseServer, OldServerStore
from tests.sinks.made import START, chunk, everyone, outputs, resolved, sent

pytestmark = pytest.mark.clickhouse

EVERY_BYTE = bytes(range(256))


def counts(store: ServerStore, *tables: str) -> list[object]:
    return [store.query(f"SELECT count() AS n FROM {table}")["n"][0] for table in tables]


def test_the_whole_batch_through_the_native_protocol(old_store: OldServerStore) -> None:
    records = [*(resolved(number) for number in range(50)), everyone(50, "clock.tick")]
    made = [sent(output, offset) for offset, output in enumerate(outputs().values())]
    batch = merged(blocks([chunk(*records), chunk(*made, topic="any.topic.v1")]))
    for _ in range(2):
        Writer(old_store, time.sleep).write(batch)
    tables = ("shifts", "signals", "decisions", "alerts", "alert_changes", "customers", "measures")
    assert counts(old_store, "log_now", "touchpoints_now") == [51, 50]
    assert counts(old_store, *(f"{table}_now" for table in tables)) == [1] * len(tables)
    sql = "SELECT customer_id, occurred_at, amount, text FROM touchpoints_now WHERE event_id = {id:String}"
    found = old_store.query(sql, {"id": "e000003"})
    assert list(found.rows()) == [("c3", START + 3000, 12.5, "退货")]
    assert old_store.query("SELECT because_events, because_weights FROM shifts_now").columns == (
        [["e1", "e2"]],
        [[1.5, None]],
    )
    values = old_store.query("SELECT value FROM log_now ORDER BY offset", binary=("value",))["value"]
    assert values == [each.value for each in records]


def test_every_byte_survives(old_store: OldServerStore) -> None:
    old_store.execute("CREATE TABLE b (k Int64, v String) ENGINE = MergeTree ORDER BY k")
    values = [EVERY_BYTE, b"", b"\0", b"\0\0a\0", "退货".encode()]
    old_store.insert("b", pl.DataFrame({"k": range(5), "v": pl.Series(values)}))
    assert old_store.query("SELECT v FROM b ORDER BY k", binary=("v",))["v"] == values
    assert old_store.query("SELECT v FROM b WHERE k = 4")["v"] == ["退货"]


def test_it_waits_while_the_server_is_away_and_sends_the_identical_block(
    clickhouse_server: ClickHouseServer, old_store: OldServerStore, caplog: pytest.LogCaptureFixture
) -> None:
    batch = merged(blocks([chunk(*(resolved(number) for number in range(20)))]))
    clickhouse_server.kill9()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            clickhouse_server.start()

    Writer(old_store, pause).write(batch)
    assert len(pauses) == 3
    assert counts(old_store, "log_now", "touchpoints_now") == [20, 20]
    said = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 1
    assert f"127.0.0.1:{clickhouse_server.port}" in said[0]
    assert "insert into log" in said[0]


def test_killed_at_any_moment_everything_is_there_once(
    clickhouse_server: ClickHouseServer, old_store: OldServerStore
) -> None:
    batches = [merged(blocks([chunk(*(resolved(n) for n in range(at, at + 50)))])) for at in range(0, 2000, 50)]
    done = threading.Event()

    def trouble() -> None:
        while not done.wait(0.25):
            clickhouse_server.kill9()
            clickhouse_server.start()

    killer = threading.Thread(target=trouble)
    killer.start()
    for batch in batches:
        Writer(old_store, lambda seconds: time.sleep(0.05)).write(batch)
    done.set()
    killer.join()
    assert counts(old_store, "log_now", "touchpoints_now") == [2000, 2000]


def test_rows_that_the_server_refuses_are_isolated(old_store: OldServerStore) -> None:
    for name in ("to_moments", "to_turnovers", "touchpoints"):  # the copies want columns that this one has not
        old_store.execute(f"DROP TABLE {name}")
    old_store.execute(
        "CREATE TABLE touchpoints (event_id String, offset Int64, amount Nullable(Float64), "
        "sane UInt8 MATERIALIZED throwIf(ifNull(amount, 0) > 1000)) ENGINE = MergeTree ORDER BY event_id"
    )
    records = [resolved(number, amount=5000.0 if number in (2, 9) else 1.0) for number in range(12)]
    made = merged(blocks([chunk(*records)]))
    slim = [
        type(each)(each.table, each.rows.select("event_id", "offset", "amount"), each.records)
        if each.table == "touchpoints"
        else each
        for each in made
    ]
    Writer(old_store, time.sleep).write(slim)
    assert counts(old_store, "log_now", "touchpoints", "poison_now") == [12, 10, 2]
    found = old_store.query("SELECT offset, value FROM poison ORDER BY offset", binary=("value",))
    assert list(found.rows()) == [(number, records[number].value) for number in (2, 9)]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param({"k": ["text"]}, id="a text for a number"),
        pytest.param({"k": [None]}, id="nothing for a number"),
        pytest.param({"k": [1 << 40]}, id="too large a number"),
    ],
)
def test_a_value_that_fits_no_column(old_store: OldServerStore, rows: dict[str, list[object]]) -> None:
    old_store.execute("CREATE TABLE small (k Int32) ENGINE = MergeTree ORDER BY k")
    with pytest.raises(RowsRefused, match="small"):
        old_store.insert("small", pl.DataFrame(rows))
    old_store.insert("small", pl.DataFrame({"k": [2]}))
    assert old_store.query("SELECT k FROM small")["k"] == [2]


def test_no_table_is_no_fault_of_the_rows(old_store: OldServerStore) -> None:
    with pytest.raises(StoreAway, match=r"nowhere.*rapport init"):
        old_store.insert("nowhere", pl.DataFrame({"k": [1]}))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param("JSONEachRow", b'{"a":1,"b":"x\xe9\x80\x80"}\n', id="JSONEachRow"),
        pytest.param("TSV", b"a\tb\n1\tx\xe9\x80\x80\n", id="TSV"),
    ],
)
def test_sql_for_others(old_store: OldServerStore, form: str, expected: bytes) -> None:
    assert old_store.rendered("SELECT 1 AS a, 'x退' AS b".replace("退", "\u9000"), form, Limits()) == expected


@pytest.mark.parametrize("sql", ["DROP TABLE log", "INSERT INTO log (topic) VALUES ('x')", "SET max_threads = 1"])
def test_sql_for_others_only_reads(old_store: OldServerStore, sql: str) -> None:
    with pytest.raises(StoreError, match="readonly"):
        old_store.rendered(sql, "TSV", Limits())


@pytest.mark.parametrize("url", ["http://localhost/x", "localhost:9000", "clickhouse:///x"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="RAPPORT_CLICKHOUSE"):
        ServerStore(url)


def test_a_wrong_password_is_not_shown(clickhouse_server: ClickHouseServer) -> None:
    url = clickhouse_server.url.replace("//", "//somebody:s3cret@")
    with pytest.raises(StoreRefused, match="correct user and password in RAPPORT_CLICKHOUSE") as refused:
        ServerStore(url).query("SELECT 1")
    assert "s3cret" not in str(refused.value)
