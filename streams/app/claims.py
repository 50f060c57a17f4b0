"""The right of this process to write for a partition, as long as it is a member of its generation.

A process that the group has given up (paused, cut off, slow) must not write:
its states would stand in the changelog behind newer ones of its successor.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

PATIENCE: Final = 600.0
"""Seconds to wait for a broker that is away: a restart takes less, and so does an upgrade of its machine."""


class Membership(Protocol):
    def holds(self, generation: int) -> bool: ...

    def heard(self) -> bool: ...


class Superseded(Exception):
    """The group has a newer generation: the partition may be another worker's by now."""


class CutOff(Exception):
    """The broker answered no heartbeat for longer than `PATIENCE`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A partition as assigned in one generation of the group."""

    membership: Membership
    topic: str
    partition: int
    generation: int

    async def confirm(self) -> None:
        """Return only if the partition is ours now, waiting out a broker that is away.

        Raises `Superseded` if the group went on without us, `CutOff` after `PATIENCE`.
        """
        deadline = monotonic() + PATIENCE
        while True:
            if not self.membership.holds(self.generation):
                raise Superseded(f"{self.topic}[{self.partition}]: generation {self.generation} is over")
            if self.membership.heard():
                return
            if monotonic() > deadline:
                raise CutOff(
                    f"{self.topic}[{self.partition}]: no heartbeat answered for {PATIENCE:.0f} s; is Kafka up?"
                    " The worker stops without committing; restart it when the broker answers"
                )
            await asyncio.sleep(0.05)
