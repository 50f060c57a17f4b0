"""The archive as frames, through each of its three doors: the same frames."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from deploy.local.broker import free_port
from rapport.history import History
from rapport.history.history import VIEWS
from rapport.settings import Settings
from sinks.clickhouse.client import StoreAway, StoreError
from sinks.clickhouse.dictionary import columns
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.rows import blocks, merged
from sinks.store.sql import SqlServer
from tests.sinks.conftest import ClickHouseServer, OldServerStore
from tests.sinks.made import START, chunk, outputs, resolved, sent

BEGAN = datetime.fromtimestamp(START / 1000, UTC)
ODD = (
    "SELECT 'a' AS text, toUInt8(3) AS small, [1.5] AS list, CAST(NULL AS Nullable(Float64)) AS none WHERE {n:Int8} = 1"
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """Ten touchpoints, a second apart, of seven customers, bought; and an output of each kind."""
    store = EmbeddedStore(tmp_path_factory.mktemp("archive") / "clickhouse")
    migrate(store)
    bought = [resolved(n, type="purchase.made") for n in range(10)]
    for block in merged(blocks([chunk(*bought), chunk(*map(sent, outputs().values()), topic="signals.v1")])):
        store.insert(block.table, block.rows)
    yield store
    store.close()


@pytest.fixture(scope="module")
def settings(archive: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Of a running store's door."""
    server = SqlServer(0, "secret", archive, lambda: {"well": True})
    threading.Thread(target=server.serve_forever, daemon=True).start()
    data = tmp_path_factory.mktemp("elsewhere")
    yield Settings(data=data, store_port=server.port, store_token="secret")
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("what", VIEWS)
def test_the_door_and_the_folder_give_the_same_frames(archive: EmbeddedStore, settings: Settings, what: str) -> None:
    with History.open(settings) as history:
        found = history.read(what)
    assert found.equals(History(archive).read(what))
    assert not any(found.schema[each] == pl.Binary for each in found.columns)
    time = next(each for each in ("at", "occurred_at", "since", "opened_at") if each in found.columns)
    assert found.schema[time] == pl.Datetime("ms", "UTC")


def test_a_selection_by_customer_time_and_columns(archive: EmbeddedStore) -> None:
    history = History(archive)
    since, until = BEGAN + timedelta(seconds=2), BEGAN + timedelta(seconds=9)
    found = history.read("purchases", ["customer_id", "at"], since=since, until=until)
    assert found["at"].to_list() == [BEGAN + timedelta(seconds=n) for n in range(2, 9)]
    assert found.columns == ["customer_id", "at"]
    assert history.read("purchases", customer="c2")["event_id"].to_list() == ["e000002", "e000009"]


def test_a_customer_at_a_time(archive: EmbeddedStore) -> None:
    found = History(archive).customer("c1")
    assert {what: frame.height for what, frame in found.items()} == {
        "touchpoints": 2, "relationship_periods": 1, "signals": 0, "alerts": 1, "alert_changes": 1,
    }  # fmt: skip


def test_sql_with_what_a_stranger_gave(archive: EmbeddedStore, settings: Settings) -> None:
    with History.open(settings) as history:
        for each in (history, History(archive)):
            assert each.sql("SELECT {x:String} AS x", x="'; DROP TABLE log --")["x"].to_list() == [
                "'; DROP TABLE log --"
            ]
            assert each.arrow(ODD, n=1).to_pylist() == [{"text": "a", "small": 3, "list": [1.5], "none": None}]
            assert each.sql(ODD, n=2).schema == each.sql(ODD, n=1).schema
        with pytest.raises(StoreError, match="refused"):
            history.sql("DROP TABLE log")


def test_the_dictionary_of_what_is_there(archive: EmbeddedStore, settings: Settings) -> None:
    with History.open(settings) as history:
        found = history.dictionary()
    assert [tuple(row) for row in found.iter_rows()] == [tuple(each) for each in columns(archive)]


def test_a_folder_whose_store_does_not_run_is_opened_itself(settings: Settings) -> None:
    """Here it is taken, by the archive of this very process: the message names the owner."""
    alone = msgspec.structs.replace(settings, store_port=free_port())
    with pytest.raises(StoreAway, match="rapport up"):
        History.open(alone)


@pytest.mark.parametrize(
    ("what", "since", "fault"),
    [
        pytest.param("log", None, "no 'log' to read", id="a table that only sql reads"),
        pytest.param("alerts", datetime(2026, 1, 1), "no time zone", id="a time without a zone"),
    ],
)
def test_what_cannot_be_read_is_told(archive: EmbeddedStore, what: str, since: datetime | None, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        History(archive).read(what, since=since)


@pytest.mark.clickhouse
def test_a_server_gives_frames_too(clickhouse_server: ClickHouseServer, tmp_path: Path) -> None:
    filled = OldServerStore(clickhouse_server.url)
    migrate(filled)
    for block in merged(blocks([chunk(*(resolved(n, type="purchase.made") for n in range(3)))])):
        filled.insert(block.table, block.rows)
    filled.close()
    with History.open(Settings(clickhouse=clickhouse_server.url, data=tmp_path)) as history:
        found = history.read("purchases", ["customer_id", "amount"], customer="c1")
        assert found.rows() == [("c1", 12.5)]
        assert history.read("purchases", ["customer_id", "amount"], customer="nobody").schema == found.schema
        assert history.sql(ODD, n=2).schema == history.sql(ODD, n=1).schema
