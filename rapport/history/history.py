"""What is archived, as frames: from the `store` that runs here, a ClickHouse server, or the folder of an archive."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

import polars as pl

from rapport.settings import Settings, read, with_secrets
from sinks.clickhouse.client import Frames, Parameter, StoreAway
from sinks.clickhouse.connect import reader
from sinks.clickhouse.dictionary import columns
from sinks.clickhouse.literals import name

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER: Final = "clickhouse"
"""Of the embedded archive, in the data folder."""

VIEWS: Final = {
    "touchpoints": "touchpoints_now", "shifts": "shifts_now", "signals": "signals_now", "alerts": "alerts_now",
    "alert_changes": "alert_changes_now", "decisions": "decisions_now", "customers": "customers_now",
    "purchases": "purchases", "complaints": "complaints", "policy_changes": "policy_changes",
    "relationship_periods": "relationship_periods", "signal_arms": "signal_arms", "alert_outcomes": "alert_outcomes",
}  # fmt: skip
"""What `History.read` reads, and the view that it is read through, so that nothing counts twice."""
_TIME: Final = {"touchpoints": "occurred_at", "relationship_periods": "since", "complaints": "opened_at"}
"""The column that `since` and `until` mean, where it is not `at`."""
_OF_A_CUSTOMER: Final = ("touchpoints", "relationship_periods", "signals", "alerts", "alert_changes")


class History:
    """One archive. Only reads. Use it in a `with` block, or `close` it."""

    def __init__(self, store: Frames) -> None:
        self._store = store

    @classmethod
    def open(cls, settings: Settings | None = None) -> History:
        """The archive of these settings; of the environment and `rapport.toml`, unless given.

        That is the server of RAPPORT_CLICKHOUSE; else the `store` process that runs here, whose
        answers have at most a million rows and take at most 10 s; else, while none runs, the
        archive in the data folder itself. StoreError if there is none; SettingsError.
        """
        found = settings or with_secrets(read())
        store = reader(found)
        if found.clickhouse:
            return cls(store)
        try:
            store.query("SELECT 1")
        except StoreAway:
            if not (found.data / FOLDER).is_dir():
                raise
            store.close()
            return cls.of_folder(found.data / FOLDER)
        return cls(store)

    @classmethod
    def of_folder(cls, folder: Path) -> History:
        """An embedded archive that no `store` process owns now; it is ours until `close`. FolderTaken."""
        # The module loads the whole of ClickHouse into the process: only if it is asked for.
        embedded = importlib.import_module("sinks.clickhouse.embedded")
        return cls(embedded.EmbeddedStore(folder))

    def __enter__(self) -> History:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._store.close()

    def sql(self, statement: str, **asked: Parameter) -> pl.DataFrame:
        """The answer to one SELECT; `{name:Type}` in it stands for the keyword of that name. StoreError, StoreAway."""
        return self._store.frame(statement, asked)

    def arrow(self, statement: str, **asked: Parameter) -> pa.Table:
        """The same as an Arrow table."""
        return self.sql(statement, **asked).to_arrow()

    def read(
        self,
        what: str,
        columns: Sequence[str] = (),
        *,
        customer: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> pl.DataFrame:
        """Rows of one of `VIEWS` in the order of time: `since` <= time < `until`, all columns unless some are named.

        ValueError for a name that is none, and for a time without a zone.
        """
        if what not in VIEWS:
            raise ValueError(f"there is no {what!r} to read; there are {', '.join(VIEWS)}, and sql() reads the rest")
        time = _TIME.get(what, "at")
        asked: dict[str, Parameter] = {}
        where = []
        if customer is not None:
            where.append("customer_id = {customer:String}")
            asked["customer"] = customer
        for bound, sign, moment in (("since", ">=", since), ("until", "<", until)):
            if moment is not None:
                where.append(f"{time} {sign} fromUnixTimestamp64Milli({{{bound}:Int64}}, 'UTC')")
                asked[bound] = _milliseconds(bound, moment)
        chosen = ", ".join(map(name, columns)) or "*"
        conditions = f" WHERE {' AND '.join(where)}" if where else ""
        return self._store.frame(f"SELECT {chosen} FROM {VIEWS[what]}{conditions} ORDER BY {time}", asked)

    def customer(self, customer_id: str) -> dict[str, pl.DataFrame]:
        """One customer: touchpoints, relationship_periods, signals, alerts and alert_changes, in the order of time."""
        return {what: self.read(what, customer=customer_id) for what in _OF_A_CUSTOMER}

    def dictionary(self) -> pl.DataFrame:
        """What can be asked for: table, column, type and meaning, as docs/data-dictionary.md has them."""
        rows = [tuple(each) for each in columns(self._store)]
        return pl.DataFrame(rows, schema=("table", "column", "type", "meaning"), orient="row")


def _milliseconds(bound: str, moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError(f"{bound}={moment.isoformat()} has no time zone; give it one: moment.replace(tzinfo=UTC)")
    return round(moment.timestamp() * 1000)
