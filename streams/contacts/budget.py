"""How often is too often: a token bucket a channel and one across them (D6, S3-11, S2-08)."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from streams.contacts.ledger import SHARED, Bucket, Hold

DAY_MS = 86_400_000
_SLACK = 1e-6
"""Debts are kept to a millionth of a token."""


class Budget(NamedTuple):
    """Capacity in tokens, and the milliseconds in which an empty bucket is full again."""

    capacity: float
    period_ms: float

    def level(self, bucket: Bucket, at: int) -> float:
        """Tokens in the bucket at `at`; below 0 where it was overdrawn."""
        refilled = max(0, at - bucket.at) * self.capacity / self.period_ms
        return self.capacity - max(0.0, bucket.debt - refilled)

    def free_from(
        self, buckets: dict[str, Bucket], holds: Iterable[Hold], channel: str, cost: float, at: int
    ) -> int | None:
        """The first moment from `at` on with tokens for a contact that costs `cost`; None if there will never be.

        A contact dearer than the whole capacity may go from a full bucket.
        """
        if cost <= 0:
            return at
        if self.capacity <= 0:
            return None
        held = list(holds)
        moments = [self._free(buckets.get(name, Bucket()), name, held, cost, at) for name in (SHARED, channel)]
        return max(moments)

    def _free(self, bucket: Bucket, name: str, holds: list[Hold], cost: float, at: int) -> int:
        mine = [hold for hold in holds if hold.until > at and name in (SHARED, hold.channel)]
        need = min(cost, self.capacity)
        for start in sorted({at, *(hold.until for hold in mine)}):
            ends = min((hold.until for hold in mine if hold.until > start), default=None)
            reserved = sum(hold.tokens for hold in mine if hold.until > start)
            if reserved and need + reserved > self.capacity + _SLACK:
                continue  # Not even a full bucket holds both.
            missing = need + reserved - self.level(bucket, start)
            wait = 0 if missing <= _SLACK else ceil(missing * self.period_ms / self.capacity)
            if ends is None or start + wait < ends:
                return start + wait
        raise AssertionError("without a reservation every bucket fills")

    def spend(self, buckets: dict[str, Bucket], channel: str, cost: float, at: int) -> dict[str, Bucket]:
        """The buckets after a contact. One overdraws, down to -1, only from full and if it is dearer than that."""
        if cost <= 0:
            return buckets
        taken = {name: self._spent(buckets.get(name, Bucket()), cost, at) for name in (SHARED, channel)}
        return dict(sorted({**buckets, **taken}.items()))

    def _spent(self, bucket: Bucket, cost: float, at: int) -> Bucket:
        level = self.level(bucket, at)
        floor = -1.0 if cost > self.capacity and level >= self.capacity - _SLACK else min(level, 0.0)
        return Bucket(max(at, bucket.at), round(self.capacity - max(level - cost, floor), 6))
