"""A steady load for a long time: does any process grow, does a lag build up?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from bench.line import Gauge, Line
from bench.report import Cell, Report
from bench.stream import keyed, touchpoints
from deploy.local.broker import free_port
from producers.kafka_log import KafkaLog
from rapport.settings import environment_of
from schemas import keys, topics
from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE, Touchpoint
from sinks.clickhouse.sink import GROUP as SINK
from sinks.store.process import stored_topics
from streams.app.line import GROUP

CUSTOMERS: Final = 2_000
ROUND: Final = 40_000
"""Touchpoints of the simulated shop that are sent again and again, each time under new ids and at the present."""
SAMPLE_S: Final = 10.0
MEGABYTE: Final = 1 << 20
GROWN: Final = 0.10
"""A process has grown if its last tenth of the run holds so much more than the tenth in the middle."""
MORE_FILES: Final = 5
"""So many more open files than half-way are more than what files that come and go make of it."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds: bytes of its own, resident bytes that lie in files, open files that are none of its data.

    What lies in a file belongs to the kernel, which takes it back when somebody wants memory; a broker maps the index
    of each segment, so it grows with what is kept, until retention, and so do its open files.
    """

    own: int
    mapped: int
    files: int
    data_files: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A moment: of each process what it holds, of each group its lag in records."""

    at_s: float
    held: dict[str, Held]
    lag: dict[str, int]


def run(minutes: float, rate: int, partitions: int, say: Callable[[str], None]) -> Report:
    """Broker, worker and store under `rate` touchpoints a second for so long; a sample every ten seconds."""
    shop = touchpoints(ROUND, CUSTOMERS)
    with Line(partitions, "leader", say) as line:
        line.settings = msgspec.structs.replace(line.settings, store_port=free_port(), store_token="soak")
        worker = line.worker()
        store = line.start("store", ("rapport.cli", "store"), environment_of(line.settings))
        pids = {"broker": line.broker.pid or 0, "worker": worker.pid, "store": store.pid}
        log = KafkaLog(line.settings.cluster)
        gauge = Gauge(line.settings)
        try:
            line.wait(worker, "worker", lambda: _lag(gauge, partitions)[GROUP] == 0, 90)
            samples = list(_samples(shop, log, gauge, pids, line.folder, minutes * 60, rate, partitions, say))
        finally:
            log.close()
            gauge.close()
        ended = [name for name, process in (("worker", worker), ("store", store)) if process.poll() is not None]
    return _report(samples, rate, ended)


def _samples(
    shop: Sequence[Touchpoint], log: KafkaLog, gauge: Gauge, pids: dict[str, int], folder: Path, seconds: float,
    rate: int, partitions: int, say: Callable[[str], None],
) -> Iterator[Sample]:  # fmt: skip
    began, sent, due = time.monotonic(), 0, 0.0
    feed = _endless(shop)
    while (now := time.monotonic() - began) < seconds:
        while sent < now * rate:
            touchpoint, key = next(feed)
            place = f"{keys.COMPANY}:{touchpoint.event_id}" if key == EVERYONE else key
            partition = keys.partition_for(place.encode(), partitions)
            log.send(topics.RAW, partition, key.encode(), encode_touchpoint(touchpoint))
            sent += 1
        log.flush()
        if now >= due:
            due += SAMPLE_S
            sample = Sample(now, {name: _held(pid, folder) for name, pid in pids.items()}, _lag(gauge, partitions))
            if int(now) % 300 < SAMPLE_S:
                own = ", ".join(f"{name} {held.own / MEGABYTE:.0f} MB" for name, held in sample.held.items())
                say(f"{now / 60:.0f} min: {own}, lag {sample.lag}")
            yield sample
        time.sleep(0.05)


def _endless(shop: Sequence[Touchpoint]) -> Iterator[tuple[Touchpoint, str]]:
    for lap in count():
        for key, touchpoint in keyed(shop):
            now = time.time_ns() // 1_000_000
            yield (
                msgspec.structs.replace(
                    touchpoint, event_id=f"{touchpoint.event_id}~{lap}", occurred_at=now, received_at=now
                ),
                key,
            )


def _lag(gauge: Gauge, partitions: int) -> dict[str, int]:
    """Of the workers and of the store, in records not committed. A group that has not formed yet lags by all."""
    wanted = ((GROUP, (topics.RAW, topics.RESOLVED)), (SINK, stored_topics(partitions)))
    return {group: gauge.lag(group, read) for group, read in wanted}


def _held(pid: int, folder: Path) -> Held:
    process = Path(f"/proc/{pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    own, mapped = (int(status[name].split()[0]) * 1024 for name in ("RssAnon", "RssFile"))
    opened = [_target(each) for each in (process / "fd").iterdir()]
    data_files = sum(1 for each in opened if each.startswith(f"{folder}/"))
    return Held(own, mapped, len(opened) - data_files, data_files)


def _target(handle: Path) -> str:
    """What a handle stands for; nothing where it was closed meanwhile."""
    try:
        return str(handle.readlink())
    except FileNotFoundError:
        return ""


def _report(samples: Sequence[Sample], rate: int, ended: Sequence[str]) -> Report:
    tenth = max(1, len(samples) // 10)
    middle, last = samples[len(samples) // 2 : len(samples) // 2 + tenth], samples[-tenth:]
    lines: list[list[Cell]] = []
    grown: list[str] = list(ended)
    facts: dict[str, object] = {"rate": rate, "seconds": samples[-1].at_s, "ended": list(ended)}
    for name in samples[0].held:
        begin, before, after = (_median([s.held[name] for s in part]) for part in (samples[:1], middle, last))
        lines.append([name, begin.own / MEGABYTE, before.own / MEGABYTE, after.own / MEGABYTE, after.own / before.own,
                      before.mapped / MEGABYTE, after.mapped / MEGABYTE, before.files, after.files,
                      before.data_files, after.data_files])  # fmt: skip
        facts[name] = {"begin": asdict(begin), "middle": asdict(before), "end": asdict(after)}
        if after.own > before.own * (1 + GROWN) or after.files > before.files + MORE_FILES:
            grown.append(name)
    for group in samples[0].lag:
        lags = sorted(sample.lag[group] for sample in samples[1:])
        facts[f"lag {group}"] = {"median": statistics.median(lags), "largest": lags[-1], "last": samples[-1].lag[group]}
    notes = [
        f"{rate} touchpoints a second for {samples[-1].at_s / 60:.0f} min, {len(samples)} samples",
        *(f"{name}: {each}" for name, each in facts.items() if name.startswith("lag ")),
        f"grown or ended: {', '.join(grown) or 'none'}",
    ]
    columns = ("MB", "own at first", "half-way", "at last", "last / half-way", "mapped half-way", "at last",
               "files half-way", "at last", "of data half-way", "at last")  # fmt: skip
    return Report("soak", columns, lines, facts, notes)


def _median(held: Sequence[Held]) -> Held:
    return Held(*(int(statistics.median(values)) for values in zip(*map(astuple, held), strict=True)))
