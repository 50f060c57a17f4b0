"""Parquet and Avro container files say what the lines of JSON say that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import fastavro
import msgspec
import polars as pl
import pytest

from replay.source import ReplayError
from replay.sources import tables
from schemas.contract import read_line
from schemas.records import Rejected, Touchpoint
from tests.replay.sources.test_files import START, line, names, pieces, records, write

LINES = [
    line("a", 1, text="早上好", properties={"score": 4, "about": {"item": "tea"}}),
    line("b", 2, who="bo", amount=12.5, currency="EUR"), line("c", 3, who="cai", location_id="store-1"),
]  # fmt: skip


def touchpoints(lines: Sequence[bytes] = LINES) -> list[Touchpoint]:
    found = [read_line(each) for each in lines]
    assert all(isinstance(each, Touchpoint) for each in found)
    return [each for each in found if isinstance(each, Touchpoint)]


def avro(path: Path, found: Sequence[Touchpoint], interval: int = 16_000) -> Path:
    with path.open("wb") as out:
        schema = fastavro.parse_schema(msgspec.json.decode(TOUCHPOINT.read_bytes()))
        rows = [msgspec.structs.asdict(each) for each in found]
        fastavro.writer(out, schema, rows, codec="deflate", sync_interval=interval)
    return path


TOUCHPOINT = Path(tables.__file__).parents[2] / "schemas" / "avro" / "touchpoint.avsc"


def test_an_avro_container_says_what_its_lines_say(tmp_path: Path) -> None:
    file = avro(tmp_path / "t.avro", touchpoints())
    assert records(pieces(file)) == records(pieces(write(tmp_path / "t.jsonl", LINES)))


@pytest.mark.parametrize("form", ["as the contract", "as the schema"])
def test_a_parquet_file_says_what_its_lines_say(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS", 2)
    file = tmp_path / "t.parquet"
    if form == "as the schema":
        pl.DataFrame([msgspec.structs.asdict(each) for each in touchpoints()]).write_parquet(file)
    else:
        rows = [msgspec.json.decode(each) for each in LINES]
        for row in rows:
            row["occurred_at"] = datetime.fromisoformat(row["occurred_at"])
        pl.DataFrame(rows).write_parquet(file)
    assert records(pieces(file)) == records(pieces(write(tmp_path / "t.jsonl", LINES)))


def test_files_of_all_kinds_are_merged_by_time(tmp_path: Path) -> None:
    first, second, third = touchpoints()
    later = avro(tmp_path / "t.avro", [third, first])
    other = tmp_path / "t.parquet"
    pl.DataFrame([msgspec.structs.asdict(second)]).write_parquet(other)
    plain = write(tmp_path / "t.jsonl", [line("z", 2.5)])
    assert names(pieces(other, plain, later, partitions=1)) == ["a", "b", "z", "c"]


def test_a_container_that_stops_in_its_midst_is_read_until_there_and_said(tmp_path: Path) -> None:
    many = [msgspec.structs.replace(touchpoints()[0], event_id=f"{n:03d}", occurred_at=START + n) for n in range(100)]
    file = avro(tmp_path / "t.avro", many, interval=200)
    file.write_bytes(file.read_bytes()[:-20])
    found = pieces(file)
    assert [piece.reason for piece in found if isinstance(piece, Rejected)] == ["truncated"]
    assert 50 < len(names(found)) < 100


def test_what_is_no_touchpoint_is_refused_alone(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    moment = datetime.fromtimestamp(START / 1000, UTC)
    rows = [
        {"event_id": each, "type": each, "occurred_at": moment, "channel": "chat"} for each in ("chat.message", "x")
    ]
    pl.DataFrame(rows).write_parquet(file)
    found = pieces(file)
    (rejected,) = [piece for piece in found if isinstance(piece, Rejected)]
    assert rejected.detail.startswith(f"{file}:2: ")
    assert names(found) == ["chat.message"]


@pytest.mark.parametrize("content", [tables.PARQUET + b"half", tables.AVRO + b"\x00\xff"])
def test_a_damaged_table_is_named(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "t"
    file.write_bytes(content)
    with pytest.raises(ReplayError, match=str(file)):
        pieces(file)
