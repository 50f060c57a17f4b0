"""Large bodies take turns at the event loop, so that however many come at once nobody else waits long."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

SMALL: Final = 8 * 1024
"""Bytes of a body that is worked at at once: a fraction of a millisecond."""
ROUND: Final = 512 * 1024
"""Bytes worked at without a pause: about twenty milliseconds. One body may have more."""
PAUSE: Final = 5
"""Rounds of the event loop between: in so many a batch goes out to Kafka, or one that it has is answered."""


class Turns:
    """In the order in which they came. In the pauses acknowledgements are heard, small requests answered, and what is
    ready goes to Kafka. `waiting_bytes` are those of bodies whose turn has not come."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._begun = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self.waiting_bytes = 0

    async def come(self, size: int) -> None:
        """Returns when a body of so many bytes may be worked at, without another `await` on the way."""
        if size <= SMALL:
            return
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # what an earlier one had begun it goes on with no more
            self._loop, self._begun = loop, 0
            self._waiting.clear()
        if not self._waiting and self._begun < ROUND:
            if not self._begun:
                loop.call_soon(self._pause, PAUSE)
            self._begun += size
            return
        turn = loop.create_future()
        self._waiting.append((size, turn))
        self.waiting_bytes += size
        try:
            await turn
        finally:
            self.waiting_bytes -= size

    def _pause(self, rounds: int) -> None:
        if rounds:
            asyncio.get_running_loop().call_soon(self._pause, rounds - 1)
        else:
            self._go_on()

    def _go_on(self) -> None:
        self._begun = 0
        while self._waiting and self._begun < ROUND:
            size, turn = self._waiting.popleft()
            if not turn.done():  # who has left needs no turn
                turn.set_result(None)
                self._begun += size
        if self._begun:
            asyncio.get_running_loop().call_soon(self._pause, PAUSE)
