"""The tables, from numbered SQL files. Every statement can be repeated, so a run that was cut short runs again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from sinks.clickhouse.client import Store, StoreError

FOLDER: Final = Path(__file__).parent / "migrations"
_FILE: Final = re.compile(r"(\d{4})_(\w+)\.sql")
_COMMENT: Final = re.compile(r"^\s*--.*$", re.MULTILINE)
_RECORD: Final = """
CREATE TABLE IF NOT EXISTS migrations
(
    number UInt32,
    name String,
    applied_at DateTime DEFAULT now()
)
ENGINE = ReplacingMergeTree
ORDER BY number
"""


class Migration(NamedTuple):
    number: int
    name: str
    statements: tuple[str, ...]


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """All of them in order; `ValueError` for a file that is named otherwise or a number that is missing or twice."""
    found = sorted(_read(path) for path in folder.iterdir() if path.suffix == ".sql")
    for place, each in enumerate(found, start=1):
        if each.number != place:
            raise ValueError(f"{folder}: migration {each.name} has number {each.number:04}, {place:04} comes next")
    return found


def migrate(store: Store, folder: Path = FOLDER) -> list[str]:
    """Apply what the store does not have yet; the names of what was applied. Harmless if there is nothing to do."""
    store.execute(_RECORD)
    applied = set(store.query("SELECT number FROM migrations")["number"])
    fresh = [each for each in migrations(folder) if each.number not in applied]
    for each in fresh:
        _apply(store, each)
    return [each.name for each in fresh]


def _apply(store: Store, migration: Migration) -> None:
    for statement in migration.statements:
        try:
            store.execute(statement)
        except StoreError as error:
            place = f"migration {migration.number:04}_{migration.name}"
            raise type(error)(f"{place}: {error}; the statement: {statement[:120]}", error.code) from error
    store.insert("migrations", pl.DataFrame({"number": [migration.number], "name": [migration.name]}))


def _read(path: Path) -> Migration:
    named = _FILE.fullmatch(path.name)
    if named is None:
        raise ValueError(f"{path}: a migration is called NNNN_what_it_does.sql")
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    statements = tuple(part.strip() for part in text.split(";\n") if part.strip())
    return Migration(int(named.group(1)), named.group(2), statements)
