"""Two runs over one source, piece by piece, and the first record at which a customer's states part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from replay.drive import Drive
from replay.source import Chunk, Piece, Source
from schemas.records import EVERYONE, Emitted, Record, Touchpoint
from streams.engine import Partition, codec
from streams.engine import world as worlds
from streams.engine.partition import CUSTOMER, WORLD

PROBED: Final = 5_000
"""Customers for whom the record is sought; each costs a few folds of a chunk's company-wide records."""
TIME: Final = "time"
"""Stands for a record where none came: time passed as if there had been a tick."""


class Cause(NamedTuple):
    """A record by what it was; `type` is `TIME` where something only fell due."""

    type: str
    event_id: str
    at: int


class Step(NamedTuple):
    """What the two said of one piece of the source."""

    before: Sequence[Emitted]
    after: Sequence[Emitted]
    records: tuple[Sequence[Record], Sequence[Record]]
    """Those of the piece as each has folded them."""


class Twins:
    """Both drives fold the same pieces of the source. `parted`: customers whose states differ, and since which record.

    Of a customer whose states are alike a reference is kept, so memory is that of one run and of
    what differs. A state that parted and came together again stays parted.
    """

    def __init__(self, source: Source, before: Drive, after: Drive) -> None:
        self.before = before
        self.after = after
        self.parted: dict[str, Cause | None] = {}
        self._source = source
        self._alike: dict[tuple[int, str], bytes] = {}

    def steps(self) -> Iterator[Step]:
        """Folds everything; one pass only."""
        for piece in self._source.pieces():
            worlds_before = self._worlds(piece)
            step = Step(self.before.take(piece), self.after.take(piece), self._records(piece))
            for partition, customer in dict.fromkeys([*self.before.touched, *self.after.touched]):
                if customer not in self.parted:
                    self._compare(partition, customer, piece, worlds_before)
            yield step

    def _records(self, piece: Piece) -> tuple[Sequence[Record], Sequence[Record]]:
        if not isinstance(piece, Chunk):
            return (), ()
        one, other = (drive.folded(piece.partition, piece.records) for drive in (self.before, self.after))
        return one, other

    def _worlds(self, piece: Piece) -> tuple[bytes, bytes] | None:
        if not isinstance(piece, Chunk):
            return None
        states = (drive.states.get(piece.partition) for drive in (self.before, self.after))
        one, other = (worlds.pack((each or Partition(piece.partition)).world) for each in states)
        return one, other

    def _compare(self, partition: int, customer: str, piece: Piece, known: tuple[bytes, bytes] | None) -> None:
        one, other = (drive.states[partition].packed.get(customer) for drive in (self.before, self.after))
        if one == other and one is not None:
            self._alike[partition, customer] = one
            return
        state = self._alike.pop((partition, customer), None)
        if known is None or not isinstance(piece, Chunk) or len(self.parted) >= PROBED:
            self.parted[customer] = None
            return
        self.parted[customer] = self._sought(piece, customer, known, state)

    def _sought(self, chunk: Chunk, customer: str, known: tuple[bytes, bytes], state: bytes | None) -> Cause:
        """The record is found by halving: a customer's state depends on its own and on company-wide records alone."""
        records = [record for record in chunk.records if record.key in (customer, EVERYONE)]

        def part(count: int) -> bool:
            one, other = (
                _state(drive, chunk.partition, records[:count], world, customer, state)
                for drive, world in zip((self.before, self.after), known, strict=True)
            )
            return one != other

        low, high = 0, len(records)
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (low, middle) if part(middle) else (middle, high)
        return cause_of(records[max(high, 1) - 1]) if records else Cause(TIME, "", 0)


def cause_of(record: Record) -> Cause:
    """What the record was."""
    body = record.body
    if isinstance(body, Touchpoint):
        return Cause(body.type, body.event_id, body.occurred_at)
    return Cause(body.reason, "", 0)


def _state(
    drive: Drive, partition: int, records: Sequence[Record], world: bytes, customer: str, state: bytes | None
) -> bytes | None:
    """The customer's state after the records, from what it was before the chunk."""
    states = Partition(partition)
    states.restore(WORLD, codec.write(0, codec.NEVER, world))
    if state is not None:
        states.restore(CUSTOMER + customer.encode(), codec.write(0, codec.UNKNOWN, state))
    states.ready()
    drive.process(drive.folded(partition, records), states)
    return states.packed.get(customer)
