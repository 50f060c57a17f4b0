"""Processes: told alive from dead, ended in order, never orphaned."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.local import processes

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def test_a_zombie_is_not_alive() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    while processes.alive(child.pid):
        time.sleep(0.01)
    assert child.wait() == 0


def test_who_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = processes.start([sys.executable, "-c", STUBBORN], log)
    while not log.read_text():
        time.sleep(0.01)
    processes.end(child.pid, 0.2)
    assert child.wait() == -signal.SIGKILL


def test_ending_one_that_is_gone_is_no_error() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    processes.end(child.pid, 1.0)
    assert processes.command_of(child.pid) == ""


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="the kernel ties a child to its parent by setpriv only")
def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    parent_code = (
        "import pathlib, sys, time; from deploy.local import processes\n"
        "child = processes.start([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", parent_code], cwd=Path(__file__).parents[3])
    while not (note.exists() and note.read_text()):
        time.sleep(0.01)
    child = int(note.read_text())
    while "pdeathsig" in processes.command_of(child):  # not tied yet
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    limit = time.monotonic() + 60
    while processes.alive(child) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not processes.alive(child)
