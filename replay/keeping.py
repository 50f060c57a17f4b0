"""Runs that are kept: what was run over what, and everything it said, in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from replay.compare import group_of
from replay.source import ReplayError
from replay.summary import Summary
from schemas import times
from schemas.records import Emitted
from schemas.wire import output_from_json, output_line
from sinks.clickhouse.runs import FOLDER, OUTPUTS, RUN_FILE, STORED, Kept

PART_ROWS: Final = 50_000
"""Outputs of one Parquet file; so many are held at a time."""


def shelf(data: Path) -> Path:
    """Where the runs of this data folder stand."""
    return data / FOLDER


class Keeper:
    """Takes the outputs of a run as they come; `finish` makes it a run that is listed. Half a run is none."""

    def __init__(self, data: Path, now_ms: int) -> None:
        self.at = now_ms
        self.id = f"{datetime.fromtimestamp(now_ms / 1000, UTC):%Y%m%d-%H%M%S}-{now_ms % 1000:03d}"
        self.folder = shelf(data) / self.id
        self.folder.mkdir(parents=True)
        self._rows: list[tuple[str, str, str, str, int, int, int, str, bytes]] = []
        self._parts = 0

    def add(self, output: Emitted) -> None:
        """One more output."""
        group = group_of(output)
        self._rows.append((
            output.id, group.kind, group.name, output.customer_id or "", output.at, output.partition, output.offset,
            output.knowledge, output_line(output),
        ))  # fmt: skip
        if len(self._rows) == PART_ROWS:
            self._write()

    def finish(self, purpose: str, names: Iterable[str], knowledge: str, summary: Summary) -> Kept:
        """The run with its counts, as it is listed from now on."""
        self._write()
        found = summary.differences
        kept = Kept(
            id=self.id, at=self.at, purpose=purpose, sources=" ".join(names), knowledge=knowledge,
            code=version("rapport"), records=summary.records, outputs=summary.outputs.total(),
            digest=summary.fingerprint, seconds=round(summary.seconds, 3), compared_with=summary.compared_with or "",
            differences=None if found is None else found.total, counts=dict(summary.counts),
        )  # fmt: skip
        part = self.folder / f"{RUN_FILE}.part"
        part.write_bytes(msgspec.json.encode(kept))
        part.replace(self.folder / RUN_FILE)
        return kept

    def drop(self) -> None:
        """The run did not come to its end."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        if self._rows:
            rows = pl.DataFrame(self._rows, schema=OUTPUTS, orient="row")
            rows.write_parquet(self.folder / f"outputs-{self._parts:05d}.parquet", compression="zstd")
            self._parts += 1
            self._rows.clear()


def runs(data: Path) -> list[Kept]:
    """All of them, the oldest first."""
    files = sorted(shelf(data).glob(f"*/{RUN_FILE}"))
    return [msgspec.json.decode(file.read_bytes(), type=Kept) for file in files]


def named(data: Path, name: str) -> Kept | None:
    """The run of that id, of the only one that begins so, or the `last`; None if there is no such one."""
    known = runs(data)
    if name == "last":
        return known[-1] if known else None
    found = [each for each in known if each.id.startswith(name)] if name else []
    if len(found) > 1 and all(each.id != name for each in found):
        raise ReplayError(f"{name}: {len(found)} runs begin so; write more of the id (`rapport replay runs`)")
    return next((each for each in found if each.id == name), found[0] if found else None)


def one(data: Path, name: str) -> Kept:
    """As `named`; ReplayError if there is none."""
    kept = named(data, name)
    if kept is None:
        raise ReplayError(f"{name}: no such run is kept in {shelf(data)}; `rapport replay runs` lists them")
    return kept


def outputs(data: Path, run: str) -> Iterator[Emitted]:
    """Everything that the run said."""
    for file in sorted((shelf(data) / run).glob("outputs-*.parquet")):
        for value in pl.read_parquet(file, columns=["value"])["value"]:
            yield output_from_json(msgspec.json.decode(value))


def output(data: Path, run: str, output_id: str) -> Emitted | None:
    """One of them, by its id; None if the run has not said it."""
    files = sorted((shelf(data) / run).glob("outputs-*.parquet"))
    if not files:
        return None
    found = pl.scan_parquet(files).filter(pl.col("id") == output_id).select("value").head(1).collect()["value"]
    return output_from_json(msgspec.json.decode(found[0])) if len(found) else None


def remove(data: Path, run: str) -> None:
    """The run is gone from here; where the archive has it, the store takes it from there, too."""
    folder = shelf(data) / run
    if not (folder / STORED).exists():
        shutil.rmtree(folder)
        return
    (folder / RUN_FILE).rename(folder / f"{RUN_FILE}.removed")
    for file in folder.glob("outputs-*.parquet"):
        file.unlink()


def told(kept: Kept) -> str:
    """A run on one line."""
    different = "" if kept.differences is None else f"  {kept.differences:,} different from {kept.compared_with}"
    return (
        f"{kept.id}  {times.write(kept.at)}  {kept.purpose:<7} {kept.sources}  {kept.records:,} records"
        f"  {kept.outputs:,} outputs  rules {kept.knowledge[:12]}  states {kept.digest[:12]}{different}"
    )
