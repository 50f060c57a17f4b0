"""The whole line on a real broker, per second of processor time, beside what stock Faust needs for the same work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from bench.line import Gauge, Line, Stopped, cpu_seconds
from bench.peers.result import environment
from bench.rawlog import EVERYONE_KEY, RawLog, raw_log
from bench.report import Cell, Report
from bench.stream import touchpoints
from schemas import topics

WANTED_A_CPU_SECOND: Final = 60_000
WANTED_RATIO: Final = 10.0
START_S: Final = 90.0
PEER_RAW: Final = "peer.raw"
STOCK, COUNT, BARE = "stock Faust, same engine", "stock Faust, count a key", "bare aiokafka loop, count a key"
OURS: Final = "rapport worker"
STOCK_MODULE: Final = "stock_faust"


@dataclass(frozen=True, slots=True)
class Run:
    """Touchpoints of one process from its first to its last, in seconds of processor time and of the wall."""

    touchpoints: int
    cpu_s: float
    wall_s: float

    @property
    def per_cpu_s(self) -> float:
        return self.touchpoints / self.cpu_s

    @property
    def per_wall_s(self) -> float:
        return self.touchpoints / self.wall_s


def run(count: int, partitions: int, customers: int, peer_count: int, say: Callable[[str], None]) -> Report:
    """Loads `count` simulated touchpoints, then starts the worker; the peers follow on the same broker, one by one.

    The log drives its own clock: a tick a partition for every 1,000 touchpoints.
    """
    found = touchpoints(count, customers)
    log = raw_log(found, partitions)
    runs: dict[str, Run] = {}
    with Line(partitions, "driven", say) as line:
        say(f"loading {log.records:,} records")
        line.load(topics.RAW, log)
        runs[OURS] = _worker(line, count, say)
        if peer_count:
            few = raw_log(found[:peer_count], partitions)
            line.make(PEER_RAW, *(f"{name_of(STOCK_MODULE)}-{topic}" for topic in ("resolved", "out")))
            line.load(PEER_RAW, few)
            own = sum(key != EVERYONE_KEY for records in few.partitions for key, _ in records)
            runs[STOCK] = peer(line, STOCK_MODULE, PEER_RAW, own, say)
            runs[COUNT] = peer(line, "faust_count", PEER_RAW, few.records, say)
            runs[BARE] = peer(line, "aiokafka_count", topics.RAW, log.records, say)
    return _report(runs, log)


def _worker(line: Line, count: int, say: Callable[[str], None]) -> Run:
    """One worker on the loaded topic: from the first record that identity forwards to the last state written."""
    gauge = Gauge(line.settings)
    try:
        process = line.worker()
        before = began = (cpu_seconds(process.pid), time.monotonic())

        def moving() -> bool:
            nonlocal before, began
            began, before = before, (cpu_seconds(process.pid), time.monotonic())
            return gauge.records(topics.RESOLVED) > 0

        line.wait(process, "worker", moving, START_S)
        say("the worker works")
        written, ended = 0, began

        def done() -> bool:
            nonlocal written, ended
            now = gauge.records(topics.STATES)
            if now > written:
                written, ended = now, (cpu_seconds(process.pid), time.monotonic())
            return gauge.drained()

        line.wait(process, "worker", done, 120 + count / 500)
        line.end(process)
    finally:
        gauge.close()
    return Run(count, ended[0] - began[0], ended[1] - began[1])


def peer(
    line: Line,
    module: str,
    topic: str,
    count: int,
    say: Callable[[str], None],
    suffix: str = "",
    python: str = sys.executable,
) -> Run:
    """A peer until it has printed its seconds. The `suffix` of its name tells one run of it from another."""
    say(f"{module} works")
    name = name_of(module) + suffix
    command = [python, "-m", f"bench.peers.{module}"]
    if "faust" in module:
        command += ["--datadir", str(line.folder / name), "--quiet", "worker", "--without-web", "--loglevel", "warn"]
    return peer_by(line, command, name, topic, count)


def peer_by(line: Line, command: Sequence[str], name: str, topic: str, count: int) -> Run:
    """The peer that this command starts, until it has printed its seconds."""
    process = line.run(name, command, environment(line.settings.kafka, topic, count, name))
    line.wait(process, name, lambda: process.poll() == 0, START_S + count / 50)
    return _said(line, name, process)


def name_of(module: str) -> str:
    """The name of a peer, with which its topics begin."""
    return f"peer-{module.replace('_', '-')}"


def _said(line: Line, name: str, process: subprocess.Popen[bytes]) -> Run:
    process.wait()
    words = line.log(name).read_text()
    # Faust writes terminal codes before it.
    last = re.search(r'\{"records".*\}', words)
    if last is None:
        raise Stopped(f"{name} ended without a word of its seconds\n{words}")
    said = json.loads(last.group())
    return Run(int(said["records"]), float(said["cpu_s"]), float(said["wall_s"]))


def _report(runs: dict[str, Run], log: RawLog) -> Report:
    ours = runs[OURS]
    lines: list[list[Cell]] = [
        [name, each.touchpoints, each.per_cpu_s, each.per_wall_s, ours.per_cpu_s / each.per_cpu_s]
        for name, each in runs.items()
    ]
    facts = {
        "records": log.records,
        "runs": {
            name: {"touchpoints": each.touchpoints, "cpu_s": each.cpu_s, "wall_s": each.wall_s,
                   "per_cpu_s": each.per_cpu_s, "per_wall_s": each.per_wall_s}
            for name, each in runs.items()
        },
        "wanted_per_cpu_s": WANTED_A_CPU_SECOND,
    }  # fmt: skip
    notes = [f"wanted: {WANTED_A_CPU_SECOND:,} touchpoints a CPU-second; reached {ours.per_cpu_s:,.0f}"]
    if STOCK in runs:
        ratio = ours.per_cpu_s / runs[STOCK].per_cpu_s
        facts["ratio_to_stock"], facts["wanted_ratio"] = ratio, WANTED_RATIO
        notes.append(f"wanted: {WANTED_RATIO:.0f} x the same engine in stock Faust; reached {ratio:.1f} x")
    columns = ("", "touchpoints", "a CPU-second", "a second", "ours / this")
    return Report("pipeline: identity and engine together, one process", columns, lines, facts, notes)
