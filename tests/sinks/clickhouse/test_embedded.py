"""The embedded ClickHouse: one owner, many threads, nothing of one query in another."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest

from sinks.clickhouse.client import Limits, RowsRefused, StoreAway, StoreError
from sinks.clickhouse.embedded import EmbeddedStore, FolderTaken

EVERY_BYTE = bytes(range(256))


def test_every_byte_survives(store: EmbeddedStore) -> None:
    store.execute("CREATE TABLE b (k Int64, v String, l LowCardinality(String)) ENGINE = MergeTree ORDER BY k")
    values = [EVERY_BYTE, b"", b"\0", b"\0\0a\0", "退货".encode()]
    store.insert("b", pl.DataFrame({"k": range(5), "v": pl.Series(values), "l": ["a\0b"] * 5}))
    found = store.query("SELECT v, l FROM b ORDER BY k", binary=("v",))
    assert found["v"] == values
    assert found["l"] == ["a\0b"] * 5


def test_text_that_is_none_is_shown_with_its_bad_bytes_replaced(store: EmbeddedStore) -> None:
    assert store.query("SELECT unhex('61FF') AS v, [unhex('FF')] AS a")["v"] == ["a\ufffd"]


def test_an_answer_without_rows(store: EmbeddedStore) -> None:
    found = store.query("SELECT id, at FROM signals")
    assert (found.names, len(found), list(found.dicts())) == (("id", "at"), 0, [])


@pytest.mark.parametrize(
    ("table", "rows", "error"),
    [
        pytest.param("nowhere", {"k": [1]}, StoreAway, id="no table: init makes one, so it is worth waiting"),
        pytest.param("strict", {"k": [1, 7]}, RowsRefused, id="a constraint"),
        pytest.param("strict", {"k": ["x"]}, RowsRefused, id="no number"),
    ],
)
def test_a_failed_insert_stores_nothing(
    store: EmbeddedStore, table: str, rows: dict[str, list[object]], error: type[StoreError]
) -> None:
    store.execute("CREATE TABLE strict (k Int64, CONSTRAINT small CHECK k < 5) ENGINE = MergeTree ORDER BY k")
    with pytest.raises(error, match=table):
        store.insert(table, pl.DataFrame(rows))
    store.insert("strict", pl.DataFrame({"k": [2]}))
    assert store.query("SELECT k FROM strict")["k"] == [2]


def test_rows_of_a_query_that_failed_never_reach_another(store: EmbeddedStore) -> None:
    """What makes a session for each query necessary: chDB keeps the half-made answer."""
    for _ in range(3):
        with pytest.raises(StoreError, match="Limit for result"):
            store.rendered("SELECT number FROM system.numbers LIMIT 1000000", "TSV", Limits(rows=100_000))
        assert store.rendered("SELECT 1 AS a WHERE 0", "TSV", Limits()) == b"a\n"


def test_a_slow_query_does_not_delay_inserts(store: EmbeddedStore) -> None:
    store.execute("CREATE TABLE t (k Int64) ENGINE = MergeTree ORDER BY k")
    outcome: list[str] = []

    def slow() -> None:
        try:
            store.rendered("SELECT count() FROM system.numbers WHERE cityHash64(number) = 1", "TSV", Limits(seconds=8))
        except StoreError as error:
            outcome.append(str(error))

    readers = [threading.Thread(target=slow) for _ in range(3)]
    for each in readers:
        each.start()
    for number in range(5):
        store.insert("t", pl.DataFrame({"k": [number]}))
    assert any(each.is_alive() for each in readers), "inserts waited for queries"
    for each in readers:
        each.join()
    assert len(outcome) == 3
    assert "Timeout exceeded" in outcome[0]


def test_a_query_that_wants_too_much_memory_fails_alone(store: EmbeddedStore) -> None:
    with pytest.raises(StoreError, match="memory limit"):
        store.rendered("SELECT groupArray(number) FROM system.numbers", "TSV", Limits(memory=100 << 20))
    assert list(store.query("SELECT 1").rows()) == [(1,)]


def test_the_folder_has_one_owner(store: EmbeddedStore, tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(FolderTaken, match=str(os.getpid())):
        EmbeddedStore(tmp_path / "clickhouse")
    code = f"from sinks.clickhouse.embedded import *; EmbeddedStore(Path({str(tmp_path / 'clickhouse')!r}))"
    other = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert other.returncode != 0
    assert f"belongs to process {os.getpid()}" in other.stderr


_FILLS = """
import itertools, sys
from pathlib import Path
import polars as pl
from sinks.clickhouse.embedded import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]))
store.execute("CREATE TABLE IF NOT EXISTS t (k Int64) ENGINE = MergeTree ORDER BY k")
for number in itertools.count():
    store.insert("t", pl.DataFrame({"k": [number] * 100}))
    print(number, flush=True)
"""


def test_a_killed_owner_leaves_no_lock_and_no_half_block(tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", _FILLS, str(tmp_path / "clickhouse")]
    confirmed = 0
    for _ in range(2):
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                confirmed += 1
                if int(line) == 4:
                    process.kill()
    store = EmbeddedStore(tmp_path / "clickhouse")
    found = store.query("SELECT count() AS n FROM t")["n"][0]
    store.close()
    assert isinstance(found, int)
    assert found >= confirmed * 100
    assert found % 100 == 0
