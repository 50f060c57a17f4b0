"""The note of `up`: found by other commands while it runs, cleared after it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local import processes
from rapport import running
from rapport.commands.replay import settings_for
from rapport.failure import Failure
from rapport.running import Child, Running
from rapport.settings import Settings
from rapport.up import up
from replay.library import fetch_from
from replay.source import ReplayError

SLEEP = "import time; time.sleep(60)"


def called(word: str) -> subprocess.Popen[bytes]:
    """A process with `word` in its command line (which is empty for a moment after the start)."""
    child = subprocess.Popen([sys.executable, "-c", f"{SLEEP}  # {word}"])
    until = time.monotonic() + 60
    while word not in processes.command_of(child.pid):
        assert time.monotonic() < until
        time.sleep(0.001)
    return child


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """Something that runs and is called rapport."""
    child = called("rapport")
    yield child
    child.kill()
    child.wait()


def note(pid: int, *children: Child) -> Running:
    return Running(pid, "here:9092", 7, 8182, children)


def test_other_commands_find_what_runs(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    running.write(tmp_path, note(process.pid))
    found = running.located(Settings(data=tmp_path))
    assert (found.kafka, found.partitions, found.store_port) == ("here:9092", 7, 8182)


@pytest.mark.parametrize("sources", [["archive"], ["kafka"], ["touchpoints.jsonl"]], ids=str)
def test_a_replay_finds_the_knowledge_of_what_runs(
    sources: list[str], process: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_DATA", str(tmp_path))
    monkeypatch.delenv("RAPPORT_KAFKA", raising=False)
    running.write(tmp_path, note(process.pid))
    assert settings_for(sources).kafka == "here:9092"


def test_without_any_kafka_a_replay_says_what_the_log_goes_by_and_how_to_find_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_DATA", str(tmp_path))
    monkeypatch.delenv("RAPPORT_KAFKA", raising=False)
    with pytest.raises(ReplayError, match=r"knowledge version v9, .* nothing runs on .* \(start `rapport up`\)"):
        fetch_from(["archive"], settings_for(["archive"]))("v9")


def test_a_kafka_that_is_set_is_not_replaced(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    running.write(tmp_path, note(process.pid))
    found = running.located(Settings(data=tmp_path, kafka="there:1", partitions=2))
    assert (found.kafka, found.partitions, found.store_port) == ("there:1", 2, 8182)


def test_the_note_of_one_that_is_gone_does_not_count(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    process.kill()
    process.wait()
    running.write(tmp_path, note(process.pid))
    with pytest.raises(Failure, match=r"nothing runs on .* \(start `rapport up`\)"):
        running.located(Settings(data=tmp_path))


def test_a_running_one_is_not_disturbed(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    running.write(tmp_path, note(process.pid))
    with pytest.raises(Failure, match=f"already runs on .* {process.pid}"):
        running.clear_leftovers(tmp_path)


def test_what_a_killed_one_left_is_ended_and_nothing_else(process: subprocess.Popen[bytes], tmp_path: Path) -> None:
    left = called("mark")
    other = Child("store", process.pid, "another program that got the number")
    running.write(tmp_path, note(0, Child("worker-1", left.pid, "mark"), other))
    assert running.clear_leftovers(tmp_path) == ["worker-1"]
    assert left.wait() != 0
    assert processes.alive(process.pid)
    assert running.read(tmp_path) is None


def test_a_broken_note_is_named(tmp_path: Path) -> None:
    (tmp_path / "up.json").write_text("{")
    with pytest.raises(Failure, match=r"up.json is no note of `rapport up` .*; delete it"):
        running.read(tmp_path)


def test_one_that_is_told_to_end_before_it_runs_ends_quietly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def told_twice(folder: Path) -> None:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    monkeypatch.setattr("rapport.up.read_knowledge", told_twice)
    up(Settings(data=tmp_path), "none", Console(quiet=True))
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before
