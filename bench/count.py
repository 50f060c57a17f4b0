"""Counts the keys of a topic that is there already, by the product's own transport, codec, outbox and table.

The task that stream processors are commonly compared by, so that others can be put beside it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time, time
from typing import Final, cast

import uvloop
from kafka import KafkaAdminClient

from bench.counting import Counting, Format
from bench.line import Stopped
from rapport.cluster import connect
from rapport.connection import Kafka
from rapport.cycles import look_seldom
from rapport.failure import Failure
from rapport.settings import Settings
from streams.app.claims import Claim
from streams.app.lanes import Lanes, Work
from streams.app.line import LineApp, build_app
from streams.app.outbox import Outbox, Wire
from streams.app.transport import ChunkConsumer

CHUNK: Final = 10_000
PATIENCE_S: Final = 60.0
CPU: Final = "s of the processor between FIRST and LAST"


@dataclass(frozen=True, slots=True)
class Task:
    """What to count, and when to stop. `state` is a folder for what a run leaves on this machine."""

    kafka: Kafka
    topic: str
    out: str
    records: int
    emit: int
    group: str
    state: Path
    commit_ms: int
    form: Format

    @property
    def table(self) -> str:
        """The changelog that keeps the counts, with as many partitions as the topic."""
        return f"{self.group}-table"


class Tally:
    """Prints `FIRST <unix s>` before the work on the first record, `LAST <unix s>` when `wanted` are acknowledged.

    `cpu_s`: the processor time of the process between the two.
    """

    def __init__(self, wanted: int, over: Callable[[], None]) -> None:
        self._wanted, self._over = wanted, over
        self._finished = 0
        self._began = False
        self.cpu_s = 0.0
        self.refused = 0

    def begun(self) -> None:
        if not self._began:
            self._began = True
            self.cpu_s = -process_time()
            _print(f"FIRST {time():.6f}")

    def done(self, records: int, refused: int) -> None:
        before, self._finished = self._finished, self._finished + records
        self.refused += refused
        if before < self._wanted <= self._finished:
            _print(f"LAST {time():.6f}")
            self.cpu_s += process_time()
            self._over()


def run(task: Task, say: Callable[[str], None]) -> None:
    """Until `task.records` are done, and committed. Failure or Stopped, naming what is in the way."""
    task.state.mkdir(parents=True, exist_ok=True)
    source, out = _topics(task, say)
    look_seldom()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    sys.setswitchinterval(0.0005)
    tally = asyncio.run(_work(task, source, out))
    say(f"{tally.cpu_s:.3f} {CPU}")
    if tally.refused:
        say(f"{tally.refused:,} records were no touchpoints with a key, and are not counted")


async def _work(task: Task, partitions: int, out: int) -> Tally:
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def end(error: BaseException | None = None) -> None:
        if not over.done():
            over.set_result(None) if error is None else over.set_exception(error)

    tally = Tally(task.records, end)

    def station(claim: Claim) -> Work:
        outbox = Outbox(Wire(task.kafka, f"{task.group}-{claim.partition}"), claim, {}, own=True)
        return Counting(
            claim, outbox, task.kafka, task.table, (task.out, out), task.emit, task.form, tally.begun, tally.done
        )

    lanes = Lanes({task.topic: station}, CHUNK, end)
    settings = Settings(kafka=task.kafka.servers, partitions=partitions, data=task.state)
    app = build_app(settings, lanes, group=task.group, stations={"count": task.topic}, commit_s=task.commit_ms / 1000)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    await app.start()
    watch = asyncio.create_task(_watch(app, end))
    try:
        await over
    finally:
        watch.cancel()
        await lanes.end()
        await cast(ChunkConsumer, app.consumer).force_commit()
        await app.stop()
    return tally


async def _watch(app: LineApp, end: Callable[[BaseException], None]) -> None:
    """Faust ends by itself only when something in it has failed."""
    await app.wait_until_stopped()
    end(app.crash_reason or Stopped("Faust has stopped without saying why"))


def _topics(task: Task, say: Callable[[str], None]) -> tuple[int, int]:
    """Partitions of the source and of the output; the output and the table are made if they are not there."""
    admin = connect(task.kafka, PATIENCE_S, say)
    try:
        there = set(admin.list_topics())
        if task.topic not in there:
            raise Failure(f"there is no topic {task.topic} at {task.kafka}; load it first")
        source = _partitions(admin, task.topic)
        wanted = {
            name: {"num_partitions": source, "replication_factor": -1, "configs": configs}
            for name, configs in ((task.out, {}), (task.table, {"cleanup.policy": "compact"}))
            if name not in there
        }
        if wanted:
            admin.create_topics(wanted, wait_for_metadata=True)
        if _partitions(admin, task.table) != source:
            raise Failure(f"{task.table} has not the {source} partitions of {task.topic}; choose another --group")
        return source, _partitions(admin, task.out)
    finally:
        admin.close()


def _partitions(admin: KafkaAdminClient, topic: str) -> int:
    (found,) = admin.describe_topics([topic])
    if found["error_code"]:
        raise Stopped(f"{topic}: the broker does not describe it (error {found['error_code']})")
    return len(found["partitions"])


def _print(text: str) -> None:
    # Faust redirects standard output into its log.
    print(text, file=sys.__stdout__, flush=True)
