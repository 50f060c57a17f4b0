"""What strangers may ask. The attacks run against the real engine as well, past the guard's own opinion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.clickhouse.client import Limits, StoreError
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.store.guard import FUNCTIONS, LONGEST, Refused, checked


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """Nothing here can change it, so one serves all."""
    embedded = EmbeddedStore(tmp_path_factory.mktemp("guarded") / "clickhouse")
    migrate(embedded)
    yield embedded
    embedded.close()


ALLOWED = [
    "SELECT count() FROM touchpoints_now",
    "select type, countIf(amount > 5), uniqExact(customer_id) from touchpoints_now group by type with rollup;",
    "WITH recent AS (SELECT * FROM signals_now WHERE at > now() - INTERVAL 1 DAY) SELECT name FROM recent",
    "SELECT quantilesTimingIf(0.5, 0.99)(amount, amount > 0), argMax(text, occurred_at) FROM touchpoints",
    "SELECT arrayMap((x, y) -> x + y, [1], [3]), 'it''s; -- no \\' comment', 1.5e-3, a.1 FROM (SELECT (1, 2) AS a)",
    "SELECT CAST(1 AS Decimal(10, 2)), 1::DateTime64(3, 'UTC'), `at`, \"at\" FROM shifts -- the end",
    "SELECT sum(total) OVER (PARTITION BY scope ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM measures",
    "SELECT 1 /* a remark; with ' signs */ WHERE 1 IN (1, 2) AND NOT (1 = 2) LIMIT (1)",
    "SELECT text FROM touchpoints WHERE text ILIKE '%退货%' OR match(text, '^a.*')",
    "DESCRIBE TABLE touchpoints",
    "SHOW TABLES",
    "SHOW CREATE TABLE log",
    "SELECT name, total_rows FROM system.tables WHERE database = currentDatabase()",
]


@pytest.mark.parametrize("sql", ALLOWED)
def test_what_is_allowed_runs(store: EmbeddedStore, sql: str) -> None:
    store.rendered(checked(sql), "TSV", Limits())


REFUSED = [
    "INSERT INTO log (topic) VALUES ('x')",
    "DROP TABLE log",
    "SELECT 1; DROP TABLE log",
    "SET readonly = 0",
    "USE default",
    "SYSTEM SHUTDOWN",
    "KILL QUERY WHERE 1",
    "EXPLAIN SELECT 1",
    "(SELECT 1)",
    "",
    ";",
    "-- SELECT 1",
    "SELECT 1 SETTINGS max_execution_time = 0",
    "SELECT 1 FORMAT Native",
    "SELECT * FROM log INTO OUTFILE '/tmp/stolen'",
    "SELECT * FROM log INTO/**/OUTFILE '/tmp/stolen'",
    "SELECT file('/etc/passwd')",
    "SELECT * FROM file('/etc/passwd', LineAsString)",
    "SELECT * FROM `file`('/etc/passwd', LineAsString)",
    "SELECT * FROM \"file\" /**/ ('/etc/passwd', LineAsString)",
    "SELECT * FROM log, file('/etc/passwd', LineAsString)",
    "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
    "SELECT * APPLY(file) FROM (SELECT '/etc/passwd' AS a)",
    "SELECT * APPLY file FROM (SELECT '/etc/passwd' AS a)",
    "WITH x -> file(x) AS f SELECT f('/etc/passwd')",
    "DESCRIBE file('/etc/passwd')",
    "DESCRIBE TABLE url('http://127.0.0.1/')",
    "SHOW TABLES FROM url('http://127.0.0.1/')",
    "SELECT * FROM url('http://127.0.0.1/', CSV, 'a String')",
    "SELECT * FROM remote('127.0.0.1', system, one)",
    "SELECT * FROM s3('http://127.0.0.1/x')",
    "SELECT * FROM Python(secret)",
    "SELECT * FROM python(secret)",
    "SELECT * FROM merge('system', '.*')",
    "SELECT * FROM executable('id', TSV, 'a String')",
    "SELECT * FROM view(SELECT 1)",
    "SELECT * FROM numbers(10)",
    "SELECT * FROM loop(log)",
    "SELECT * FROM default.`x-y`",
    "SELECT * FROM `default`.x",
    "SELECT * FROM system.processes",
    'SELECT * FROM "system" . processes',
    "SELECT * FROM system/**/.`query_log`",
    "SELECT dictGet('a', 'b', 1)",
    "SELECT hasColumnInTable('127.0.0.1', 'u', 'p', 'd', 't', 'c')",
    "SELECT sleep(3)",
    "SELECT getSetting('readonly'), hostName()",
    "SELECT aiGenerate('x')",
    "SELECT COLUMNS('.*') FROM log",
    "SELECT {a:Identifier}",
    "SELECT $tag$file$tag$",
    "SELECT `a\\`b` FROM log",
    "SELECT ‘file’ FROM log",
    "SELECT 1 # remark",
    "SELECT 1 WHERE 'unfinished",
    "SELECT 1 /* unfinished",
    "SELECT 1\0",
    "WITH 1 AS a INSERT INTO log SELECT a",
    "SELECT 1 PARALLEL WITH SELECT 2",
    f"SELECT '{'x' * LONGEST}'",
]


@pytest.mark.parametrize("sql", REFUSED, ids=[sql[:40] for sql in REFUSED])
def test_what_is_refused(sql: str) -> None:
    with pytest.raises(Refused):
        checked(sql)


PAST_THE_GUARD = [
    "INSERT INTO poison (topic) VALUES ('x')",
    "CREATE TABLE t (a Int8) ENGINE = Memory",
    "DROP TABLE log",
    "ALTER TABLE log DELETE WHERE 1",
    "SET readonly = 0",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 SETTINGS max_memory_usage = 0",
    "SELECT * FROM file('/etc/passwd', LineAsString)",
    "SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')",
    "SELECT * FROM Python(PAST_THE_GUARD)",
    "SELECT * FROM executable('id', TSV, 'a String')",
]


@pytest.mark.parametrize("sql", PAST_THE_GUARD)
def test_the_second_fence_holds_without_the_first(store: EmbeddedStore, sql: str) -> None:
    with pytest.raises(StoreError, match="READONLY"):
        store.rendered(sql, "TSV", Limits())


@pytest.mark.parametrize("quote", ["'", '"', "`"])
def test_a_file_is_no_table(store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quote: str) -> None:
    """In the embedded engine's own database a file's name would be one; ours is another."""
    (tmp_path / "secret").write_text("a\nb\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StoreError, match="UNKNOWN_TABLE"):
        store.rendered(checked(f"SELECT * FROM {quote}secret{quote}"), "TSV", Limits())


def test_every_function_that_may_be_called_exists_and_none_is_a_table(store: EmbeddedStore) -> None:
    known = {str(each).lower() for each in store.query("SELECT name FROM system.functions")["name"]}
    tables = {str(each).lower() for each in store.query("SELECT name FROM system.table_functions")["name"]}
    assert not FUNCTIONS - known
    assert not FUNCTIONS & tables
    assert not FUNCTIONS & {"file", "sleep", "sleepeachrow", "dictget", "hascolumnintable", "aigenerate", "getsetting"}


@given(st.text())
def test_what_is_run_is_what_was_asked_without_comments(text: str) -> None:
    """Whatever is asked, it is refused or run as it stands: the guard adds and changes nothing."""
    try:
        run = checked(f"SELECT {text}")
    except Refused:
        return
    assert run.replace(" ", "") in "".join(f"SELECT {text}".split()) or "--" in text or "/*" in text or "'" in text


@given(st.text(alphabet="file('x')/*-;\"` \n"))
def test_no_spelling_of_a_call_passes(text: str) -> None:
    """Whatever stands around it, a call outside of a text is seen."""
    try:
        run = checked(f"SELECT {text} , file ('x')")
    except Refused:
        return
    assert "file ('x')" not in run or _inside(run)


def _inside(run: str) -> bool:
    """Whether the call ended up within a quoted text or name."""
    return run.count("'") > 2 or run.count('"') > 0 or run.count("`") > 0
