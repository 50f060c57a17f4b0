"""What trends are fed with: running totals of a resolved partition, by scope and minute (delivery.md, Once: measures).

A total is sent once, when the partition's time has passed its bucket, with everything else of that bucket; behind
them goes a *mark*, to every measures partition: nothing before this time will come any more. What happens
later in a bucket that was sent is late for trends, and counted as such, not by them. Standing totals
(how many customers are where) never close; they are sent where they changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from schemas.records import Measure
from streams.customers.ids import output_id
from streams.customers.moment import ACT, STANDING, Scope

BUCKET_MS: Final = 60_000
POLICY: Final = "policy"
"""Measure of a change of policy that is yet to come: trends foretell what it will cost."""
PLACE: Final = "uncomfortable_place"
"""Measure of what was measured at a place: trends tell the managers, whoever is there."""
MEASURED: Final = frozenset({
    "cart.added", "checkout.step", "complaint.opened", "env.measured", "order.placed", "payment.failed",
    "policy.changed",
    "alert.acknowledged", "alert.followed_up", "alert.reassigned", "alert.resolved", "alert.snoozed",
})  # fmt: skip
"""Types of which something may be counted in a bucket: where nothing else tells the time, it passes at its end."""
MOST: Final = 4_000
"""Scopes with something to send; what one more would add is not counted."""
_STANDS: Final = -1


class Counting(msgspec.Struct, array_like=True, gc=False):
    """Totals of one scope by bucket; `position`: the offset of the last record counted; `sent`: a standing total."""

    scope: Scope
    position: int = -1
    totals: dict[int, int] = {}
    sent: int = 0


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Counting).decode
_name: Final = msgspec.json.Encoder().encode


def pack(counting: Counting) -> bytes:
    """The canonical bytes; those of a scope without totals say only how far it was counted."""
    return _encode(counting)


class Counts:
    """All scopes of one partition. Counts an offset once, also after a crash that left it ahead of the world."""

    def __init__(self) -> None:
        self.scopes: dict[Scope, Counting] = {}
        self._open: set[Scope] = set()
        """Of these something is still to be sent; the standing totals that were sent are not looked at each minute."""
        self._changed: dict[Scope, None] = {}
        self._now: set[Scope] = set()
        self._offset = -1

    def add(self, scope: Scope, at: int, by: int, offset: int, measured: int) -> bool:
        """Whether there was room and time for it; `measured`: until when buckets were sent."""
        bucket = _STANDS if scope[0][1] in STANDING else at // BUCKET_MS * BUCKET_MS
        if scope[0][1] in (ACT, POLICY):  # What is said once is never too late.
            bucket = max(bucket, measured)
        elif bucket != _STANDS and bucket < measured:
            return False
        counting = self.scopes.get(scope)
        if counting is None:
            if len(self.scopes) >= MOST:
                return False
            counting = self.scopes[scope] = Counting(scope)
        self._at(offset)
        if counting.position >= offset and scope not in self._now:
            return True
        self._now.add(scope)
        counting.position = offset
        counting.totals[bucket] = counting.totals.get(bucket, 0) + by
        self._open.add(scope)
        self._changed[scope] = None
        return True

    def close(self, until: int, at: int, place: tuple[int, int], partitions: int, knowledge: str) -> Iterator[Measure]:
        """What is to be sent of the buckets before `until`, in the order of scopes; then the mark."""
        self._at(place[1])
        for scope in sorted(self._open):
            counting = self.scopes[scope]
            if counting.position > place[1]:
                continue  # The state is ahead after a crash: it has sent this already.
            ended = [bucket for bucket in counting.totals if _STANDS < bucket < until]
            for bucket in sorted(ended):
                yield _measure(scope, bucket, counting.totals.pop(bucket), at, place, knowledge)
            standing = counting.totals.get(_STANDS, counting.sent)
            moved = standing != counting.sent
            if moved:
                counting.sent = standing
                yield _measure(scope, until - BUCKET_MS, standing, at, place, knowledge)
            if not any(bucket > _STANDS for bucket in counting.totals):
                self._open.discard(scope)
            if not ended and not moved:
                continue
            counting.position = place[1]
            self._now.add(scope)
            self._changed[scope] = None
        yield _measure(MARK, until, partitions, at, place, knowledge)

    def _at(self, offset: int) -> None:
        if offset != self._offset:
            self._offset = offset
            self._now.clear()

    def changes(self) -> Iterator[tuple[bytes, bytes]]:
        """Name and bytes of what changed since the last call; what has nothing more to send is then forgotten."""
        for scope in self._changed:
            counting = self.scopes[scope]
            yield _name(scope), pack(counting)
            if not counting.totals:
                del self.scopes[scope]
                self._open.discard(scope)
        self._changed.clear()

    def restore(self, state: bytes) -> None:
        """Takes one changelog record."""
        counting = _decode(state)
        self.scopes[counting.scope] = counting
        self._open.add(counting.scope)

    def ready(self, position: int) -> None:
        """After the last `restore`: forgets those that have nothing to send and are not ahead of `position`."""
        done = [scope for scope, each in self.scopes.items() if not each.totals and each.position <= position]
        for scope in done:
            del self.scopes[scope]
            self._open.discard(scope)

    def packed(self) -> Iterable[tuple[Scope, bytes]]:
        """Everything that is still to be sent, in the order of scopes, for comparing."""
        return [(scope, pack(self.scopes[scope])) for scope in sorted(self.scopes) if self.scopes[scope].totals]


MARK: Final[Scope] = (("measure", "time"),)
"""Scope of a mark: `bucket` is the time that has passed, `total` how many partitions the line has, 0: not known."""


def _measure(scope: Scope, bucket: int, total: int, at: int, place: tuple[int, int], knowledge: str) -> Measure:
    partition, offset = place
    cause = f"{partition}|{bucket}|{total}"
    return Measure(
        id=output_id("measure", scope[0][1], 1, _name(scope).decode(), "", "", cause),
        at=at, partition=partition, offset=offset, knowledge=knowledge,
        scope=dict(scope), bucket=bucket, total=total,
    )  # fmt: skip
