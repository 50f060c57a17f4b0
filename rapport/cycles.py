"""How often Python looks for cycles among the objects of a process that never pauses."""

from __future__ import annotations

import gc
from typing import Final

MADE: Final = 50_000
"""Containers made and still there, after which Python looks through the youngest ones; 700 by default."""


def look_seldom() -> None:
    """Call once all is loaded. A chunk of a thousand records, or a large batch, makes some ten thousand containers,

    none in a cycle; what the collector of cycles is for are the futures and exceptions of the event loop, and those
    can wait. What is there now, modules and knowledge, is looked at no more.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MADE, 20, 20)
