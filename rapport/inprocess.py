"""The last resort of `up`: the whole line in one process over a log in memory. The same engine, no Kafka, no Faust.

What goes through is stored in the archive; the log itself, and with it the state,
ends with the process.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rich.console import Console

from producers.delivery import DeliveryFailed, MemoryProducer, Stored, wall_clock
from producers.example.play import SLICE, Example
from producers.lines import Lines, UnreadableInput
from producers.send import send
from rapport.feed import EXAMPLE, NONE
from rapport.init import activation
from rapport.interrupts import on_end
from rapport.knowing import read_knowledge
from rapport.readable import Page, readable
from rapport.settings import Settings
from rapport.voice import Voice, language_of
from schemas import topics
from schemas.codec import encode_output, encode_touchpoint
from schemas.records import EVERYONE, Alert, AlertChange, Emitted, Rejected, Shift
from sinks.clickhouse.batch import Batch
from sinks.clickhouse.connect import owned
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.writer import Writer
from streams.app import deadletters
from streams.app.clock import PERIOD_MS, tick
from streams.app.detect import handed_over, read
from streams.app.trends import raw_home
from streams.engine import Engine, Partition
from streams.identity.links import Links
from streams.identity.resolve import resolve
from streams.knowledge.model import Knowledge
from streams.trends.boards import Boards

_PAUSE_S: Final = 0.02
_STORE_EVERY_S: Final = 1.0


class Line:
    """Identity and engine over a log in memory. `step` does what lies there; not for several threads.

    The log may be written by others meanwhile: they are the producers.
    """

    def __init__(self, log: MemoryProducer, knowledge: Knowledge, partitions: int, chunk: int) -> None:
        self._log = log
        self._engine = Engine(knowledge)
        self._states = [Partition(number) for number in range(partitions)]
        self._links = [Links.new() for _ in range(partitions)]
        self._done = {topic: dict.fromkeys(range(partitions), 0) for topic in (topics.RAW, topics.RESOLVED)}
        self._boards = Boards(partitions, self._engine.knowledge, partitions)
        self._chunk = chunk

    def step(self) -> list[Emitted]:
        """Everything that lies in the raw topic goes through; what came out, which is in the log, too."""
        while sum(self._identified(partition) for partition in self._done[topics.RAW]):
            """What goes to the home of another key comes back to the raw topic."""
        outputs: list[Emitted] = []
        while found := [
            self._detect(partition, records)
            for partition in self._done[topics.RESOLVED]
            if (records := self._next(topics.RESOLVED, partition))
        ]:
            # A past that is handed over comes back to the resolved topic.
            outputs += [output for each in found for output in each]
        return outputs

    def _next(self, topic: str, partition: int) -> list[Stored]:
        done = self._done[topic]
        records = list(self._log.read(topic, {partition: done[partition]}))[: self._chunk]
        done[partition] += len(records)
        return records

    def _identified(self, partition: int) -> bool:
        records = self._next(topics.RAW, partition)
        if records:
            self._identify(partition, records)
        return bool(records)

    def _identify(self, number: int, records: list[Stored]) -> None:
        resolution = resolve(records, topics.RAW, len(self._states), self._links[number])
        for partition, passed in resolution.passed.items():
            for key, value, headers, _ in passed:
                self._log.send(topics.RAW, partition, key, value or b"", headers)
        for partition, derived in enumerate(resolution.forwarded):
            for key, value, headers, _ in derived:
                self._log.send(topics.RESOLVED, partition, key, value or b"", headers)
        self._bury(resolution.rejected, records)

    def _detect(self, partition: int, records: list[Stored]) -> list[Emitted]:
        outcome = self._engine.process(read(records), self._states[partition])
        rejected = [output for output in outcome.outputs if isinstance(output, Rejected)]
        judged = self._boards.take(outcome.outputs)
        for output in (*outcome.outputs, *judged.outputs):
            if not isinstance(output, Rejected):
                names, key = topics.routes(output, outcome.besides | judged.besides)
                for topic in names:
                    self._log.send(topic, partition, key, encode_output(output))
        for gone in outcome.erased:
            self._log.send(topics.CUSTOMERS, partition, gone.encode(), b"")
        for said in judged.told:
            home = raw_home(said, len(self._states))
            self._log.send(topics.RAW, home, EVERYONE.encode(), encode_touchpoint(said))
        for (topic, home), entries in handed_over(outcome.handed, len(self._states)).items():
            for whom, value, headers, _ in entries:
                self._log.send(topic, home, whom, value or b"", headers)
        for whom, value, headers, _ in deadletters.marks(outcome.repeated, partition):
            self._log.send(topics.DLQ, partition, whom, value or b"", headers)
        self._bury(rejected, records)
        return [*outcome.outputs, *judged.outputs]

    def _bury(self, rejected: list[Rejected], records: list[Stored]) -> None:
        if not rejected:
            return
        partition = records[0].partition
        for key, value, headers, _ in deadletters.entries(rejected, records, records[0].topic):
            self._log.send(topics.DLQ, partition, key, value or b"", headers)


def run(settings: Settings, feed: str, console: Console, lack: str) -> None:
    """Run until Ctrl-C or SIGTERM, saying what this is not."""
    console.rule("[bold red]in one process[/]")
    console.print(
        f"There is no Kafka: RAPPORT_KAFKA is not set, and {lack}.\n"
        "Everything runs in this one process over a log in memory: the same engine, nothing durable but the archive.\n"
        "What this cannot show: restarts, several workers, other programs that send or read, delivery to people.",
        markup=False,
    )
    console.rule()
    over = threading.Event()
    previous = on_end(over.set)
    knowledge = read_knowledge(settings)
    partitions = {topic.name: topic.partitions for topic in topics.load(settings.partitions)}
    log = MemoryProducer(partitions.__getitem__)
    _activate(log, knowledge, settings.partitions)

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False)

    threads = [
        threading.Thread(target=_feed, args=(settings, feed, log, over, say), name="feed", daemon=True),
        threading.Thread(target=_store, args=(settings, log, partitions, over, say), name="store"),
    ]
    for thread in threads:
        thread.start()
    page = Page(console.width, voice=Voice(language_of(os.environ), knowledge))
    _work(Line(log, knowledge, settings.partitions, settings.chunk), log, settings.partitions, over, console, page)
    for thread in reversed(threads):
        thread.join(timeout=10.0)
    for number, handler in previous.items():
        signal.signal(number, handler)


def _activate(log: MemoryProducer, knowledge: Knowledge, partitions: int) -> None:
    for partition in range(partitions):
        first = activation(knowledge.version, f"knowledge:{knowledge.version}:first:{partition}", wall_clock())
        log.send(topics.RAW, partition, EVERYONE.encode(), encode_touchpoint(first))


def _work(
    line: Line, log: MemoryProducer, partitions: int, over: threading.Event, console: Console, page: Page
) -> None:
    due = wall_clock() // PERIOD_MS * PERIOD_MS + PERIOD_MS
    while not over.is_set():
        if wall_clock() >= due:
            for partition in range(partitions):
                log.send(topics.RAW, partition, EVERYONE.encode(), encode_touchpoint(tick(due, partition, partitions)))
            due = wall_clock() // PERIOD_MS * PERIOD_MS + PERIOD_MS
        for output in line.step():
            if isinstance(output, Alert | AlertChange | Shift) and output.history is None:
                console.print(readable(output, page))
        over.wait(_PAUSE_S)


def _feed(
    settings: Settings, feed: str, log: MemoryProducer, over: threading.Event, say: Callable[[str], None]
) -> None:
    if feed == NONE:
        say("nothing is fed, and nobody else can send to a log in memory: give a file, or the example")
        return
    with tempfile.TemporaryDirectory() as folder:  # how far a feed has come is forgotten with the log
        notes = Path(folder)
        try:
            if feed == EXAMPLE:  # the slice, for all nine months would have to stay in memory
                Example(log, log, settings.identity, notes, SLICE, over, say).go_on()
            else:
                counts = send([Lines(feed)], log, settings.identity, notes)
                say(f"feed: {counts.summary(log.acknowledged)}")
        except (DeliveryFailed, UnreadableInput) as error:
            say(f"feed: {error}")


def _store(
    settings: Settings,
    log: MemoryProducer,
    partitions: dict[str, int],
    over: threading.Event,
    say: Callable[[str], None],
) -> None:
    """Everything but the raw topic into the archive; under topic ids of this run, for offsets begin anew."""
    run_id = f"memory:{wall_clock()}"
    inner = (topics.RAW, topics.KNOWLEDGE, topics.STATES, topics.LINKS, topics.TRENDS)
    stored = [topic for topic in partitions if topic not in inner]
    done = {(topic, partition): 0 for topic in stored for partition in range(partitions[topic])}
    store = owned(settings)
    try:
        migrate(store)
        writer = Writer(store, time.sleep)
        say(f"archive: {store.where}")
        last = False
        while not last:
            last = over.wait(_STORE_EVERY_S)
            batch = _batch(log, done)
            writer.write(merged(blocks(batch.chunks({topic: f"{run_id}:{topic}" for topic in stored}))))
    finally:
        store.close()


def _batch(log: MemoryProducer, done: dict[tuple[str, int], int]) -> Batch:
    from kafka import TopicPartition  # the batch goes by Kafka's names of places

    batch = Batch()
    for (topic, partition), offset in done.items():
        records = list(log.read(topic, {partition: offset}))
        if records:
            batch.add({TopicPartition(topic, partition): records}, time.monotonic())
            done[topic, partition] = offset + len(records)
    return batch
