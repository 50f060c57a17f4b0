"""Files of JSON lines: in which order they are folded, and what becomes of lines that are none."""

from __future__ import annotations

import gzip
import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from replay.source import Chunk, Passing, Piece, ReplayError
from replay.sources import sorting
from replay.sources.files import Files
from schemas import times
from schemas.keys import IdentityKey, partition_for
from schemas.records import EVERYONE, Record, Rejected, Source, Touchpoint

IDENTITY = IdentityKey("k1", b"test")
START = 1_767_225_600_000


def line(name: str, seconds: float, who: str = "ann", **more: Any) -> bytes:
    fields = {
        "event_id": name, "type": "chat.message", "channel": "chat", "initiator": "customer",
        "occurred_at": times.write(START + round(seconds * 1000)), "identifiers": {"customer_id": who}, **more,
    }  # fmt: skip
    return msgspec.json.encode({key: value for key, value in fields.items() if value is not None})


def pieces(*paths: Path, partitions: int = 4) -> list[Piece]:
    with closing(Files([str(path) for path in paths], partitions, IDENTITY)) as files:
        return list(files.pieces())


def records(found: Sequence[Piece]) -> list[Record]:
    return [record for piece in found if isinstance(piece, Chunk) for record in piece.records]


def names(found: Sequence[Piece]) -> list[str]:
    return [record.body.event_id for record in records(found) if isinstance(record.body, Touchpoint)]


def write(path: Path, lines: Sequence[bytes]) -> Path:
    path.write_bytes(b"".join(each + b"\n" for each in lines))
    return path


SORTED = [line("b", 0), line("a", 1), line("c", 1), line("d", 2.5)]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(SORTED, id="in order"),
        pytest.param(SORTED[::-1], id="backwards"),
        pytest.param([SORTED[0], SORTED[2], SORTED[1], SORTED[3]], id="one moment, names not in order"),
    ],
)
@pytest.mark.parametrize("run_bytes", [pytest.param(1, id="each line a run"), pytest.param(1 << 20, id="in memory")])
def test_lines_go_by_time_then_by_name(
    lines: list[bytes], run_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorting, "RUN_BYTES", run_bytes)
    assert names(pieces(write(tmp_path / "f.jsonl", lines), partitions=1)) == ["b", "a", "c", "d"]


def test_more_runs_than_files_may_be_open_are_merged_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "RUN_BYTES", 1)
    count = sorting.RUNS * 3 + 5
    entries = [sorting.Entry(sorting.Place(at, 0, ""), 0, at, b"x", True) for at in range(count)]
    shuffled = random.Random(3).sample(entries, count)
    assert list(sorting.on_disk(shuffled, tmp_path)) == entries
    assert list(tmp_path.iterdir()) == []


def test_several_files_are_one_story(tmp_path: Path) -> None:
    one = write(tmp_path / "1.jsonl", SORTED[::2])
    two = write(tmp_path / "2.jsonl", SORTED[1::2][::-1])
    assert names(pieces(one, two, partitions=1)) == ["b", "a", "c", "d"]


def test_gzip_is_read_as_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(SORTED)))
    assert names(pieces(path, partitions=1)) == ["b", "a", "c", "d"]


def test_keys_and_partitions_are_those_of_the_line(tmp_path: Path) -> None:
    lines = [
        line("a", 0, "ann"),
        line("b", 1, identifiers={"email": "a@b.example"}),
        line("c", 2, identifiers=None),
        line("d", 3, type="stock.out", channel="system", identifiers=None),
    ]
    found = pieces(write(tmp_path / "f.jsonl", lines))
    chunks = [piece for piece in found if isinstance(piece, Chunk)]
    single = {r.key: c.partition for c in chunks for r in c.records if r.key != EVERYONE}
    assert all(partition_for(key.encode(), 4) == partition for key, partition in single.items())
    assert [key.partition(":")[0] for key in sorted(single)] == ["ann", "email", "none"]
    assert sorted(c.partition for c in chunks for r in c.records if r.key == EVERYONE) == [0, 1, 2, 3]


def test_time_passes_before_what_concerns_everybody_at_ticks_and_at_the_end(tmp_path: Path) -> None:
    lines = [
        line("a", 0),
        line("b", 5, type="stock.out", channel="system", identifiers=None),
        line("t", 7, type="clock.tick", channel="system", identifiers=None),
        line("c", 9),
    ]
    found = pieces(write(tmp_path / "f.jsonl", lines), partitions=1)
    passing = [piece for piece in found if isinstance(piece, Passing)]
    at = [(START, False), (START + 5000, False), (START + 7000, True), (START + 9000, True)]
    assert passing == [Passing(*each) for each in at]


def test_recorded_rules_are_left_out_where_there_is_no_log(tmp_path: Path) -> None:
    facts = {"version": "v"}
    activation = line("k", 1, type="knowledge.activated", channel="system", identifiers=None, properties=facts)
    assert names(pieces(write(tmp_path / "f.jsonl", [line("a", 0), activation]), partitions=1)) == ["a"]


