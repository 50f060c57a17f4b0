"""Some records of a producer begin a trace, those that belong to one keep it."""

from __future__ import annotations

from random import Random

from producers.delivery import Headers
from schemas.traces import TRACEPARENT

USUAL_SHARE = 0.01
"""One more header in every record costs the line four to five hundredths (docs/decisions/0009-traces.md)."""


class Tracing:
    """Gives one record in `1 / share` a new `traceparent`, flagged as recorded; 0: none, 1: all."""

    def __init__(self, share: float = USUAL_SHARE, chance: Random | None = None) -> None:
        self._share = share
        self._chance = chance or Random()

    def of(self, headers: Headers) -> Headers:
        """The headers, with a trace if they are chosen and have none."""
        if self._chance.random() >= self._share or any(name == TRACEPARENT for name, _ in headers):
            return headers
        trace, span = self._chance.getrandbits(128) or 1, self._chance.getrandbits(64) or 1
        return [*headers, (TRACEPARENT, f"00-{trace:032x}-{span:016x}-01".encode())]
