"""Asking a broker again that is away: aiokafka gives up some questions at once, others after seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, TypeVar

from aiokafka.errors import (
    AuthenticationFailedError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    ProducerFenced,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    UnsupportedSaslMechanismError,
)

PAUSE_SECONDS: Final = 0.5
_FINAL: Final = (
    AuthenticationFailedError, ClusterAuthorizationFailedError, GroupAuthorizationFailedError, ProducerFenced,
    SaslAuthenticationFailed, TopicAuthorizationFailedError, TransactionalIdAuthorizationFailed,
    UnsupportedSaslMechanismError,
)  # fmt: skip
"""What asking again does not change."""

T = TypeVar("T")


async def insist(question: Callable[[], Awaitable[T]], seconds: float) -> T:
    """Its answer. Raises the KafkaError of the last time after so many seconds, a final one at once."""
    limit = monotonic() + seconds
    while True:
        try:
            return await question()
        except KafkaError as error:
            if isinstance(error, _FINAL) or monotonic() > limit:
                raise
        await asyncio.sleep(PAUSE_SECONDS)
