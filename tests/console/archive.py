"""An archive of a test: a real ClickHouse, embedded, asked as the store's door lets anybody ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sinks.clickhouse.client import Answer, Parameter, StoreAway
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.literals import bind, literal
from sinks.clickhouse.migrate import migrate
from sinks.store.guard import checked


class Archive:
    """A store that can be told to be away."""

    where = "here"

    def __init__(self, folder: Path) -> None:
        self._store = EmbeddedStore(folder / "clickhouse")
        migrate(self._store)
        self.away = False

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        if self.away:
            raise StoreAway("told to be")
        return self._store.query(checked(bind(sql, params)), binary=binary)

    def close(self) -> None:
        self._store.close()

    def execute(self, sql: str) -> None:
        self._store.execute(sql)

    def write(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows of a table, all with the same columns."""
        names = ", ".join(f"`{name}`" for name in rows[0])
        values = ", ".join(f"({', '.join(_value(each) for each in row.values())})" for row in rows)
        self.execute(f"INSERT INTO {table} ({names}) VALUES {values}")


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _value(value: Any) -> str:
    return literal(f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else value)
