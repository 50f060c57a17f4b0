"""A client of aiokafka has bootstrapped when it knows a broker.

One that has just started answers for a moment that there is none. aiokafka takes that for its cluster and trips
over it at the next question, be it in a task that nobody waits for: a member of the group that is there and does
nothing.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiokafka.client import AIOKafkaClient, ConnectionGroup
from aiokafka.errors import KafkaConnectionError

PAUSE_S: Final = 0.1
_FIRST: Final = ("bootstrap", ConnectionGroup.DEFAULT)
"""The connection that aiokafka keeps where it knows no broker."""
_bootstrap: Final[Any] = AIOKafkaClient.bootstrap


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


def use_patient_bootstrap() -> None:
    """All clients of this process bootstrap so from now on."""
    AIOKafkaClient.bootstrap = _until_a_broker_is_known
