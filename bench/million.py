"""What a touchpoint costs among a million customers, against ten thousand; and what a customer costs in memory.

The large shop is the small one many times over: every customer of the warmed-up small one
has so many likenesses, with the same state under another name, and each touchpoint of the
measured stretch happens to all of them. So there is as much to do for a touchpoint in
both; a likeness meets few of them, as in a large shop, and is hardly ever still unpacked.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Final

from bench.engine import CHUNK, KNOWLEDGE
from bench.report import Cell, Report
from bench.stream import keyed, touchpoints
from schemas.keys import partition_for
from schemas.records import EVERYONE, Measure, Record, Source, Touchpoint
from streams.app.clock import tick
from streams.engine import Engine, Partition
from streams.engine.partition import CUSTOMER, HOT, WORLD
from streams.knowledge.load import load

PARTITIONS: Final = 4
SLICES: Final = 10
"""Turns in which the two shops are measured, so that the machine's moods meet both."""
WANTED_RATIO: Final = 1.5
PAGE: Final = os.sysconf("SC_PAGE_SIZE")

Told = tuple[str, Touchpoint]


class Silent(Partition):
    """Sends no measures: those cost by the hours that pass, of which a small shop has more for as many touchpoints."""

    def measures(self, at: int, offset: int, knowledge: str) -> Iterator[Measure]:
        return iter(())


class Shop:
    """The partitions of one worker, and what its touchpoints have cost so far."""

    def __init__(self, engine: Engine) -> None:
        self.states = [Silent(number) for number in range(PARTITIONS)]
        self.seconds = 0.0
        self.touchpoints = 0
        self.outputs = 0
        self._engine = engine
        self._offset = 0

    @property
    def customers(self) -> int:
        return sum(len(each.packed) for each in self.states)

    def live(self, told: Sequence[Told]) -> dict[bytes, tuple[int, bytes]]:
        """Folds touchpoints with a tick after each thousand; the states that changed, by key, with their partition."""
        changed: dict[bytes, tuple[int, bytes]] = {}
        for start in range(0, len(told), CHUNK):
            some = told[start : start + CHUNK]
            for number, records in enumerate(self._records(some)):
                began = process_time()
                outcome = self._engine.process(records, self.states[number])
                self.seconds += process_time() - began
                self.outputs += len(outcome.outputs)
                changed |= {key: (number, value) for key, value in outcome.changes}
            self.touchpoints += len(some)
        return changed

    def _records(self, some: Sequence[Told]) -> list[list[Record]]:
        """By partition, as identity forwards them."""
        found: list[list[Record]] = [[] for _ in range(PARTITIONS)]
        for key, body in some:
            self._offset += 1
            place = partition_for(key.encode(), PARTITIONS)
            found[place].append(Record(self._offset, key, Source(0, self._offset, 0), body))
        self._offset += 1
        now = tick(some[-1][1].occurred_at, 0, 1)
        for records in found:
            records.append(Record(self._offset, EVERYONE, Source(0, self._offset, 0), now))
        return found

    def again(self, changelog: dict[bytes, tuple[int, bytes]], likenesses: int) -> Shop:
        """A shop restored from the changelog of this one, every customer so many times."""
        made = Shop(self._engine)
        made._offset = self._offset
        for key, (number, value) in changelog.items():
            if key.startswith(CUSTOMER):
                for likeness in range(likenesses):
                    name = named(key[1:].decode(), likeness)
                    place = partition_for(name.encode(), PARTITIONS)
                    made.states[place].restore(CUSTOMER + name.encode(), value[:1] + value[1:])
            elif key != WORLD:
                made.states[number].restore(key, value)
        for each, origin in zip(made.states, self.states, strict=True):
            each.restore(*origin.changes()[-1])
            each.ready()
        return made

    def wake(self) -> None:
        """Unpacks as many customers as a partition at work keeps so."""
        for each in self.states:
            for customer in islice(each.packed, HOT):
                each.live(customer)


class Measured:
    """What the touchpoints of one or several like shops have cost."""

    def __init__(self) -> None:
        self.customers = 0
        self.seconds = 0.0
        self.touchpoints = 0
        self.outputs = 0

    def add(self, shop: Shop) -> None:
        self.customers = shop.customers
        self.seconds += shop.seconds
        self.touchpoints += shop.touchpoints
        self.outputs += shop.outputs

    @property
    def each(self) -> float:
        """Microseconds a touchpoint."""
        return self.seconds / self.touchpoints * 1e6


def named(key: str, likeness: int) -> str:
    """Whom a customer's likeness is called."""
    return f"{key}~{likeness:04d}"


def run(customers: int, base: int, count: int, warm: int, say: Callable[[str], None]) -> Report:
    """`count` touchpoints in a shop of `customers`, and the same ones in one of `base`, after `warm` for each there."""
    engine, likenesses = Engine(load(KNOWLEDGE)), customers // base
    say(f"a shop of {base:,} customers, {warm} touchpoints each")
    told = stretch(base * warm + count // likenesses, base)
    first, rest = Shop(engine), told[base * warm :]
    changelog = first.live(told[: base * warm])
    say(f"{first.customers:,} customers, each {likenesses} times over")
    before = memory()
    large = first.again(changelog, likenesses)
    resting = (memory() - before) / large.customers
    large.wake()
    small = Measured()
    for slice_ in _slices([(named(key, n), body) for key, body in rest for n in range(likenesses)]):
        # Each time a small shop as it was, for it has only so many touchpoints of this stretch.
        shop = first.again(changelog, 1)
        shop.wake()
        shop.live([(named(key, 0), body) for key, body in rest])
        small.add(shop)
        large.live(slice_)
        say(f"{small.touchpoints:,} and {large.touchpoints:,} touchpoints")
    at_work = (memory() - before) / large.customers
    found = Measured()
    found.add(large)
    return _report(small, found, resting, at_work)


def stretch(count: int, customers: int) -> list[Told]:
    """The simulated shop, without what concerns everybody: that costs by customers and not by touchpoints."""
    return [(key, body) for key, body in keyed(touchpoints(count, customers)) if key != EVERYONE]


def _slices(told: Sequence[Told]) -> Iterator[Sequence[Told]]:
    size = -(-len(told) // SLICES)
    return (told[start : start + size] for start in range(0, len(told), size))


def memory() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE


def _report(small: Measured, large: Measured, resting: float, at_work: float) -> Report:
    ratio = large.each / small.each
    lines: list[list[Cell]] = [
        [f"{shop.customers:,} customers", shop.touchpoints, shop.each, shop.each / small.each,
         shop.outputs / shop.touchpoints]
        for shop in (small, large)
    ]  # fmt: skip
    facts = {
        "customers": [small.customers, large.customers], "microseconds": [small.each, large.each], "ratio": ratio,
        "outputs": [small.outputs / small.touchpoints, large.outputs / large.touchpoints],
        "wanted_ratio": WANTED_RATIO, "memory_resting": resting, "memory_at_work": at_work,
    }  # fmt: skip
    notes = [
        f"wanted: at most {WANTED_RATIO} x; measured {ratio:.2f} x",
        f"memory of a customer of the large shop: {resting:,.0f} bytes after recovery, {at_work:,.0f} at work"
        f" ({resting * large.customers / 1e9:.1f} and {at_work * large.customers / 1e9:.1f} GB)",
    ]
    columns = ("engine, states packed", "touchpoints", "µs each", "ratio", "outputs each")
    return Report("a touchpoint among many customers", columns, lines, facts, notes)
