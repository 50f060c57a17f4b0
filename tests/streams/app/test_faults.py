"""Workers that are killed, stopped, joined and left: no gap, nothing twice, states equal to a replay."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.broker import Broker
from rapport.connection import Kafka
from rapport.sending import new_producer
from schemas import topics
from streams.app.line import STATIONS
from streams.engine import codec
from streams.identity.resolve import source_of
from tests.streams.app.running import START, Line, eventually, line, terminate, touchpoints

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


AWAY_S = 12
"""For how long a broker is dead: longer than aiokafka waits by itself (10 s)."""


@pytest.fixture
def fresh(kafka: str, tmp_path: Path) -> Iterator[Line]:
    with line(kafka, tmp_path) as made:
        yield made


@asynccontextmanager
async def load(fresh: Line, a_second: int = 300) -> AsyncIterator[None]:
    """A stream of touchpoints with a tick now and then, for as long as the block lasts."""
    producer = new_producer(Kafka(fresh.bootstrap), "load")
    await producer.start()
    stop = asyncio.Event()

    async def run() -> None:
        first = 0
        while not stop.is_set():
            await fresh.write(touchpoints(a_second // 5, first=first), producer)
            first += a_second // 5
            await fresh.tick(START + first * 60_000)
            await asyncio.sleep(0.2)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        stop.set()
        await task
        await producer.stop()


async def assert_no_gap(fresh: Line) -> int:
    """Every raw record is resolved, the first time each comes in order; returns how many came again."""
    raw = await fresh.read(topics.RAW)
    resolved = await fresh.read(topics.RESOLVED)
    came = [{source_of(record.headers[0][1]) for record in log} for log in resolved]
    for partition, log in enumerate(raw):
        found = {source.offset for sources in came for source in sources if source.partition == partition}
        assert found == {record.offset for record in log}
    again = 0
    for log in resolved:
        highest: dict[int, int] = {}
        for source in (source_of(record.headers[0][1]) for record in log):
            if source.offset <= highest.get(source.partition, -1):
                again += 1
            highest[source.partition] = max(source.offset, highest.get(source.partition, -1))
    return again


def test_killed_workers_leave_no_gap_and_the_states_equal_a_replay(fresh: Line) -> None:
    async def scenario() -> None:
        chance = random.Random(7)
        workers = [fresh.worker(), fresh.worker()]
        await fresh.ready()
        async with load(fresh):
            for _ in range(4):
                await asyncio.sleep(chance.uniform(2, 5))
                place = chance.randrange(len(workers))
                assert workers[place].poll() is None, fresh.logs()
                workers[place].kill()
                workers[place].wait()
                workers[place] = fresh.worker()
        await fresh.ready()
        await fresh.drained()
        assert [terminate(worker) for worker in workers] == [0, 0]
        await assert_no_gap(fresh)
        await fresh.assert_equals_replay()

    asyncio.run(scenario())


def test_workers_that_come_and_go_take_the_states_over(fresh: Line) -> None:
    async def scenario() -> None:
        first = fresh.worker()
        await fresh.ready()
        async with load(fresh):
            second = fresh.worker()
            await fresh.ready()
            await asyncio.sleep(5)
            assert terminate(second) == 0
            await asyncio.sleep(4)
        await fresh.drained()
        assert terminate(first) == 0
        assert await assert_no_gap(fresh) == 0, "a hand-over in good order repeats nothing"
        await fresh.assert_equals_replay()

    asyncio.run(scenario())


COMMITS_UNKNOWN_AT_FIRST = """
from streams.app.member import ChunkThread
ask, asked = ChunkThread.committed, []
async def silent(self):
    found, generation = await ask(self)
    asked.append(found)
    if len(asked) > 2:
        return found, generation
    print("no commits", flush=True)
    return {}, generation
ChunkThread.committed = silent
"""


def test_an_assignment_whose_commits_are_not_known_in_time_is_read_when_they_are(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.write(touchpoints(600))
        worker = fresh.worker(fault=COMMITS_UNKNOWN_AT_FIRST)
        await fresh.drained()
        assert terminate(worker) == 0
        assert fresh.logs().count("no commits") == 2
        await assert_no_gap(fresh)
        await fresh.assert_equals_replay()

    asyncio.run(scenario())


REBALANCES_AT_THE_FIRST_FETCH = """
import asyncio
from streams.app.transport import ChunkConsumer
fetch, dropped = ChunkConsumer._wait_next_records, []
async def late(self, timeout):
    records, active = await fetch(self, timeout)
    if records and not dropped:
        dropped.append(sum(map(len, records.values())))
        print("dropped", dropped[0], flush=True)
        self.stop_flow()
        asyncio.get_running_loop().call_later(1, self.resume_flow)
    return records, active
