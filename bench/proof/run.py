"""A data set live through Kafka, by force and under a driven clock; then the log it wrote, replayed from everywhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import msgspec

from bench.line import Gauge, Line, Stopped
from bench.proof.driving import SWEEP, Driven, intervals
from bench.proof.faults import SESSION_S, Processes
from deploy.local.broker import free_port
from replay.kafka_reading import Topics
from replay.run import run as replay
from replay.source import Chunk
from replay.sources.kafka_log import KafkaLog
from replay.summary import Summary
from replay.whatif.report import Report as WhatIf
from replay.whatif.run import what_if
from schemas import topics
from schemas.records import Touchpoint
from schemas.wire import export_line
from sinks.clickhouse.sink import GROUP as SINK
from sinks.store.process import stored_topics
from streams.app.line import GROUP
from streams.knowledge.load import from_documents, load
from streams.knowledge.overriding import overridden

PARTITIONS: Final = 4
SOURCES: Final = ("kafka", "archive")
WORKED: Final = (topics.RAW, topics.RESOLVED, topics.MEASURES)
DRAIN_S: Final = 600.0


class Set(NamedTuple):
    """A data set, in the order of time; `change` is the one line of knowledge that is changed afterwards."""

    name: str
    touchpoints: Sequence[Touchpoint]
    interval_ms: int
    change: str


class Proof(NamedTuple):
    """What was found of one set: seconds live, deeds, of each source its summary, and the what-if."""

    name: str
    touchpoints: int
    live_s: float
    deeds: Counter[str]
    summaries: dict[str, Summary]
    alike: bool
    """Whether all sources gave the same outputs, byte by byte."""
    quiet: bool
    """Whether every topic ended after the replays where it ended before."""
    change: str
    consequences: WhatIf

    @property
    def holds(self) -> bool:
        return self.alike and self.quiet and not any(each.different for each in self.summaries.values())


def prove(each: Set, strikes: int, seed: int, say: Callable[[str], None]) -> Proof:
    """Lives through the set on a line of its own, then replays."""
    with Line(PARTITIONS, "driven", say) as line:
        line.settings = msgspec.structs.replace(
            line.settings, store_port=free_port(), store_token="proof", session_timeout_s=SESSION_S
        )
        started = time.perf_counter()
        deeds = _live(each, line, strikes, seed, say)
        lived = time.perf_counter() - started
        say(f"{each.name}: live in {lived:.0f} s, {dict(deeds)}")
        before = _ends(line)
        found = _replayed(line, say)
        quiet = _ends(line) == before
        knowledge = load(line.settings.knowledge)
        other = from_documents(overridden(knowledge.documents, [each.change]))
        consequences = what_if(["archive"], line.settings, knowledge, other)
        summaries = {name: summary for name, (summary, _) in found.items()}
        alike = len({said for _, said in found.values()}) == 1
        count = len(each.touchpoints)
        return Proof(each.name, count, lived, deeds, summaries, alike, quiet, each.change, consequences)


def _live(each: Set, line: Line, strikes: int, seed: int, say: Callable[[str], None]) -> Counter[str]:
    processes, driven, gauge = Processes(line, seed), Driven(line.settings), Gauge(line.settings)
    pieces = list(intervals(each.touchpoints, each.interval_ms))
    struck = set(Random(seed).sample(range(len(pieces)), min(strikes, len(pieces))))
    at = told = 0
    try:
        for number, (at, some) in enumerate(pieces):
            driven.tick(at)
            driven.through(at)
            driven.write(some)
            if number in struck:
                say(f"{each.name}: interval {number:,} of {len(pieces):,}: {processes.strike()}")
            processes.mend()
            if number >= told:
                say(f"{each.name}: interval {number:,} of {len(pieces):,}")
                told += max(1, len(pieces) // 10)
        for n in range(1, SWEEP + 1):
            driven.tick(at + each.interval_ms + n)
        driven.through(at + each.interval_ms + SWEEP)
        _until("the workers are through", lambda: gauge.lag(GROUP, WORKED) == 0, processes)
        _until("the store is through", lambda: gauge.lag(SINK, stored_topics(PARTITIONS)) == 0, processes)
    finally:
        driven.close()
        gauge.close()
    for worker in processes.workers:
        line.end(worker)
    return processes.done


def _until(what: str, done: Callable[[], bool], processes: Processes) -> None:
    limit = time.monotonic() + DRAIN_S
    while not done():
        if time.monotonic() > limit:
            raise Stopped(f"not in {DRAIN_S:.0f} s: {what}")
        processes.mend()
        time.sleep(0.2)


def _replayed(line: Line, say: Callable[[str], None]) -> dict[str, tuple[Summary, bytes]]:
    """From Kafka, the archive and an export of the log: what came of it, and the digest of its outputs."""
    export = line.folder / "log.jsonl"
    with export.open("wb") as out:
        out.writelines(_exported(line))
    knowledge = load(line.settings.knowledge)
    found = {}
    for name, source in (*((each, each) for each in SOURCES), ("files", str(export))):
        said = line.folder / f"{name}.outputs"
        with said.open("wb") as out:
            summary = replay([source], line.settings, knowledge, out=out, compare="live")
        say(f"{name}: {summary.records:,} records, {summary.outputs.total():,} outputs, {summary.rate:,.0f}/s"
            f"{', DIFFERENT' if summary.different else ''}")  # fmt: skip
        found[name] = summary, digest(said)
    return found


def _exported(line: Line) -> Iterable[bytes]:
    for piece in KafkaLog(line.settings.cluster).pieces():
        if isinstance(piece, Chunk):
            for record in piece.records:
                if isinstance(record.body, Touchpoint):
                    place = piece.partition, record.offset, record.key, record.source
                    yield export_line(record.body, *place) + b"\n"


def _ends(line: Line) -> dict[str, dict[int, tuple[int, int]]]:
    with Topics(line.settings.cluster) as reader:
        return {topic.name: reader.spans(topic.name) for topic in topics.load(PARTITIONS)}


def digest(file: Path) -> bytes:
    """The same for the same lines, however often each came and in which order."""
    with file.open("rb") as lines:
        return blake2b(b"".join(sorted({blake2b(line, digest_size=16).digest() for line in lines}))).digest()
