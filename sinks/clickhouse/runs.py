"""Runs of replay that are kept, into ClickHouse: from the folders in which a replay leaves them.

The command line may only read the archive; so it leaves a run in the data folder, and the
owner of the archive takes it from there. Doing it twice changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from sinks.clickhouse.client import Reader, Store
from sinks.clickhouse.literals import bind

FOLDER: Final = "replays"
"""In the data folder, one folder a run."""
RUN_FILE: Final = "run.json"
STORED: Final = "stored"
"""An empty file that says that the archive has the run."""
VERIFY: Final = "verify"
"""The purpose of a run that only asks whether the log still says what was said live."""
OUTPUTS: Final[Mapping[str, Any]] = {
    "id": pl.String, "kind": pl.String, "name": pl.String, "customer_id": pl.String, "at": pl.Int64,
    "partition": pl.Int32, "offset": pl.Int64, "knowledge": pl.String, "value": pl.Binary,
}  # fmt: skip
"""Columns of a run's Parquet files: `at` in ms, `value` the output as JSON."""


class Kept(msgspec.Struct, frozen=True):
    """A run. `differences` is None where nothing was compared; `digest` is over the states at its end."""

    id: str
    at: int
    purpose: str
    sources: str
    knowledge: str
    code: str
    records: int
    outputs: int
    digest: str
    seconds: float
    compared_with: str = ""
    differences: int | None = None
    counts: dict[str, int] = {}


def take(store: Store, folder: Path) -> None:
    """Stores the run that stands in the folder, its outputs first, or removes it where that is asked for."""
    if (folder / f"{RUN_FILE}.removed").exists():
        for table, column in (("replay_runs", "id"), ("replay_outputs", "run")):
            store.execute(bind(f"ALTER TABLE {table} DELETE WHERE {column} = {{run:String}}", {"run": folder.name}))
        shutil.rmtree(folder)
        return
    if (folder / STORED).exists() or not (folder / RUN_FILE).exists():
        return
    kept = msgspec.json.decode((folder / RUN_FILE).read_bytes(), type=Kept)
    for file in sorted(folder.glob("outputs-*.parquet")):
        store.insert("replay_outputs", pl.read_parquet(file).with_columns(run=pl.lit(kept.id), at=_time("at")))
    row = {**msgspec.structs.asdict(kept), "counts": msgspec.json.encode(kept.counts).decode()}
    store.insert("replay_runs", pl.DataFrame([row], schema_overrides={"differences": pl.Int64}).with_columns(
        at=_time("at")
    ))  # fmt: skip
    (folder / STORED).touch()


def verified(store: Reader) -> tuple[float, int] | None:
    """When the last verification ran (Unix time) and how many outputs differed; None before the first."""
    sql = (
        "SELECT toUnixTimestamp64Milli(at) AS at_ms, differences FROM replay_runs FINAL "
        "WHERE purpose = {purpose:String} ORDER BY at DESC LIMIT 1"
    )
    for at, differences in store.query(sql, {"purpose": VERIFY}).rows():
        if isinstance(at, int) and isinstance(differences, int):
            return at / 1000, differences
    return None


def _time(column: str) -> pl.Expr:
    return pl.from_epoch(column, time_unit="ms").dt.replace_time_zone("UTC")