def test_a_touchpoint_from_the_future_takes_the_time_at_which_it_came_in(tmp_path: Path) -> None:
    early = line("early", 90_000, received_at=times.write(START))
    (first, second) = records(pieces(write(tmp_path / "f.jsonl", [line("a", 1), early]), partitions=1))
    assert isinstance(first.body, Touchpoint)
    assert (first.body.event_id, first.body.occurred_at) == ("early", START)
    assert isinstance(second.body, Touchpoint)


@pytest.mark.parametrize(
    ("broken", "reason", "says"),
    [
        pytest.param(b"{", "not_json", ":2:", id="no JSON"),
        pytest.param(line("x", 1, type="chat.mesage"), "unknown_type", "chat.message", id="unknown type"),
        pytest.param(line("x", 1, occurred_at="2026-02-30T00:00:00Z"), "bad_date", "occurred_at", id="impossible date"),
        pytest.param(line("x", 1, text="a" * 300_000), "too_large", ":2:", id="too large"),
        pytest.param(b'{"event_id": "x", "text": "\xff"}', "bad_encoding", "UTF-8", id="broken UTF-8"),
        pytest.param(line("x", 1, who="null"), "sentinel_identifier", "customer_id", id="sentinel"),
    ],
)
@pytest.mark.parametrize("backwards", [pytest.param(False, id="streamed"), pytest.param(True, id="sorted")])
def test_a_bad_line_is_rejected_by_name_and_its_neighbours_stay(
    broken: bytes, reason: str, says: str, backwards: bool, tmp_path: Path
) -> None:
    lines = [SORTED[0], broken, *(SORTED[:0:-1] if backwards else SORTED[1:])]
    found = pieces(write(tmp_path / "f.jsonl", lines), partitions=1)
    (rejected,) = [piece for piece in found if isinstance(piece, Rejected)]
    assert (rejected.reason, rejected.original) == (reason, broken)
    assert "f.jsonl:2" in rejected.detail
    assert says in rejected.detail
    assert names(found) == ["b", "a", "c", "d"]


def test_half_a_line_at_the_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(b"\n".join(SORTED)[:-10])
    (rejected,) = [piece for piece in pieces(path) if isinstance(piece, Rejected)]
    assert rejected.reason == "truncated"
    assert "f.jsonl:4" in rejected.detail


def test_a_gzip_file_that_stops_early_is_named(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(each + b"\n" for each in SORTED))[:-12])
    found = pieces(path, partitions=1)
    assert [piece.reason for piece in found if isinstance(piece, Rejected)] == ["truncated"]


def test_an_export_keeps_the_order_of_the_log(tmp_path: Path) -> None:
    lines = [
        line("late", -50, partition=1, offset=9, key="ann", source=[2, 7, 0]),
        line("first", 10, partition=0, offset=3, key="bo", source=[0, 1, 0]),
        line("last", -90, partition=1, offset=11, key="ann", source=[2, 8, 0]),
    ]
    found = pieces(write(tmp_path / "f.jsonl", lines))
    assert [piece.partition for piece in found if isinstance(piece, Chunk)] == [0, 1]
    assert [(record.offset, record.key, record.source) for record in records(found)] == [
        (3, "bo", Source(0, 1, 0)), (9, "ann", Source(2, 7, 0)), (11, "ann", Source(2, 8, 0)),
    ]  # fmt: skip
    assert not [piece for piece in found if isinstance(piece, Passing)]


def test_an_export_in_disorder_is_put_back_into_log_order(tmp_path: Path) -> None:
    lines = [line(f"e{offset}", -offset, partition=0, offset=offset) for offset in (4, 1, 3, 2)]
    assert names(pieces(write(tmp_path / "f.jsonl", lines))) == ["e1", "e2", "e3", "e4"]


def test_an_export_is_taken_as_the_log_has_it(tmp_path: Path) -> None:
    future = line("x", 90_000, received_at=times.write(START), partition=0, offset=0)
    (record,) = records(pieces(write(tmp_path / "f.jsonl", [future])))
    assert isinstance(record.body, Touchpoint)
    assert record.body.occurred_at == START + 90_000_000
    assert (record.key, record.source) == ("ann", Source(0, 0, 0))


@pytest.mark.parametrize("apart", [pytest.param(True, id="in two files"), pytest.param(False, id="in one file")])
def test_log_and_no_log_are_not_mixed(apart: bool, tmp_path: Path) -> None:
    lines = [line("a", 0, partition=0, offset=0), line("b", 1)]
    paths = [write(tmp_path / f"{n}.jsonl", [each]) for n, each in enumerate(lines)]
    whole = write(tmp_path / "whole.jsonl", lines)
    with pytest.raises(ReplayError, match="partition and offset"):
        pieces(*(paths if apart else [whole]))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match=r"nowhere\.jsonl: no such file"):
        pieces(tmp_path / "nowhere.jsonl")


def test_nothing_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces(write(tmp_path / "f.jsonl", SORTED[::-1]))
    assert [path.name for path in tmp_path.iterdir()] == ["f.jsonl"]
