"""What a peer prints at its last record, and how it is set to work."""

from __future__ import annotations

import json
import os
import sys
from time import perf_counter, process_time

KAFKA, TOPIC, COUNT, NAME = "PEER_KAFKA", "PEER_TOPIC", "PEER_COUNT", "PEER_NAME"
"""Environment of a peer: broker, the topic to read, records to count until it ends, what its own topics begin with."""


class Watch:
    """Counts records from the first to the last; at the last it prints the seconds and ends the process."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._done = 0
        self._began = (0.0, 0.0)

    def begin(self) -> None:
        """At the first record, before its work; later calls change nothing."""
        if self._began == (0.0, 0.0):
            self._began = (process_time(), perf_counter())

    def done(self, records: int = 1) -> None:
        """So many more are finished."""
        self._done += records
        if self._done >= self._count:
            cpu, wall = process_time() - self._began[0], perf_counter() - self._began[1]
            # Faust redirects standard output into its log.
            print(json.dumps({"records": self._done, "cpu_s": cpu, "wall_s": wall}), file=sys.__stdout__, flush=True)
            os._exit(0)


def environment(kafka: str, topic: str, count: int, name: str) -> dict[str, str]:
    """The variables of a peer."""
    return {KAFKA: kafka, TOPIC: topic, COUNT: str(count), NAME: name}
