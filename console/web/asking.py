"""Questions to the archive that many screens ask: one answer for all of them, and the last one while it is away."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from sinks.clickhouse.client import Reader, StoreError

FRESH_S: Final = 2.0
KEPT: Final = 64

Rows = list[dict[str, Any]]


class Asked(NamedTuple):
    """Rows by question. `at`: unix time of the answer; `away`: why there is no newer one."""

    rows: dict[str, Rows]
    at: float
    away: str = ""


class NoAnswer(Exception):
    """There is none, and was none before."""


class Answers:
    """The answers of one store."""

    def __init__(self, store: Reader) -> None:
        self._store = store
        self._kept: OrderedDict[Any, Asked] = OrderedDict()
        self._locks: dict[Any, asyncio.Lock] = {}

    async def to(
        self, key: Any, questions: dict[str, tuple[str, dict[str, Any]]], fresh_s: float | None = None
    ) -> Asked:
        """At most `fresh_s` (else `FRESH_S`) old; older ones, with why, while the store is away. `NoAnswer`."""
        async with self._locks.setdefault(key, asyncio.Lock()):
            last = self._kept.get(key)
            if last is not None and not last.away and time.time() - last.at < (FRESH_S if fresh_s is None else fresh_s):
                return last
            try:
                rows = await asyncio.to_thread(_all, self._store.query, questions)
            except StoreError as error:
                if last is None:
                    raise NoAnswer(str(error)) from error
                return last._replace(away=str(error))
            self._kept[key] = Asked(rows, time.time())
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                gone, _ = self._kept.popitem(last=False)
                self._locks.pop(gone, None)
            return self._kept[key]


def _all(query: Callable[..., Any], questions: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, Rows]:
    return {name: list(query(sql, params).dicts()) for name, (sql, params) in questions.items()}
