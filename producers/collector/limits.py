"""How much a caller may send: a bucket of events for each, refilled as time goes on."""

from __future__ import annotations

import math

from producers.collector.adapter import Quota


class Limits:
    """Buckets by source and caller. One holds a second's worth; a batch may take it into debt, which is waited for."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, source: str, quota: Quota, events: int, now: float) -> int:
        """0, and the events are taken; or after how many whole seconds it is worth while to come again."""
        rate = quota.events_per_s
        held, since = self._buckets.get((source, quota.name), (rate, now))
        held = min(rate, held + (now - since) * rate)
        if held <= 0:
            self._buckets[source, quota.name] = (held, now)
            return max(1, math.ceil(-held / rate))
        self._buckets[source, quota.name] = (held - events, now)
        return 0
