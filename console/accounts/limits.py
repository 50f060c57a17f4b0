"""How often somebody may try: counted in windows, in memory that is bounded."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

KEYS: Final = 10_000


class Tries:
    """At most `most` in `window_s` for one key. The keys used longest ago are forgotten first."""

    def __init__(self, most: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._window_s = window_s
        self._clock = clock
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Seconds until one more is allowed; 0: now."""
        seen, now = self._seen.get(key), self._clock()
        while seen and seen[0] <= now - self._window_s:
            seen.popleft()
        return seen[0] + self._window_s - now if seen and len(seen) >= self._most else 0.0

    def note(self, key: str) -> None:
        seen = self._seen.setdefault(key, deque(maxlen=self._most))
        self._seen.move_to_end(key)
        seen.append(self._clock())
        if len(self._seen) > KEYS:
            self._seen.popitem(last=False)

    def take_back(self, key: str) -> None:
        """The last one noted was none after all."""
        if seen := self._seen.get(key):
            seen.pop()

    def forget(self, key: str) -> None:
        self._seen.pop(key, None)
