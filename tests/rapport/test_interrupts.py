from __future__ import annotations

import subprocess
import sys

import pytest

DISTURBED = """
import asyncio, os, signal, threading, time
from rapport.interrupts import on_end, on_end_of

heard = []

def disturb():
    for _ in range(200):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.002)

def decode():
    import polars as pl  # as late as what decodes loads it
    numbers, disturber = pl.Series(range(3_000_000)), threading.Thread(target=disturb)
    disturber.start()
    while disturber.is_alive():
        numbers.abs().max()

async def in_a_loop():
    on_end_of(asyncio.get_running_loop(), lambda: heard.append(1))
    decode()
    await asyncio.sleep(0.1)

def alone():
    on_end(lambda: heard.append(1))
    decode()

{how}
print("heard" if heard else "deaf")
"""


@pytest.mark.parametrize("how", ["alone()", "asyncio.run(in_a_loop())"])
def test_what_decodes_does_not_die_of_an_interrupt(how: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DISTURBED.replace("{how}", how)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "heard\n"), done.stderr
