"""Workers as processes, a fresh line on a broker, and what stands on its topics afterwards."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from rapport.connection import Kafka
from rapport.patches import patch_aiokafka
from rapport.sending import new_producer
from schemas import keys, topics
from schemas.codec import decode_outputs, encode_touchpoint
from schemas.keys import IdentityKey
from schemas.records import EVERYONE, Emitted, Rejected, Touchpoint, Undecodable
from streams.app.clock import tick
from streams.app.detect import read
from streams.app.line import GROUP
from streams.engine import Engine, Partition
from tests.faults.verdict import OUTPUTS
from tests.streams.lab import knowledge

ROOT = Path(__file__).parents[3]
START = 1_780_000_000_000
SECRET = IdentityKey("k1", b"a secret of these tests")
WORKER = """
from logging import basicConfig
from rapport.settings import read
from streams.app.worker import run
basicConfig(level="INFO", format="%(asctime)s %(name)s %(message)s")
raise SystemExit(run(read()))
"""
PARTITIONS = 4
PATIENCE = 3
T = TypeVar("T")

patch_aiokafka()


class Line:
    """A line with fresh topics on a broker. Times are driven by the test."""

    def __init__(self, bootstrap: str, folder: Path, partitions: int = PARTITIONS) -> None:
        self.bootstrap = bootstrap
        self.partitions = partitions
        self._folder = folder
        self._workers: list[subprocess.Popen[bytes]] = []

    # Workers

    def worker(self, *, fault: str = "", **settings: object) -> subprocess.Popen[bytes]:
        """Start a worker process; its log is a file of the test's folder. `fault` is code that runs before it."""
        chosen = {"kafka": self.bootstrap, "partitions": self.partitions, "clock": "driven", "metrics_port": 0,
                  "session_timeout_s": 3, "chunk": 200} | settings  # fmt: skip
        named = {f"RAPPORT_{name.upper()}": str(value) for name, value in chosen.items()}
        plain = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        log = self.log_of(len(self._workers)).open("wb")
        command = [sys.executable, "-c", fault + WORKER]
        process = subprocess.Popen(command, cwd=ROOT, env=plain | named, stderr=log, stdout=log)
        log.close()
        self._workers.append(process)
        return process

    def log_of(self, number: int) -> Path:
        return self._folder / f"worker-{number}.log"

    def logs(self) -> str:
        return "\n".join(self.log_of(number).read_text() for number in range(len(self._workers)))

    async def ready(self) -> None:
        """Wait until every worker that lives runs."""
        living = [number for number, process in enumerate(self._workers) if process.poll() is None]

        async def run() -> bool:
            return all("worker runs" in self.log_of(number).read_text() for number in living)

        await eventually(run, 60, self.logs)

    def end(self) -> None:
        for process in self._workers:
            if process.poll() is None:
                process.kill()
            process.wait()

    # Topics

    async def lay(self) -> None:
        """All topics, empty; what a group had committed goes with the old ones."""
        wanted = topics.load(self.partitions)
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            there = set(await admin.list_topics())
            await admin.delete_topics([topic.name for topic in wanted if topic.name in there])
            while there & {topic.name for topic in wanted}:
                await asyncio.sleep(0.1)
                there = set(await admin.list_topics())
            await admin.create_topics(
                [NewTopic(each.name, each.partitions, 1, topic_configs=dict(each.config)) for each in wanted]
            )
        finally:
            await admin.close()

    async def write(self, touchpoints: Iterable[Touchpoint], producer: AIOKafkaProducer | None = None) -> int:
        """Touchpoints to the raw topic as producers write them; how many."""
        return await self.put(topics.RAW, [self._record(each) for each in touchpoints], producer)

    async def put(
        self,
        topic: str,
        records: Sequence[tuple[int, bytes | None, bytes | None]],
        producer: AIOKafkaProducer | None = None,
    ) -> int:
        """Records (partition, key, value) to a topic, acknowledged."""
        async with _lent(producer, self.bootstrap) as sender:
            sent = [await sender.send(topic, partition=p, key=key, value=value) for p, key, value in records]
            await asyncio.gather(*sent)
        return len(sent)

    async def tick(self, at: int) -> None:
        """One tick to every raw partition."""
        ticks = [tick(at, partition, self.partitions) for partition in range(self.partitions)]
        key = EVERYONE.encode()
        await self.put(topics.RAW, [(place, key, encode_touchpoint(each)) for place, each in enumerate(ticks)])

    def _record(self, touchpoint: Touchpoint) -> tuple[int, bytes, bytes]:
        wide = touchpoint.type in knowledge().touchpoints.company_wide()
        key = keys.key_of(touchpoint, SECRET, company_wide=wide).encode()
        place = f"{keys.COMPANY}:{touchpoint.event_id}".encode() if wide else key
        return keys.partition_for(place, self.partitions), key, encode_touchpoint(touchpoint)

    async def read(self, topic: str, partitions: int | None = None) -> list[list[Any]]:
        """Every record of every partition, from the beginning to the end as of now."""
        tps = [TopicPartition(topic, partition) for partition in range(partitions or self.partitions)]
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign(tps)
            ends = await consumer.end_offsets(tps)
            found: dict[TopicPartition, list[Any]] = {tp: [] for tp in tps}
            while any([await consumer.position(tp) < ends[tp] for tp in tps]):
                for tp, records in (await consumer.getmany(timeout_ms=200)).items():
                    found[tp] += records
            return [found[tp] for tp in tps]
        finally:
            await consumer.stop()

    async def committed(self) -> dict[tuple[str, int], tuple[int, int]]:
        """By (topic, partition) of the two stations: the committed offset (0 for none) and the end."""
        tps = [TopicPartition(topic, p) for topic in (topics.RAW, topics.RESOLVED) for p in range(self.partitions)]
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, group_id=GROUP, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(tps)
            ends = await consumer.end_offsets(tps)
            return {(tp.topic, tp.partition): (await consumer.committed(tp) or 0, ends[tp]) for tp in tps}
        finally:
            await consumer.stop()

    async def drained(self, within: float = 180.0) -> None:
        """Wait until all stations have committed all there is."""

        async def done() -> bool:
            standing = await self.committed()
            return all(committed == end for committed, end in standing.values())

        await eventually(done, within, lambda: self.logs()[-4000:])

    # What the log says

    async def replayed(self, cut: int = 777) -> tuple[list[Partition], list[Emitted]]:
        """States and outputs of the pure engine over the resolved log, without Kafka."""
        engine = Engine(knowledge())
        everything: list[Emitted] = []
        partitions = []
        for number, log in enumerate(await self.read(topics.RESOLVED)):
            states = Partition(number)
            states.ready()
            records = read(log)
            for start in range(0, len(records), cut):
                everything += engine.process(records[start : start + cut], states).outputs
            partitions.append(states)
        return partitions, everything

    async def recovered(self) -> list[Partition]:
        """States as the changelog has them."""
        partitions = []
        for number, log in enumerate(await self.read(topics.STATES)):
            states = Partition(number)
            for record in log:
                if record.value is not None:
                    states.restore(record.key, record.value)
            states.ready()
            partitions.append(states)
        return partitions

    async def sent(self) -> dict[str, Emitted]:
        """The outputs on all output topics by id, dead letters excepted."""
        found: dict[str, Emitted] = {}
        for topic in OUTPUTS:
            values = [record.value for log in await self.read(topic) for record in log]
            for output in decode_outputs(values):
                assert not isinstance(output, Undecodable)
                found[output.id] = output
        return found

    async def assert_equals_replay(self) -> None:
        """What the workers left behind is what the pure engine makes of the same log."""
        pure, outputs = await self.replayed()
        kept = await self.recovered()
        assert [states.fingerprint() for states in kept] == [states.fingerprint() for states in pure]
        wanted = {output.id: output for output in outputs if not isinstance(output, Rejected)}
        sent = await self.sent()
        assert sent.keys() == wanted.keys()
        assert {i: _written(o) for i, o in sent.items()} == {i: _written(o) for i, o in wanted.items()}


