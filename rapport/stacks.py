"""What a process is doing at this moment: `kill -USR1 PID` writes it into its log.

The stacks of all threads are written by the signal itself, so also of a process that hangs;
those of the tasks by its loop, if it still runs.
"""

from __future__ import annotations

import asyncio
import faulthandler
import signal
import sys
from typing import Final

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
        task.print_stack(file=sys.stderr)
    sys.stderr.flush()
