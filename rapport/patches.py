"""Four faults of aiokafka (0.14) in bad weather, patched where they are made. Three stop a process without a word:

* A broker that has just started answers for a moment that there is none. aiokafka takes that for its cluster and trips
  over it at the next question, be it in a task that nobody waits for: a member of the group that is there and does
  nothing.
* A consumer that is closed cancels its fetches under way and waits for them without catching that they were cancelled,
  so that its owner is cancelled instead: a task that ends without an error.
* uvloop refuses to write to a connection that has just broken with another error than asyncio; aiokafka does not
  expect it and the task that sent, such as the coordination of the group, is over.

One burns a processor: a reader that does not know its partition's leader asks a broker that is away for it again and
again without a pause, 5,000 times a second.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiokafka.client import AIOKafkaClient, ConnectionGroup
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import KafkaConnectionError

PAUSE_S: Final = 0.1
_FIRST: Final = ("bootstrap", ConnectionGroup.DEFAULT)
"""The connection that aiokafka keeps where it knows no broker."""
_bootstrap: Final[Any] = AIOKafkaClient.bootstrap
_close: Final[Any] = Fetcher.close
_update: Final[Any] = AIOKafkaClient._metadata_update
_send: Final[Any] = AIOKafkaConnection.send


async def _until_a_broker_is_known(self: Any) -> None:
    """As aiokafka's; raises `KafkaConnectionError` if no broker is named in the time of a request."""
    loop = asyncio.get_running_loop()
    limit = loop.time() + self._request_timeout_ms / 1000
    while True:
        await _bootstrap(self)
        if self.cluster.brokers():
            return
        await self.close()
        self._conns.pop(_FIRST, None)
        if loop.time() > limit:
            raise KafkaConnectionError(f"{self.hosts}: no broker has announced itself yet")
        await asyncio.sleep(PAUSE_S)


async def _update_or_pause(self: Any, *of: Any) -> bool:
    """As aiokafka's, which returns at once where no broker is to be reached."""
    updated: bool = await _update(self, *of)
    if not updated:
        await asyncio.sleep(self._retry_backoff)
    return updated


async def _until_no_fetch_is_under_way(self: Any) -> None:
    """As aiokafka's, but cancelled only if its caller is."""
    caller = asyncio.current_task()
    while True:
        try:
            await _close(self)
        except asyncio.CancelledError:
            if caller is None or caller.cancelling():
                raise
            self._pending_tasks = {fetch for fetch in self._pending_tasks if not fetch.done()}
        else:
            return


def _send_or_say_that_it_is_broken(self: Any, *request: Any, **options: Any) -> Any:
    """As aiokafka's; `KafkaConnectionError` also in the words of uvloop."""
    try:
        return _send(self, *request, **options)
    except RuntimeError as error:
        if self._writer is None or not self._writer.is_closing():
            raise
        self.close(reason=CloseReason.CONNECTION_BROKEN, exc=error)
        raise KafkaConnectionError(f"connection to {self.host}:{self.port} broken: {error}") from error


def patch_aiokafka() -> None:
    """All clients of this process behave so from now on."""
    AIOKafkaClient.bootstrap = _until_a_broker_is_known
    AIOKafkaClient._metadata_update = _update_or_pause
    Fetcher.close = _until_no_fetch_is_under_way
    AIOKafkaConnection.send = _send_or_say_that_it_is_broken
