from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from producers.delivery import MemoryProducer, wall_clock
from producers.example import Example, example_file
from producers.example.play import SLICE
from producers.importers import importer
from schemas import topics
from tests.producers.world import IDENTITY, PARTITIONS, touchpoints, write

HEADER = importer("online-retail").header.encode()
FILE = [
    HEADER,
    b"1,A1,Tea,1,2011-03-01 10:00:00,2,100.0,UK",
    b"2,A2,Jam,1,2011-03-01 11:00:00,3,101.0,UK",
    b"3,A3,Cup,2,2011-03-02 17:00:00,4,100.0,UK",
    b"4,A3,Cup,2,2011-03-02 17:30:00,4,101.0,UK",
]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("producers.example.play.HISTORY_AFTER_S", 0.2)
    monkeypatch.setattr("producers.example.play.LIVE_PAUSE_S", 0.05)


def play(log: MemoryProducer, folder: Path, enough: Callable[[], bool]) -> list[str]:
    """Until it is enough, for a minute at most."""
    stop, said = threading.Event(), list[str]()

    def watch() -> None:
        limit = time.monotonic() + 60
        while not enough() and time.monotonic() < limit:
            time.sleep(0.05)
        stop.set()

    watching = threading.Thread(target=watch)
    watching.start()
    Example(log, log, IDENTITY, folder, write(folder / "or.csv", FILE), stop, said.append).go_on()
    watching.join()
    return said


def bought(log: MemoryProducer) -> int:
    return sum(one.type == "purchase.made" and not one.history for one in touchpoints(log))


def test_history_goes_in_once_then_the_last_day_live_and_nothing_is_of_the_future(tmp_path: Path) -> None:
    log = MemoryProducer(lambda topic: PARTITIONS)
    started = wall_clock()
    said = play(log, tmp_path, lambda: bought(log) == 2)
    found = touchpoints(log)
    history = [one for one in found if one.history]
    live = [one for one in found if one.type == "purchase.made" and not one.history]
    assert sorted(one.event_id for one in history) == ["or.csv:000000000002", "or.csv:000000000003"]
    assert sorted(one.event_id for one in live) == ["or.csv:000000000004", "or.csv:000000000005"]
    assert all(started <= one.occurred_at <= wall_clock() for one in live)
    assert all(one.occurred_at < started for one in history)
    assert [one.type for one in found].count("history.ended") == PARTITIONS
    assert any("CC BY 4.0" in each for each in said)
    assert any("days later" in each for each in said)

    before = log.acknowledged
    said = play(log, tmp_path, lambda: log.acknowledged > before)
    again = touchpoints(log)
    assert log.acknowledged > before, "the simulated feed goes on"
    assert len([one for one in again if one.order_id]) == len(history) + len(live)
    assert any("already" in each for each in said)
    assert not log.records(topics.DLQ)


def test_stopped_in_the_midst_it_ends_at_once(tmp_path: Path) -> None:
    started = time.monotonic()
    log = MemoryProducer(lambda topic: PARTITIONS)
    play(log, tmp_path, lambda: log.acknowledged > 0)
    assert time.monotonic() - started < 60.0, "the feed itself takes minutes"


def test_the_slice_is_there_and_is_taken_where_the_whole_is_not(tmp_path: Path) -> None:
    assert example_file(tmp_path) == SLICE
    assert SLICE.stat().st_size < 200_000
