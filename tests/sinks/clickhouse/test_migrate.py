"""Tables from numbered files."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinks.clickhouse.client import StoreError
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate, migrations


def test_a_second_run_has_nothing_to_do(store: EmbeddedStore) -> None:
    assert migrate(store) == []
    found = store.query("SELECT number, name FROM migrations ORDER BY number")
    assert list(found.rows()) == [(each.number, each.name) for each in migrations()]


def test_a_run_that_was_cut_short_goes_on(store: EmbeddedStore) -> None:
    store.execute("TRUNCATE TABLE migrations")
    store.execute("DROP TABLE measures")
    assert migrate(store) == [each.name for each in migrations()]
    assert list(store.query("SELECT count() FROM measures").rows()) == [(0,)]


def test_all_tables_and_views_are_there(store: EmbeddedStore) -> None:
    names = store.query("SELECT name FROM system.tables WHERE database = currentDatabase()")["name"]
    tables = {"log", "poison", "rejected", "touchpoints", "shifts", "signals", "decisions", "alerts", "alert_changes",
              "customers", "measures", "dead_letters", "replays", "replay_runs", "replay_outputs"}  # fmt: skip
    asked = {"purchases", "complaints", "policy_changes", "relationship_periods", "signal_arms", "alert_outcomes"}
    tables |= {"hours", "moments", "standings"}
    made = {"turnovers", "to_moments", "to_turnovers", "to_standings"}
    assert set(names) == tables | made | {f"{each}_now" for each in tables} | asked | {"measure_totals", "migrations"}


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        pytest.param({"first.sql": "SELECT 1"}, "NNNN_what", id="no number"),
        pytest.param({"0002_b.sql": "SELECT 1"}, "0001 comes next", id="a gap"),
        pytest.param({"0001_a.sql": "SELECT 1", "0001_b.sql": "SELECT 1"}, "0002 comes next", id="twice"),
    ],
)
def test_files_that_are_out_of_order(tmp_path: Path, files: dict[str, str], fault: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=fault):
        migrations(tmp_path)


def test_a_statement_that_fails_is_named(store: EmbeddedStore, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "0001_log.sql").write_text("SELECT 1")
    (folder / "0002_b.sql").write_text("SELECT 1;\nCREATE TABLE log (a Int8) ENGINE = Nonsense;\n")
    store.execute("TRUNCATE TABLE migrations")
    with pytest.raises(StoreError, match=r"0002_b.*Nonsense"):
        migrate(store, folder)
    assert store.query("SELECT name FROM migrations")["name"] == ["log"]
