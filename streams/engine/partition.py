"""All state of one resolved partition, in memory, and its changelog form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from heapq import heapify, heappop, heappush
from itertools import islice
from typing import Any
from zlib import crc32

import msgspec

from schemas.records import Measure, Touchpoint
from streams.customers import customer as customers
from streams.customers.customer import Customer
from streams.customers.moment import Scope
from streams.engine import codec
from streams.engine import tally as tallies
from streams.engine import world as worlds
from streams.engine.counting import BUCKET_MS, Counts
from streams.engine.tally import HOUR_MS, Tally
from streams.engine.world import BUCKETS, World

HOT = 20_000
"""Customers kept unpacked. Only speed depends on it."""
RENEWED = 200
"""States of an older codec that are written anew with each chunk, though nothing has touched them."""
CUSTOMER, TALLY, COUNTS, WORLD = b"c", b"m", b"n", b"w"
_CUSTOMER, _TALLY, _COUNTS = CUSTOMER[0], TALLY[0], COUNTS[0]
_encode = msgspec.msgpack.Encoder().encode


class Live:
    """An unpacked customer with the states of its detectors, by name and version, and which of them changed."""

    __slots__ = ("changed", "customer", "states")

    def __init__(self, customer: Customer) -> None:
        self.customer = customer
        self.states: dict[str, Any] = {}
        self.changed: set[str] = set()


class Partition:
    """Customers, tallies and the world of one resolved partition.

    Customers rest packed (about a kilobyte each); the last `HOT` touched are kept unpacked
    as well. An index of due timers and one of buckets for the sweep stand beside them.
    Not safe for two threads.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.world = World()
        self.packed: dict[str, bytes] = {}
        self.tallies: dict[tallies.Key, Tally] = {}
        self.counts = Counts()
        self.hot: dict[str, Live] = {}
        self.touched: dict[str, None] = {}
        self.counted: dict[tallies.Key, None] = {}
        self.unsent: dict[tallies.Key, None] = {}
        self.erased: dict[str, None] = {}
        self.buckets: list[set[str]] = [set() for _ in range(BUCKETS)]
        self._due: dict[str, int] = {}
        self._queue: list[tuple[int, str]] = []
        self._written: dict[bytes, int] = {}
        self._outdated: dict[bytes, None] = {}

    # Recovery

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Takes one changelog record; of a key, the one written at the highest position wins, then the later one.

        No value says that the customer was erased: what came before is gone.
        """
        if value is None:
            self._outdated.pop(key, None)
            if key[:1] == CUSTOMER:
                self.packed.pop(key[1:].decode(), None)
                self._due.pop(key[1:].decode(), None)
            return
        written, due, state = codec.read(value, self.number)
        if written < self._written.get(key, 0):
            return
        self._written[key] = written
        if codec.outdated(value):
            self._outdated[key] = None
        elif self._outdated:
            self._outdated.pop(key, None)
        kind = key[0]
        if kind == _CUSTOMER:
            customer_id = key[1:].decode()
            self.packed[customer_id] = customers.present(state) if codec.outdated(value) else state
            self._due[customer_id] = due
        elif kind == _TALLY:
            self.tallies[tallies.key_from(key[1:])] = tallies.unpack(state)
        elif kind == _COUNTS:
            self.counts.restore(state)
        else:
            self.world = worlds.unpack(state)

    def ready(self) -> None:
        """After the last `restore`: builds the indexes."""
        self._written.clear()
        self.counts.ready(self.world.position)
        self.unsent = {key: None for key, tally in self.tallies.items() if tally.total != tally.sent}
        buckets = self.buckets
        for customer_id in self.packed:
            buckets[bucket_of(customer_id)].add(customer_id)
        for customer_id, due in self._due.items():
            if due == codec.UNKNOWN:
                self._due[customer_id] = _due_of(customers.unpack(self.packed[customer_id]))
        self._due = {customer_id: due for customer_id, due in self._due.items() if due != codec.NEVER}
        self._queue = [(due, customer_id) for customer_id, due in self._due.items()]
        heapify(self._queue)

    # Customers

    def live(self, customer_id: str) -> Live | None:
        """The unpacked state of a customer, or None."""
        live = self.hot.get(customer_id)
        if live is None:
            state = self.packed.get(customer_id)
            if state is None:
                return None
            live = self.hot[customer_id] = Live(customers.unpack(state))
        return live

    def add(self, customer_id: str, customer: Customer) -> Live:
        """Makes the state of a customer who was not known."""
        live = self.hot[customer_id] = Live(customer)
        self.buckets[bucket_of(customer_id)].add(customer_id)
        return live

    def erase(self, customer_id: str) -> None:
        """Nothing of the customer is kept. Who comes by that key later is new."""
        for kept in (self.hot, self.packed, self.touched, self._due):
            kept.pop(customer_id, None)
        self._outdated.pop(CUSTOMER + customer_id.encode(), None)
        self.buckets[bucket_of(customer_id)].discard(customer_id)
        self.erased[customer_id] = None

    def touch(self, customer_id: str, customer: Customer) -> None:
        """Notes that the state changed in this chunk and when it is due next."""
        self.touched[customer_id] = None
        if not customer.timers and customer_id not in self._due:
            return
        due = _due_of(customer)
        if due == codec.NEVER:
            self._due.pop(customer_id, None)
        elif self._due.get(customer_id) != due:
            self._due[customer_id] = due
            heappush(self._queue, (due, customer_id))

    def next_due(self) -> int | None:
        """The earliest moment at which something waits for time to pass; None where nothing does."""
        if self.world.pending:
            return min(wide.at for wide in self.world.pending)
        while self._queue and self._due.get(self._queue[0][1]) != self._queue[0][0]:
            heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def due(self, until: int) -> Iterator[str]:
        """Customers with a timer at or before `until`, each once a call, earliest first."""
        again: list[tuple[int, str]] = []
        while self._queue and self._queue[0][0] <= until:
            due, customer_id = heappop(self._queue)
            if self._due.get(customer_id) != due:
                continue
            del self._due[customer_id]
            yield customer_id
            if self._due.get(customer_id) is None:
                live = self.live(customer_id)
                rest = _due_of(live.customer) if live else codec.NEVER
                if rest != codec.NEVER:
                    again.append((rest, customer_id))
        for due, customer_id in again:
            self._due[customer_id] = due
            heappush(self._queue, (due, customer_id))

    def rests_until(self, until: int) -> bool:
        """Whether nothing comes of it that time passes to `until`, for nobody waits for it and no bucket ends."""
        if until // BUCKET_MS * BUCKET_MS > self.world.measured:
            return False
        due = self.next_due()
        return due is None or (not self.world.pending and due > until)

    @property
    def waiting(self) -> int:
        """How many customers have a timer armed that the clock will fire."""
        return len(self._due)

    # Measures

    def count(self, touchpoint: Touchpoint, offset: int) -> None:
        """Counts a touchpoint in its hour, once."""
        key = touchpoint.type, touchpoint.channel, touchpoint.occurred_at // HOUR_MS
        tally = self.tallies.get(key)
        if tally is None:
            tally = self.tallies[key] = tallies.start(touchpoint)
        if tally.position < offset:
            tally.position = offset
            tally.total += 1
            self.counted[key] = self.unsent[key] = None

    def measures(self, at: int, offset: int, knowledge: str) -> Iterator[Measure]:
        """The totals that changed since the last tick, as they stand at this one."""
        for key in sorted(self.unsent):
            tally = self.tallies[key]
            if tally.position < offset:
                tally.sent = tally.total
                self.counted[key] = None
                del self.unsent[key]
                yield tallies.measure(tally, at, self.number, offset, knowledge)

    def add_to(self, scope: Scope, at: int, by: int, offset: int) -> bool:
        """Counts for trends; whether there was room and time for it."""
        return self.counts.add(scope, at, by, offset, self.world.measured)

    def close(self, time: int, offset: int, knowledge: str) -> Iterator[Measure]:
        """The totals of the buckets that time has passed, and the mark behind them; nothing where there is none."""
        until = time // BUCKET_MS * BUCKET_MS
        if until > self.world.measured:
            self.world.measured = until
            place = self.number, offset
            yield from self.counts.close(until, time, place, self.world.partitions, knowledge)

    # Writing

    def changes(self) -> list[tuple[bytes, bytes]]:
        """Changelog records of what changed since the last call: tallies and counts, customers, and the world
        last.

        In this order a crash that cuts the batch leaves tallies ahead of customers and
        customers ahead of the world; each skips what it has already seen. Of the states that
        stand there in an older codec, `RENEWED` come with it. An erased customer has an empty value, which
        stands in Kafka as none.
        """
        at = max(self.world.position, 0)
        written = [self._tally(key, at) for key in self.counted]
        written += [(CUSTOMER + key.encode(), b"") for key in self.erased if key not in self.touched]
        written += [(COUNTS + name, codec.write(at, codec.NEVER, state)) for name, state in self.counts.changes()]
        for customer_id in self.touched:
            live = self.hot[customer_id]
            state = self.packed[customer_id] = self.pack(live)
            written.append((CUSTOMER + customer_id.encode(), codec.write(at, _due_of(live.customer), state)))
        if self._outdated:
            written += self._renewed(written, at)
        written.append((WORLD, codec.write(at, codec.NEVER, worlds.pack(self.world))))
        self.counted.clear()
        self.touched.clear()
        self.erased.clear()
        if len(self.hot) > HOT:
            # All at once: each look at a dict's first entry passes over those that were deleted before it.
            for customer_id in list(islice(self.hot, len(self.hot) - HOT)):
                del self.hot[customer_id]
        return written

    def _tally(self, key: tallies.Key, at: int) -> tuple[bytes, bytes]:
        return TALLY + tallies.name_of(key), codec.write(at, codec.NEVER, tallies.pack(self.tallies[key]))

    def _renewed(self, written: Iterable[tuple[bytes, bytes]], at: int) -> list[tuple[bytes, bytes]]:
        for key, _ in written:
            self._outdated.pop(key, None)
        self._outdated.pop(WORLD, None)
        renewed = []
        for key in list(islice(self._outdated, RENEWED)):
            del self._outdated[key]
            if key[0] == _COUNTS:
                continue  # There are none of an older codec.
            if key[0] == _TALLY:
                renewed.append(self._tally(tallies.key_from(key[1:]), at))
            else:
                customer_id = key[1:].decode()
                due = self._due.get(customer_id, codec.NEVER)
                renewed.append((key, codec.write(at, due, self.packed[customer_id])))
        return renewed

    @property
    def outdated(self) -> int:
        """How many states stand in the changelog in an older codec than the one that is written."""
        return len(self._outdated)

    @staticmethod
    def pack(live: Live) -> bytes:
        """The canonical bytes of a customer, their detectors' states among them."""
        customer = live.customer
        memory, known = customer.memory, len(customer.memory)
        for key in live.changed:
            state = live.states[key]
            kind: type[msgspec.Struct] = type(state)
            if state == _unseen(kind):
                if memory.pop(key, None) is not None:
                    known -= 1
            else:
                memory[key] = msgspec.Raw(_encode(state))
        if len(memory) > known:
            # In the order of names: in that of the changes it would show where chunks were cut.
            customer.memory = dict(sorted(memory.items()))
        live.changed.clear()
        return customers.pack(customer)

    # Looking in

    def customers(self) -> Iterator[str]:
        """Ids of all customers."""
        return iter(self.packed)

    def snapshot(self, customer_id: str) -> bytes:
        """The canonical state of a customer, for comparing."""
        return self.packed[customer_id]

    def fingerprint(self) -> str:
        """A digest over all customers, tallies and the world; equal logs give equal digests."""
        digest = blake2b(worlds.pack(self.world), digest_size=16)
        for customer_id in sorted(self.packed):
            digest.update(customer_id.encode() + b"\0" + self.packed[customer_id])
        for key in sorted(self.tallies):
            digest.update(tallies.name_of(key) + tallies.pack(self.tallies[key]))
        for _, packed in self.counts.packed():
            digest.update(packed)
        return digest.hexdigest()


@cache
def _unseen(kind: type[msgspec.Struct]) -> msgspec.Struct:
    """The state of somebody of whom a detector has seen nothing: it is not kept."""
    return kind()


def _due_of(customer: Customer) -> int:
    """When time concerns a customer next; while history is told of them it does not."""
    return customer.timers[0].due if customer.timers and customer.run is None else codec.NEVER


def bucket_of(customer_id: str) -> int:
    """The bucket in which the sweep finds a customer."""
    return crc32(customer_id.encode()) % BUCKETS
