"""Alerts on the terminal of `up`, as they come."""

from __future__ import annotations

import queue
import threading
from typing import Final

from rich.console import Console

from rapport.connection import Kafka
from rapport.failure import Failure
from rapport.following import follow
from rapport.readable import Page, readable
from rapport.selecting import ALERTS
from rapport.voice import Voice
from schemas import topics
from schemas.records import Emitted

TOPICS: Final = (*ALERTS, topics.SHIFTS)
AT_ONCE: Final = 12
"""Shown of what came since the last look; of a flood the rest is only counted."""


class Showing:
    """Reads on a thread of its own; `look` prints, so that lines of several sources never mix."""

    def __init__(self, kafka: Kafka, console: Console, voice: Voice) -> None:
        self._kafka = kafka
        self._console = console
        self._voice = voice
        self._over = threading.Event()
        self._found: queue.SimpleQueue[Emitted] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._follow, name="showing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def look(self) -> None:
        """Print what came since the last look."""
        shown = passed = 0
        while not self._found.empty():
            output = self._found.get()
            if output.history is not None:
                continue
            if shown < AT_ONCE:
                self._console.print(readable(output, Page(self._console.width, voice=self._voice)))
                shown += 1
            else:
                passed += 1
        if passed:
            self._console.print(f"… and {passed} more; `rapport tail` shows all", style="dim")

    def stop(self) -> None:
        self._over.set()
        self._thread.join(timeout=5.0)

    def _follow(self) -> None:
        try:
            for output in follow(self._kafka, TOPICS, self._over.is_set):
                self._found.put(output)
        except Failure as failure:
            self._console.print(f"no alerts can be shown here: {failure}", markup=False)
