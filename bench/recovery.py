"""How fast a worker that is given a partition reads its states back, beside the table of a stock Faust program."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from time import perf_counter, process_time
from typing import Final

from bench.engine import CHUNK, KNOWLEDGE
from bench.line import Line
from bench.pipeline import Run, name_of, peer
from bench.rawlog import Entry, RawLog
from bench.report import Cell, Report
from bench.stream import records, touchpoints
from rapport.connection import Kafka
from schemas import topics
from streams.app.recovery import recover
from streams.engine import Engine, Partition, codec
from streams.engine.partition import CUSTOMER
from streams.knowledge.load import load

WANTED_A_SECOND: Final = 60_000
ROUNDS: Final = 3
OURS, BEFORE, STOCK = "rapport", "rapport, states of the codec before", "stock Faust, a table"
STOCK_MODULE: Final = "faust_recovery"
IDLE: Final = "peer-idle"
SAMPLE: Final = 2_000
"""Customers of the simulated shop whose states are repeated under other names."""


def run(customers: int, peers: int, say: Callable[[str], None]) -> Report:
    """So many customers in one partition; `peers` is how many stock Faust reads back, 0 for none."""
    sample = states(SAMPLE)
    runs: dict[str, list[Run]] = {}
    for name, version in ((OURS, codec.WRITTEN), (BEFORE, codec.WRITTEN - 1)):
        with Line(1, "driven", say) as line:
            say(f"{customers:,} customers in codec version {version}")
            line.load(topics.STATES, RawLog([list(changelog(sample, customers, version))], customers))
            runs[name] = [ours(line.settings.cluster, customers) for _ in range(ROUNDS)]
            if peers and name == OURS:
                table = f"{name_of(STOCK_MODULE)}-states-changelog"
                line.make(IDLE, table)
                line.load(table, RawLog([list(changelog(sample, peers, version))], peers))
                runs[STOCK] = [peer(line, STOCK_MODULE, IDLE, peers, say)]
    return _report(runs)


def states(customers: int) -> list[tuple[int, bytes]]:
    """Due moment and packed state of customers of the simulated shop."""
    engine, partition = Engine(load(KNOWLEDGE)), Partition(0)
    log = records(touchpoints(customers * 20, customers))
    found: dict[bytes, bytes] = {}
    for start in range(0, len(log), CHUNK):
        found.update(engine.process(log[start : start + CHUNK], partition).changes)
    return [codec.read(value, 0)[1:] for key, value in found.items() if key.startswith(CUSTOMER)]


def changelog(sample: list[tuple[int, bytes]], count: int, version: int) -> Iterator[Entry]:
    """As the topic has it after compaction: one record a customer."""
    write = codec.CODECS[version].write
    for number, (due, state) in enumerate(islice(cycle(sample), count)):
        yield CUSTOMER + f"customer_id:{number:08d}".encode(), write(number, due, state)


def ours(kafka: Kafka, customers: int) -> Run:
    """From the assignment to states that the first chunk may meet, by the worker's own functions."""
    partition = Partition(0)
    began = process_time(), perf_counter()
    asyncio.run(recover(kafka, topics.STATES, 0, partition.restore))
    partition.ready()
    cpu, wall = process_time() - began[0], perf_counter() - began[1]
    assert len(partition.packed) == customers, f"{len(partition.packed):,} of {customers:,} customers came back"
    return Run(customers, cpu, wall)


def _report(runs: dict[str, list[Run]]) -> Report:
    medians = {name: statistics.median(each.per_wall_s for each in found) for name, found in runs.items()}
    lines: list[list[Cell]] = [
        [name, found[0].touchpoints, medians[name], min(each.per_wall_s for each in found),
         max(each.per_wall_s for each in found), statistics.median(each.per_cpu_s for each in found),
         medians[OURS] / medians[name]]
        for name, found in runs.items()
    ]  # fmt: skip
    facts: dict[str, object] = {
        name: [{"cpu_s": each.cpu_s, "wall_s": each.wall_s, "customers": each.touchpoints} for each in found]
        for name, found in runs.items()
    }
    columns = ("", "customers", "a second", "least", "most", "a CPU-second", "ours / this")
    notes = [f"wanted: {WANTED_A_SECOND:,} customers a second; reached {medians[OURS]:,.0f} (median of {ROUNDS})"]
    facts["wanted_a_second"] = WANTED_A_SECOND
    return Report("recovery: one partition's states from the changelog", columns, lines, facts, notes)