def _written(output: Emitted) -> bytes:
    """Its content; a map has no order."""
    return msgspec.json.encode(output, order="deterministic")


@contextmanager
def line(bootstrap: str, folder: Path, partitions: int = PARTITIONS) -> Iterator[Line]:
    """A fresh line; its workers end with the block, and their logs are shown when it fails."""
    made = Line(bootstrap, folder, partitions)
    asyncio.run(made.lay())
    try:
        yield made
    except BaseException:
        print(made.logs()[-8000:])
        raise
    finally:
        made.end()


class _lent:
    """A producer of one's own for a block, or the one that is lent."""

    def __init__(self, producer: AIOKafkaProducer | None, bootstrap: str) -> None:
        self._lent = producer
        self._bootstrap = bootstrap

    async def __aenter__(self) -> AIOKafkaProducer:
        self._used = self._lent or new_producer(Kafka(self._bootstrap), "test")
        if self._lent is None:
            await self._used.start()
        return self._used

    async def __aexit__(self, *failure: object) -> None:
        if self._lent is None:
            await self._used.stop()


async def eventually(done: Callable[[], Awaitable[bool]], within: float, why: Callable[[], str] = str) -> None:
    """Wait for a condition; AssertionError when it does not come in `PATIENCE` times what a quiet machine needs."""
    limit = time.monotonic() + within * PATIENCE
    while not await done():
        assert time.monotonic() < limit, f"not within {within * PATIENCE} s\n{why()}"
        await asyncio.sleep(0.2)


def terminate(process: subprocess.Popen[bytes], within: float = 180.0) -> int:
    """SIGTERM; the exit status."""
    process.send_signal(signal.SIGTERM)
    return process.wait(within)


KINDS: Mapping[str, Mapping[str, Any]] = {
    "web.viewed": {"channel": "web", "properties": '{"url":"/prices?sort=price_asc"}'},
    "purchase.made": {"channel": "store", "amount": 99.5, "currency": "EUR", "quantity": 1.0},
    "complaint.opened": {"channel": "phone", "text": "Terrible service, I have called three times!"},
    "call.started": {"channel": "phone"},
    "chat.message": {"channel": "chat", "text": "Thank you so much, you are wonderful"},
    "message.opened": {"channel": "email"},
    "order.returned": {"channel": "web", "properties": '{"reason":"broken"}'},
}


def touchpoints(count: int, customers: int = 50, seed: int = 1, first: int = 0) -> Iterator[Touchpoint]:
    """A mix of touchpoints, numbered from `first`, a minute apart; every hundredth concerns everyone."""
    chance = random.Random(f"{seed}:{first}")
    for number in range(first, first + count):
        at = START + number * 60_000
        if number % 100 == 99:
            yield Touchpoint(
                event_id=f"wide-{number}", type="stock.out", occurred_at=at, occurred_offset=0, channel="system",
                initiator="company", item_id="shoe",
            )  # fmt: skip
            continue
        kind = chance.choice(list(KINDS))
        yield Touchpoint(
            event_id=f"e-{number}", type=kind, occurred_at=at, occurred_offset=0,
            initiator="company" if kind == "message.sent" else "customer",
            customer_id=f"c-{chance.randrange(customers)}", **KINDS[kind],
        )  # fmt: skip
