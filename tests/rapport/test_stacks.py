"""A process that is asked by a signal says in its log what it is doing, and goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

WAITING = """
import asyncio, sys
from rapport import stacks

async def waits_for_ever():
    await deep_inside()

async def deep_inside():
    print("ready", flush=True)
    await asyncio.sleep(3600)

async def main():
    stacks.show_tasks(asyncio.get_running_loop())
    await asyncio.create_task(waits_for_ever(), name="the one that waits")

asyncio.run(main())
"""
HANGING = """
from rapport import stacks

def hangs_for_ever():
    print("ready", flush=True)
    while True:
        pass

stacks.show_threads()
hangs_for_ever()
"""


def _told(program: str, tmp_path: Path, last: str) -> str:
    log = tmp_path / "log"
    with log.open("wb") as errors:
        process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=errors)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        for times in (1, 2):
            process.send_signal(signal.SIGUSR1)
            limit = time.monotonic() + 60
            while (told := log.read_text()).count(last) < times:
                assert process.poll() is None, "it goes on"
                assert time.monotonic() < limit, told
        return told
    finally:
        process.kill()
        process.communicate()


def test_tasks_are_told_with_the_place_where_they_wait(tmp_path: Path) -> None:
    told = _told(WAITING, tmp_path, "in sleep")
    assert "2 tasks:" in told
    assert "the one that waits:" in told
    assert "in waits_for_ever" in told
    assert "Current thread" in told


def test_a_process_that_hangs_tells_it_too(tmp_path: Path) -> None:
    assert "hangs_for_ever" in _told(HANGING, tmp_path, "hangs_for_ever")
