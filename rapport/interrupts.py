"""SIGTERM and SIGINT end a process in order, whatever it is doing at that moment."""

from __future__ import annotations

import signal
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

ENDS: Final = (signal.SIGTERM, signal.SIGINT)


def on_end(act: Callable[[], object]) -> Mapping[signal.Signals, Any]:
    """Calls `act` on each of the two, and nothing else happens; the handlers that were there before."""
    _settle()
    return {number: signal.signal(number, lambda *_: act()) for number in ENDS}


def on_end_of(loop: AbstractEventLoop, act: Callable[[], object]) -> None:
    """As `on_end`, in a loop of asyncio that runs."""
    _settle()
    for number in ENDS:
        loop.add_signal_handler(number, act)


def _settle() -> None:
    """When it is loaded, polars puts a handler of its own before the one that is there, and raises KeyboardInterrupt
    out of whatever it is at: a lane that decodes a chunk would die of a Ctrl-C. So it goes first."""
    import_module("polars")
