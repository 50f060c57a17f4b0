"""How large the states of customers are: packed, as they lie in the changelog, and in a worker's memory."""

from __future__ import annotations

import gc
import os
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from bench.engine import CHUNK, KNOWLEDGE
from bench.report import Cell, Report, quantile
from bench.stream import keyed, touchpoints
from producers.importers import importer
from producers.importers.naming import source_name
from producers.importers.run import marks
from producers.lines import Lines
from rapport.settings import PROJECT
from schemas.records import Record, Source, Touchpoint
from streams.engine import Engine, Partition
from streams.knowledge.load import load

WANTED_BYTES: Final = 1536
RETAIL: Final = Path("online_retail") / "online_retail_2010-12_2011-08.csv.gz"
SHARES: Final = (0.5, 0.99, 0.999, 1.0)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of one stream: sorted bytes of packed states, and bytes of memory a customer, resting and at work."""

    touchpoints: int
    packed: list[int]
    resting: float
    unpacked: float


def run(count: int, customers: int, lines: int, say: Callable[[str], None]) -> Report:
    """The simulated shop, and Online Retail where the shared data are; `lines` 0 means all of it."""
    found = {"simulated shop": sizes(touchpoints(count, customers))}
    retail = shared() / RETAIL
    if retail.exists():
        say(f"folding {retail}")
        found["Online Retail"] = sizes(islice(history(retail), lines or None))
    else:
        say(f"{retail} is not there: without Online Retail (set RAPPORT_SHARED_DATA)")
    return _report(found)


def shared() -> Path:
    """RAPPORT_SHARED_DATA, else ../shared/data beside the project."""
    return Path(os.environ.get("RAPPORT_SHARED_DATA") or PROJECT.parent / "shared" / "data")


def history(file: Path) -> Iterator[Touchpoint]:
    """Every line of Online Retail as the importer makes it, between the marks of its run."""
    retail, name = importer("online-retail"), source_name(str(file))
    run = f"{retail.name}:{name}"
    for mark in marks("begun", run, 1, 0):
        assert isinstance(mark.body, Touchpoint)
        yield mark.body
    for line in islice(Lines(str(file)), 1, None):
        assert isinstance(line.content, bytes), f"{file}:{line.number} is too long for Online Retail"
        made = retail.touchpoint(line.content, f"{name}:{line.number:012d}", 0, run)
        if isinstance(made, Touchpoint):
            yield made


def sizes(found: Iterable[Touchpoint]) -> Sizes:
    """Folds all of it in one partition, then recovers that partition from its changelog and weighs it."""
    engine, states = Engine(load(KNOWLEDGE)), Partition(0)
    changelog: dict[bytes, bytes] = {}
    log = (Record(n, key, Source(0, n, 0), body) for n, (key, body) in enumerate(keyed(found)))
    count = 0
    while chunk := list(islice(log, CHUNK)):
        count += len(chunk)
        changelog.update(engine.process(chunk, states).changes)
    packed = sorted(len(states.snapshot(customer)) for customer in states.customers())
    del states
    return Sizes(count, packed, *weigh(changelog))


def weigh(changelog: dict[bytes, bytes]) -> tuple[float, float]:
    """Bytes of memory a customer: as recovered, and what comes to it while the customer is kept unpacked."""
    gc.collect()
    tracemalloc.start()
    states = Partition(0)
    for key, value in changelog.items():
        states.restore(key, value)
    states.ready()
    resting = tracemalloc.get_traced_memory()[0]
    customers = list(states.customers())
    before = tracemalloc.get_traced_memory()[0]
    for customer in customers:
        states.live(customer)
    unpacked = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return resting / len(customers), unpacked / len(customers)


def _report(found: dict[str, Sizes]) -> Report:
    lines: list[list[Cell]] = [
        [name, each.touchpoints, len(each.packed), *(quantile(each.packed, share) for share in SHARES),
         each.resting, each.unpacked]
        for name, each in found.items()
    ]  # fmt: skip
    facts = {
        name: {
            "touchpoints": each.touchpoints, "customers": len(each.packed),
            "packed": {str(share): quantile(each.packed, share) for share in SHARES},
            "memory_resting": each.resting, "memory_unpacked": each.unpacked,
        }
        for name, each in found.items()
    }  # fmt: skip
    worst = max(each.packed[-1] for each in found.values())
    columns = ("bytes", "touchpoints", "customers", "median", "p99", "p99.9", "largest", "memory", "unpacked +")
    notes = [
        f"wanted: {WANTED_BYTES:,} bytes packed; the largest has {worst:,}",
        "memory: of a customer at rest, as after a recovery; the 20,000 used last of a partition are unpacked besides",
    ]
    return Report("states of customers", columns, lines, facts | {"wanted": WANTED_BYTES}, notes)
