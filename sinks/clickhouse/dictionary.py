"""The data dictionary: every table, view and column that there is, with what it means.

Types come from the tables themselves, meanings from the Avro schemas and from
`dictionary.yaml`. `make dictionary` writes docs/data-dictionary.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from schemas.registry import REGISTERED
from sinks.clickhouse.client import Reader
from sinks.clickhouse.migrate import migrate

PAGE: Final = Path(__file__).parents[2] / "docs" / "data-dictionary.md"
_FILE: Final = Path(__file__).parent / "dictionary.yaml"
_NOW: Final = "_now"
_HEAD: Final = """# Data dictionary

Everything that is archived, by SQL that only reads ([how](analysts.md)). Times are UTC, to the millisecond. A row may
stand twice in a table until ClickHouse has merged it: where a table has a view of its name with `_now`, ask that. What
a source did not tell is empty text, or NULL where it is a number or a time. `make dictionary` writes this page from the
schemas, and a test holds it to them.
"""


class Column(NamedTuple):
    """One column of one table or view. `type` is ClickHouse's."""

    table: str
    name: str
    type: str
    meaning: str


class Undocumented(Exception):
    """A table or column of which nothing says what it means; the message names it and where to say it."""


def columns(store: Reader) -> list[Column]:
    """All columns of a migrated store, table by table in alphabetic order. `Undocumented`, StoreError."""
    found = store.query(
        "SELECT table, name, type FROM system.`columns` WHERE database = currentDatabase() ORDER BY table, position"
    )
    meanings = _Meanings(_told())
    rows = (tuple(map(str, row)) for row in found.rows())
    return [Column(table, name, kind, meanings.of(table, name)) for table, name, kind in rows]


def page(found: Iterable[Column]) -> str:
    """The columns as a page of Markdown: what analysts ask first, then tables, each with its view."""
    told = _told()
    tables = {name: list(each) for name, each in groupby(found, key=lambda column: column.table)}
    first = [name for name in told["analysts"] if name in tables]
    rest = sorted(name for name in tables if name not in first and not _is_view_of(name, tables))
    parts = [_HEAD, "## Views for analysts\n", *(_section(name, tables, told) for name in first)]
    return "\n".join([*parts, "## Tables\n", *(_section(name, tables, told) for name in rest)])


class _Meanings:
    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told
        self._schemas = {each.name: _docs(each.source()) for each in REGISTERED}

    def of(self, table: str, column: str) -> str:
        known = self._told["tables"]
        named = table if table in known else table.removesuffix(_NOW)
        if named not in known:
            raise Undocumented(f"{table} is not described; say what a row of it is in {_FILE.name}")
        for place in self._places(named, column):
            if place:
                return " ".join(str(place).split())
        raise Undocumented(f"{table}.{column} is not described; say what it means in {_FILE.name}, or in its schema")

    def _places(self, table: str, column: str) -> Iterator[str | None]:
        known: Mapping[str, Any] = self._told["tables"]
        each = known[table]
        like = known[each["like"]] if "like" in each else {}
        yield each.get("columns", {}).get(column)
        yield like.get("columns", {}).get(column)
        yield self._schemas.get(each.get("schema", like.get("schema")), {}).get(column)
        yield self._told["columns"].get(column)


def _docs(schema: Mapping[str, Any]) -> dict[str, str]:
    """What the fields of a schema say of themselves; times are times here, so what says only that is left out."""
    fields = ((field["name"], field.get("doc", "")) for field in schema["fields"])
    return {name: _plainly(doc) for name, doc in fields if doc}


def _plainly(doc: str) -> str:
    for stored, shown in (("milliseconds since 1970-01-01 UTC", ""), ("null:", "empty:"), ("null for", "empty for")):
        doc = doc.replace(stored, shown)
    return doc.strip(" ,")


def _told() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def _is_view_of(name: str, tables: Mapping[str, Any]) -> bool:
    return name.endswith(_NOW) and name.removesuffix(_NOW) in tables


def _section(name: str, tables: Mapping[str, list[Column]], told: Mapping[str, Any]) -> str:
    now = tables.get(f"{name}{_NOW}", [])
    known = {column.name for column in tables[name]}
    more = [column for column in now if column.name not in known]
    view = f" Ask `{name}{_NOW}`." if now else ""
    lines = [f"### {name}\n", f"{told['tables'][name]['says']}{view}\n", "| column | type | meaning |", "|---|---|---|"]
    lines += [f"| `{each.name}` | {each.type} | {each.meaning} |" for each in tables[name]]
    lines += [f"| `{each.name}` | {each.type} | {each.meaning} (in the view) |" for each in more]
    return "\n".join([*lines, ""])


def main() -> None:
    from sinks.clickhouse.embedded import EmbeddedStore

    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(Path(folder) / "clickhouse")
        migrate(store)
        PAGE.write_text(page(columns(store)), encoding="utf-8")
        store.close()


if __name__ == "__main__":
    main()
