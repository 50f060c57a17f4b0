from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from producers.delivery import MemoryProducer
from producers.importers import UnknownImporter, importer
from producers.importers.run import Mode, import_files
from producers.lines import Lines, UnreadableInput
from schemas import times, topics
from schemas.wire import properties
from tests.producers.world import IDENTITY, PARTITIONS, decoded, memory, touchpoints, write

RETAIL = importer("online-retail")
HEADER = RETAIL.header.encode()
NOW = times.read("2026-06-10T12:00:00Z").at
LINES = [
    HEADER,
    b"1,A1,Tea,1,2011-03-01 10:00:00,2,100.0,UK",
    b"1,A1,Tea,1,2011-03-01 10:00:00,2,100.0,UK",
    b"2,A2,Jam,1,2011-03-02 09:00:00,3,null,UK",
    b"3,A3,Cup,2,2011-03-02 17:00:00,4,,UK",
]


def run(path: Path, log: MemoryProducer, mode: Mode, said: list[str] | None = None, now: int = NOW) -> Counter[str]:
    say = (said if said is not None else list[str]()).append
    counts = import_files(
        RETAIL, [Lines(str(path))], mode, log, IDENTITY, path.parent / "checkpoints", say=say, clock=lambda: now
    )
    assert counts.accepted == 3
    return counts.rejected


@pytest.mark.parametrize("name", [pytest.param("or.csv", id="plain"), pytest.param("or.csv.gz", id="gzip")])
def test_identical_lines_are_distinct_events_and_a_bad_one_is_rejected_alone(tmp_path: Path, name: str) -> None:
    log = memory()
    assert run(write(tmp_path / name, LINES), log, Mode()) == Counter(sentinel_identifier=1)
    assert sorted(one.event_id for one in touchpoints(log)) == [f"or.csv:{n:012d}" for n in (2, 3, 5)]
    (letter,) = log.records(topics.DLQ)
    assert letter.value == LINES[3]
    assert all(one.history is None and one.received_at is not None for one in touchpoints(log))


def test_history_stands_between_its_marks_on_every_partition(tmp_path: Path) -> None:
    log = memory()
    run(write(tmp_path / "or.csv", LINES), log, Mode(history=True))
    for partition in range(PARTITIONS):
        values = [record.value for record in log.read(topics.RAW, {partition: 0})]
        keys = {record.key for record in log.read(topics.RAW, {partition: 0}) if b"history." in record.value}
        begun, *records, ended = decoded(values)
        assert (begun.type, begun.event_id) == ("history.begun", f"online-retail:or.csv:begun:{partition}")
        assert (ended.type, ended.event_id) == ("history.ended", f"online-retail:or.csv:ended:{partition}")
        assert properties(begun) == properties(ended) == {"run": "online-retail:or.csv"}
        assert {one.history for one in records} <= {"online-retail:or.csv"}
        assert all(one.received_at is None for one in records)
        assert keys == {b"*"}


def test_history_of_a_time_to_come_is_rejected_and_live_clamped(tmp_path: Path) -> None:
    lines = [*LINES, b"4,A4,Pot,2,2099-03-13 10:00:00,4,77,UK"]
    log = memory()
    assert run(write(tmp_path / "or.csv", lines), log, Mode(history=True))["bad_date"] == 1
    (letter,) = [each for each in log.records(topics.DLQ) if each.value == lines[-1]]
    told = dict(letter.headers)
    assert told["line"] == b"6"
    assert b"2099-03-13 10:00 UTC lies in the future" in told["detail"]
    counts = import_files(
        RETAIL, [Lines(str(tmp_path / "or.csv"))], Mode(), memory(), IDENTITY, tmp_path, clock=lambda: NOW
    )
    assert (counts.accepted, counts.clamped) == (4, 1)


@pytest.mark.parametrize(
    ("now", "last"),
    [
        pytest.param("2026-06-10T18:30:00Z", "2026-06-10T17:00:00.000+01:00", id="the last day is today"),
        pytest.param("2026-06-10T12:00:00Z", "2026-06-09T17:00:00.000+01:00", id="or yesterday, if else in the future"),
    ],
)
def test_rebase_moves_all_times_and_says_so(tmp_path: Path, now: str, last: str) -> None:
    log, said = memory(), list[str]()
    run(write(tmp_path / "or.csv", LINES), log, Mode(rebase=True), said, times.read(now).at)
    written = sorted(times.write(one.occurred_at, one.occurred_offset) for one in touchpoints(log))
    assert written[-1] == last
    assert len(said) == 1
    assert "days later" in said[0]


@pytest.mark.parametrize(
    "lines", [pytest.param([b"a,b,c", b"1,2,3"], id="other columns"), pytest.param([], id="empty")]
)
def test_a_foreign_file_is_refused_before_anything_is_sent(tmp_path: Path, lines: list[bytes]) -> None:
    log = memory()
    with pytest.raises(UnreadableInput, match=r"or\.csv:1: not online-retail"):
        run(write(tmp_path / "or.csv", lines), log, Mode())
    assert log.acknowledged == 0


def test_an_unknown_importer_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownImporter, match=r"online-retial.*online-retail"):
        importer("online-retial")
