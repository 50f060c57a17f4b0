"""A record as a consumer of Kafka delivers it, whichever client reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias

Headers: TypeAlias = Sequence[tuple[str, bytes | None]]


class Recorded(Protocol):
    """What the rooms read of it; `timestamp` in milliseconds."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...
