"""Stops a partition whose records fail in bulk, before its faults flood the dead letters.

Deterministic: counts records, never time. A single fault is a dead letter; a
systemic one (a schema that is missing here, a detector that fails for everybody)
is a reason to stop and be repaired, for then nothing is lost and nothing sent twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

SYSTEMIC: Final = frozenset(
    {"empty_value", "not_framed", "unknown_schema", "truncated", "bad_encoding", "detector_failed"}
)
"""Reasons that point at the system; the others (a missing key, a sentinel) are single producers' faults."""


class TooManyFaults(Exception):
    """More records of a partition fail than single faults explain."""

    def __init__(self, message: str, topic: str, partition: int) -> None:
        super().__init__(message)
        self.topic, self.partition = topic, partition


@dataclass(frozen=True, slots=True)
class Limit:
    """Trips when of the last `window` records more than `share` failed, and at least `minimum`."""

    window: int = 1000
    minimum: int = 200
    share: float = 0.5


class Breaker:
    """The last records of one partition since its assignment. Memory: at most `window` numbers."""

    def __init__(self, topic: str, partition: int, limit: Limit) -> None:
        self._topic, self._partition = topic, partition
        self._limit = limit
        self._seen = 0
        self._faults: deque[int] = deque()

    def count(self, records: Sequence[Any], faults: Collection[tuple[int, str]]) -> None:
        """Take in a chunk and its faults (offset, reason); raises `TooManyFaults` at the record that trips."""
        if faults:
            places = {record.offset: place for place, record in enumerate(records, start=self._seen)}
            for offset, reason in sorted(faults):
                if reason in SYSTEMIC:
                    # A company-wide record of an earlier chunk can be what a detector fails at now.
                    self._fault(places.get(offset, self._seen), offset, reason)
        self._seen += len(records)

    def _fault(self, place: int, offset: int, reason: str) -> None:
        faults, limit = self._faults, self._limit
        faults.append(place)
        while faults[0] <= place - limit.window:
            faults.popleft()
        seen = min(place + 1, limit.window)
        if len(faults) >= limit.minimum and len(faults) > seen * limit.share:
            raise TooManyFaults(
                f"{self._topic}[{self._partition}]: {len(faults)} of the last {seen:,} records failed, the last one"
                f" at offset {offset} with {reason}. Nothing of this chunk was sent or committed. Repair the cause"
                " (a producer, a schema, a detector) and start again, or let them all become dead letters with a higher"
                " RAPPORT_BREAKER_SHARE",
                self._topic,
                self._partition,
            )
