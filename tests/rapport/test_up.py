"""`rapport up` as a person runs it: everything starts, everything ends, also after a kill -9."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.local import processes
from deploy.local.broker import free_port
from rapport import running
from rapport.running import Running
from tests.conftest import ROOT
from tests.rapport.test_cli import rapport

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PATIENCE_S = 180.0
LINE = (
    '{"event_id":"up-%d","type":"chat.message","channel":"chat","occurred_at":"2026-11-20T10:00:00+01:00",'
    '"identifiers":{"customer_id":"c-%d"},"text":"hello"}\n'
)


def until(true: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < limit, f"waited {PATIENCE_S:.0f} s for {what}"
        time.sleep(0.1)


class Up:
    """A `rapport up` on a folder, its words in a file."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.output = folder / "up.txt"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        mine = {"RAPPORT_DATA": str(folder / "data"), "RAPPORT_STORE_PORT": str(free_port()), "PYTHONPATH": str(ROOT),
                "RAPPORT_BROKER": "java", "RAPPORT_COLLECTOR_PORT": str(free_port())}  # fmt: skip
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "rapport.cli", "up", "--feed", "none"],
                cwd=folder,
                env={**kept, **mine, "RAPPORT_METRICS_PORT": "0", **environment},
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )
        until(lambda: "up in" in self.output.read_text() or self.process.poll() is not None, "everything to be up")
        assert self.process.poll() is None, self.output.read_text()

    def note(self) -> Running:
        found = running.read(self.folder / "data")
        assert found is not None
        return found

    def ended(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    """Starts one after the other; at the end none runs."""
    with contextlib.ExitStack() as all_of_them:

        def start(**environment: str) -> Up:
            up = Up(tmp_path, **environment)
            all_of_them.callback(lambda: up.process.poll() is None and up.ended(signal.SIGTERM))
            return up

        yield start


def test_all_that_it_started_ends_with_it(started: Callable[..., Up]) -> None:
    up = started()
    children = up.note().children
    assert [child.name for child in children] == ["broker", "store", "collector", "console", "worker-1"]
    assert all(processes.alive(child.pid) for child in children)
    assert up.ended(signal.SIGINT) == 0, up.output.read_text()
    assert not any(processes.alive(child.pid) for child in children)
    assert running.read(up.folder / "data") is None


def test_a_killed_up_leaves_no_orphans_and_its_successor_goes_on(started: Callable[..., Up], tmp_path: Path) -> None:
    up = started()
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(LINE % (n, n) for n in range(5)))
    assert "5 accepted" in rapport("send", str(lines), folder=tmp_path).stdout
    children = up.note().children
    up.ended(signal.SIGKILL)
    up = started()
    assert not {child.pid for child in up.note().children} & {child.pid for child in children}
    assert not any(child.mark in processes.command_of(child.pid) for child in children)
    lines.write_text("".join(LINE % (n, n) for n in range(5, 7)))
    assert "2 accepted" in rapport("send", str(lines), folder=tmp_path).stdout
    assert up.ended(signal.SIGTERM) == 0


def test_a_killed_worker_comes_back_and_a_second_up_is_refused(started: Callable[..., Up], tmp_path: Path) -> None:
    up = started()
    worker = up.note().children[-1]
    os.kill(worker.pid, signal.SIGKILL)
    second = rapport("up", "--feed", "none", folder=tmp_path)
    assert second.returncode == 1
    assert f"already runs on {tmp_path / 'data'} (process {up.process.pid})" in second.stderr
    until(lambda: up.note().children[-1] not in (worker, *up.note().children[:-1]), "the worker to come back")
    assert "worker-1 has ended (killed by signal 9)" in up.output.read_text()


def test_a_foreign_broker_stays(started: Callable[..., Up], kafka: str, tmp_path: Path) -> None:
    up = started(RAPPORT_KAFKA=kafka)
    assert [child.name for child in up.note().children] == ["store", "collector", "console", "worker-1"]
    assert up.ended(signal.SIGINT) == 0
    assert rapport("init", folder=tmp_path, RAPPORT_KAFKA=kafka).returncode == 0
