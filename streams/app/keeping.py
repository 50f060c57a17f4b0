"""When states are written: those of several chunks together, beside the work on the next one.

A chunk whose alerts are acknowledged waits for the rest a little, so that the chunks behind it
come along: at a few records a chunk most of a worker's requests were states, cards and measures, and each of
them held up the touchpoint behind it. To the states it is as if those chunks had been one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

from streams.app.outbox import Entry, Target

DELAY_S: Final = 0.1
"""How long the first of the chunks waits. A crash does so much more again, and recognises it."""
RECORDS: Final = 4_000
"""So many records do not wait; twice as many unwritten ones stop the lane until there is room."""

Changes: TypeAlias = Sequence[tuple[bytes, bytes]]
Later: TypeAlias = Mapping[Target, Sequence[Entry]]
"""Outputs that nobody waits for by the millisecond, each target in order."""


class Keeper:
    """The states of one partition, and the outputs that go before them, on their way: one append at a time."""

    def __init__(self, take: Callable[[], Changes], append: Callable[[Later, Changes], Awaitable[object]]) -> None:
        """`take` gives the changes since it was last called. It is called only while no chunk is in work:

        what has been folded until then has its urgent outputs acknowledged, and the others are handed to `append`.
        """
        self._take, self._append = take, append
        self._working = False
        self._records = 0
        self._later: dict[Target, list[Entry]] = {}
        self._kept: asyncio.Future[None] | None = None
        self._ripe = False
        self._writing: asyncio.Task[None] | None = None
        self._taken = True

    async def begin(self) -> None:
        """A chunk is about to be folded."""
        writing = self._writing
        if writing is not None and not self._taken:
            # Its changes are taken with its first step, which is next.
            await asyncio.sleep(0)
        if writing is not None and self._records >= RECORDS:
            await asyncio.wait({writing})
        self._working = True

    def done(self, records: int, later: Later) -> asyncio.Future[None]:
        """Its other outputs are acknowledged. The future is done when these and the states are, or fails as they do."""
        loop = asyncio.get_running_loop()
        self._working = False
        self._records += records
        for target, entries in later.items():
            self._later.setdefault(target, []).extend(entries)
        kept = self._kept
        if kept is None:
            kept = self._kept = loop.create_future()
            loop.call_later(DELAY_S, self._ripen)
        self._write_if_due()
        return kept

    def _ripen(self) -> None:
        self._ripe = True
        self._write_if_due()

    async def cancel(self) -> None:
        """Nothing more is begun; returns when nothing is under way."""
        self._working = True
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.wait({self._writing})
        if self._kept is not None:
            self._kept.cancel()

    def _write_if_due(self) -> None:
        kept = self._kept
        if kept is None or self._working or self._writing is not None:
            return
        if self._ripe or self._records >= RECORDS:
            self._kept, self._records, self._ripe, self._taken = None, 0, False, False
            self._writing = asyncio.create_task(self._write())
            self._writing.add_done_callback(partial(self._written, kept))

    async def _write(self) -> None:
        changes, later = self._take(), self._later
        self._later = {}
        self._taken = True
        await self._append(later, changes)

    def _written(self, kept: asyncio.Future[None], writing: asyncio.Task[None]) -> None:
        """Whoever waits for the states learns how it went; after a failure nothing more is written."""
        if writing.cancelled():
            kept.cancel()
        elif error := writing.exception():
            kept.set_exception(error)
        else:
            kept.set_result(None)
            self._writing = None
            self._write_if_due()
