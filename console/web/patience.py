"""A store that is asked and not waited for: who has a customer before them needs the rest of the page now."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sinks.clickhouse.client import Answer, Parameter, Reader, StoreAway

PATIENCE_S: Final = 8.0
"""Many times what a question of a page takes; a store that is stuck would keep it for half a minute each."""
REST_S: Final = 15.0
"""So long nothing is asked of a store that did not answer in time; then one question finds out."""
AT_ONCE: Final = 16
"""Questions on their way at one time, those that nobody waits for any more included."""


class Patient:
    """A reader that says within `patience_s` that the store is away, and at once while it is known to be."""

    def __init__(
        self, store: Reader, patience_s: float = PATIENCE_S, rest_s: float = REST_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._store = store
        self._patience_s = patience_s
        self._rest_s = rest_s
        self._clock = clock
        self._pool = ThreadPoolExecutor(AT_ONCE, "asking")
        self._away_until = 0.0

    @property
    def where(self) -> str:
        return self._store.where

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        if self._clock() < self._away_until:
            raise StoreAway(f"{self.where} did not answer in time")
        asked = self._pool.submit(self._store.query, sql, params, binary=binary)
        try:
            return asked.result(self._patience_s)
        except TimeoutError:
            asked.cancel()
            self._away_until = self._clock() + self._rest_s
            raise StoreAway(f"{self.where} did not answer within {self._patience_s:.0f} s") from None

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._store.close()
