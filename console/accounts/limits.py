"""How often somebody may try: counted in windows, in memory that is bounded."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import ip_network
from typing import Final

KEYS: Final = 10_000
GUESSES: Final = 5
"""Wrong passwords for one name from one address."""
WIDER: Final = 100
"""For one name from all addresses, and for all names from one address. One who is after a password is slow, and one who
shuts the door for a name, or for all who share an address, needs many of the other."""
GUESSED_S: Final = 900

log = logging.getLogger(__name__)


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


class Guesses:
    """Wrong passwords: of one address for one name, and in wider bounds of each alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._pairs = Tries(GUESSES, GUESSED_S, clock)
        self._names = Tries(WIDER, GUESSED_S, clock)
        self._addresses = Tries(WIDER, GUESSED_S, clock)

    def begin(self, name: str, address: str) -> bool:
        """Whether one more may be tried; it counts as wrong until it was `right`, so that many at one time are many."""
        address = _whose(address)
        pair = f"{name}@{address}"
        if self._pairs.wait_s(pair) or self._names.wait_s(name):
            return False
        if self._addresses.wait_s(address):
            log.warning(
                "too many wrong passwords from %s; if all staff come by way of it, RAPPORT_CONSOLE_PROXIES names it",
                address,
            )
            return False
        self._pairs.note(pair)
        self._names.note(name)
        self._addresses.note(address)
        return True

    def right(self, name: str, address: str) -> None:
        """The one begun last was right, and who makes mistakes begins anew."""
        address = _whose(address)
        self._pairs.forget(f"{name}@{address}")
        self._names.take_back(name)
        self._addresses.take_back(address)


def _whose(address: str) -> str:
    """The address; of IPv6 its first half, for who has one address has all of that."""
    try:
        return str(ip_network((address, 64), strict=False)) if ":" in address else address
    except ValueError:
        return address
