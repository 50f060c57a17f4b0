"""What a process is doing at this moment: `kill -USR1 PID` writes it into its log.

The stacks of all threads are written by the signal itself, so also of a process that hangs;
those of the tasks by its loop, if it still runs.
"""

from __future__ import annotations

import asyncio
import faulthandler
import signal
import sys
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Any, Final

NUMBER: Final = signal.SIGUSR1


def show_threads() -> None:
    """From now on the signal writes the stack of each thread to standard error, whatever the process does."""
    faulthandler.register(NUMBER, all_threads=True)


def show_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """From now on the signal also writes where each task of the loop waits."""
    faulthandler.unregister(NUMBER)
    loop.add_signal_handler(NUMBER, _write, loop)
    # registered last it runs first, and then calls the loop's own
    faulthandler.register(NUMBER, all_threads=True, chain=True)


def _write(loop: asyncio.AbstractEventLoop) -> None:
    tasks = asyncio.all_tasks(loop)
    print(f"{len(tasks)} tasks:", file=sys.stderr)
    for task in sorted(tasks, key=lambda each: each.get_name()):
        print(f"{task.get_name()}:", file=sys.stderr)
        where = traceback.StackSummary.extract((frame, frame.f_lineno) for frame in _frames(task.get_coro()))
        sys.stderr.writelines(where.format())
    sys.stderr.flush()


def _frames(waiting: Any) -> Iterator[FrameType]:
    """From the outermost to the one that waits; asyncio itself shows the outermost alone."""
    while waiting is not None:
        for kind in ("cr", "gi", "ag"):
            if (frame := getattr(waiting, f"{kind}_frame", None)) is not None:
                yield frame
        waiting = next(
            (inner for each in ("cr_await", "gi_yieldfrom", "ag_await") if (inner := getattr(waiting, each, None))),
            None,
        )