ChunkConsumer._wait_next_records = late
"""


def test_what_a_rebalance_drops_before_the_first_commit_is_read_again(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.write(touchpoints(600))
        worker = fresh.worker(fault=REBALANCES_AT_THE_FIRST_FETCH)
        await fresh.drained()
        assert terminate(worker) == 0
        assert "dropped" in fresh.logs()
        await assert_no_gap(fresh)
        await fresh.assert_equals_replay()

    asyncio.run(scenario())


IMPATIENT = """
from streams.app import line
line.POLL_SECONDS = 4.0
"""


def test_a_worker_that_was_given_nothing_stays_and_takes_over(kafka: str, tmp_path: Path) -> None:
    """A client that is given no partitions fetches nothing; it must not be taken for one that hangs."""

    async def scenario(fresh: Line) -> None:
        # a partition of each station's topic, and one worker more
        everyone = range(len(STATIONS) + 1)
        workers = [fresh.worker(fault=IMPATIENT) for _ in everyone]
        await fresh.ready()
        await fresh.write(touchpoints(300))
        await fresh.drained()
        await asyncio.sleep(9)  # twice the patience with a member that fetches nothing
        assigned = [fresh.log_of(number).read_text().rpartition("newly assigned partitions ")[2] for number in everyone]
        starved = [number for number, said in enumerate(assigned) if said.startswith("set()")]
        assert len(starved) == 1, fresh.logs()
        for number in set(everyone) - set(starved):
            workers[number].kill()
            workers[number].wait()
        await fresh.write(touchpoints(300, first=300))
        await fresh.drained()
        assert terminate(workers[starved[0]]) == 0
        await assert_no_gap(fresh)
        await fresh.assert_equals_replay()

    with line(kafka, tmp_path, partitions=1) as fresh:
        asyncio.run(scenario(fresh))


def test_a_worker_that_slept_through_its_session_writes_nothing_over_its_successor(fresh: Line) -> None:
    async def scenario() -> None:
        sleeper, successor = fresh.worker(), fresh.worker()
        await fresh.ready()
        async with load(fresh):
            await asyncio.sleep(2)
            for _ in range(2):
                sleeper.send_signal(signal.SIGSTOP)
                await asyncio.sleep(7)  # more than the session of 3 s and a rebalance
                sleeper.send_signal(signal.SIGCONT)
                await asyncio.sleep(3)
        await fresh.drained()
        assert terminate(successor) == 0
        assert terminate(sleeper) == 0
        await assert_no_gap(fresh)
        for log in await fresh.read(topics.STATES):
            highest: dict[bytes, int] = {}
            for record in (record for record in log if record.value is not None):
                written = codec.read(record.value, record.partition)[0]
                assert written >= highest.get(record.key, 0), "an older state stands behind a newer one"
                highest[record.key] = written
        await fresh.assert_equals_replay()

    asyncio.run(scenario())


@pytest.mark.skipif(jars.available() is not None, reason="needs a broker of its own to kill")
def test_a_broker_that_is_killed_and_comes_back_costs_nothing_but_time(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "broker")
    broker.start()
    try:
        with line(broker.bootstrap, tmp_path) as fresh:
            asyncio.run(_through_a_restart(fresh, broker))
    finally:
        broker.stop()


async def _through_a_restart(fresh: Line, broker: Broker) -> None:
    worker = fresh.worker()
    await fresh.write(touchpoints(3_000))

    async def begun() -> bool:
        return any(committed for committed, _ in (await fresh.committed()).values())

    await eventually(begun, 40)
    await asyncio.to_thread(broker.kill9)
    await asyncio.sleep(AWAY_S)
    await asyncio.to_thread(broker.restart)
    await fresh.write(touchpoints(1_000, first=3_000))

    async def done() -> bool:
        assert worker.poll() is None, "it has not waited"
        return all(committed == end for committed, end in (await fresh.committed()).values())

    await eventually(done, 90, fresh.logs)
    assert terminate(worker) == 0
    await assert_no_gap(fresh)
    await fresh.assert_equals_replay()
