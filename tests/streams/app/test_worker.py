"""A worker on a real broker: everything once, in order, and a clean end."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from rapport.settings import PROJECT
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.records import EVERYONE, Touchpoint
from streams.app.clock import tick
from streams.engine import codec
from streams.identity.resolve import resolve, source_of
from streams.knowledge.load import from_documents, load
from tests.streams.app.running import START, Line, eventually, line, terminate, touchpoints

pytestmark = pytest.mark.kafka


@pytest.fixture
def fresh(kafka: str, tmp_path: Path) -> Iterator[Line]:
    with line(kafka, tmp_path) as made:
        yield made


def test_every_record_is_resolved_once_in_order_and_the_states_equal_a_replay(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.write(touchpoints(3_000))
        await fresh.tick(START + 3_000 * 60_000)
        worker = fresh.worker()
        await fresh.drained()
        await fresh.write(touchpoints(500, first=3_000))
        await fresh.tick(START + 3_500 * 60_000)
        await fresh.drained()
        assert terminate(worker) == 0

        resolved = await fresh.read(topics.RESOLVED)
        for number, raw in enumerate(await fresh.read(topics.RAW)):
            expected = resolve(raw, topics.RAW, fresh.partitions).forwarded
            for place, derived in enumerate(expected):
                came = [record for record in resolved[place] if source_of(record.headers[0][1]).partition == number]
                found = [(record.key, record.value, list(record.headers), record.timestamp) for record in came]
                assert found == derived
        await fresh.assert_equals_replay()

    asyncio.run(scenario())


WHO_FETCHES = """
import threading
from aiokafka.consumer.fetcher import Fetcher
ask = Fetcher._proc_fetch_request
async def told(self, assignment, node, request):
    print("fetch by", threading.current_thread() is threading.main_thread(), flush=True)
    return await ask(self, assignment, node, request)
Fetcher._proc_fetch_request = told
"""


def test_the_member_of_the_group_fetches_nothing(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.write(touchpoints(500))
        worker = fresh.worker(fault=WHO_FETCHES)
        await fresh.drained()
        assert terminate(worker) == 0
        assert "fetch by True" in fresh.logs()
        assert "fetch by False" not in fresh.logs(), "its thread would read all records a second time"

    asyncio.run(scenario())


def test_a_signal_ends_a_worker_quickly_with_everything_done_committed(fresh: Line) -> None:
    async def scenario() -> None:
        worker = fresh.worker()
        await fresh.write(touchpoints(2_000))

        async def begun() -> bool:
            return any(committed for committed, _ in (await fresh.committed()).values())

        await eventually(begun, 30)
        started = time.monotonic()
        worker.send_signal(signal.SIGINT)
        assert worker.wait(180) == 0
        assert time.monotonic() - started < 20, "it waits for nothing that has a time limit"
        # The next one need not wait for the session of the first to end.
        await fresh.write(touchpoints(500, first=2_000))
        worker = fresh.worker(session_timeout_s=30)
        await fresh.drained(within=25)
        assert terminate(worker) == 0
        await fresh.assert_equals_replay()
        sources = [record.headers[0][1] for log in await fresh.read(topics.RESOLVED) for record in log]
        assert len(sources) == len(set(sources)), "a clean end repeats nothing"

    asyncio.run(scenario())


def test_dead_letters_keep_bytes_and_key_and_say_what_and_where(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.put(topics.RAW, [(1, None, b"keyless"), (1, b"null", b"nobody"), (1, b"c-1", b"no touchpoint")])
        await fresh.write(touchpoints(10))
        worker = fresh.worker()
        await fresh.drained()
        assert terminate(worker) == 0
        letters = [record for log in await fresh.read(topics.DLQ) for record in log]
        told = {record.value: {name: text.decode() for name, text in record.headers} for record in letters}
        assert {value: said["reason"] for value, said in told.items()} == {
            b"keyless": "empty_key", b"nobody": "sentinel_identifier", b"no touchpoint": "not_framed",
        }  # fmt: skip
        assert {record.value: record.key for record in letters} == {
            b"keyless": None, b"nobody": b"null", b"no touchpoint": b"c-1",
        }  # fmt: skip
        assert (told[b"keyless"]["stage"], told[b"keyless"]["topic"]) == ("identity", topics.RAW)
        assert (told[b"keyless"]["partition"], told[b"keyless"]["offset"]) == ("1", "0")
        assert (told[b"no touchpoint"]["stage"], told[b"no touchpoint"]["topic"]) == ("engine", topics.RESOLVED)
        assert all(said["detail"] and said["id"] and said["at"] for said in told.values())

    asyncio.run(scenario())


def test_a_repetition_leaves_a_mark_and_no_letter(fresh: Line) -> None:
    async def scenario() -> None:
        first, *rest = touchpoints(4)
        again = replace(first, occurred_at=first.occurred_at + 1_234)
        await fresh.write([first, *rest, again])
        worker = fresh.worker()
        await fresh.drained()
        assert terminate(worker) == 0
        (mark,) = [record for log in await fresh.read(topics.DLQ) for record in log]
        said = {name: text.decode() for name, text in mark.headers}
        assert (said["mark"], said["event_id"], said["at"]) == ("repeated", first.event_id, str(again.occurred_at))
        resolved = (await fresh.read(topics.RESOLVED))[int(said["partition"])]
        (there,) = [record for record in resolved if record.offset == int(said["offset"])]
        assert (there.key, decode_touchpoints([there.value])) == (mark.key, [again])

    asyncio.run(scenario())


def test_faults_in_bulk_stop_the_worker_before_they_flood_the_dead_letters(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.put(topics.RAW, [(2, b"c-1", b"no touchpoint") for _ in range(600)])
        worker = fresh.worker(breaker_minimum=300, chunk=100)
        assert worker.wait(180) == 1
        assert "TooManyFaults" in fresh.logs()
        assert topics.RESOLVED in fresh.logs()
        letters = [record for log in await fresh.read(topics.DLQ) for record in log]
        assert len(letters) <= 300
        standing = await fresh.committed()
        assert any(committed < end for (topic, _), (committed, end) in standing.items() if topic == topics.RESOLVED)

    asyncio.run(scenario())


def test_a_failure_in_a_station_ends_the_process_without_a_commit(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.write(touchpoints(100))
        await fresh.put(topics.STATES, [(p, b"cc-1", b"\x63 a later codec") for p in range(fresh.partitions)])
        worker = fresh.worker()
        assert worker.wait(180) == 1
        said = fresh.logs()
        assert f"codec version 99; this program reads {' and '.join(map(str, codec.CODECS))}" in said
        assert "start the release that wrote it" in said
        assert "Traceback" not in said
        standing = await fresh.committed()
        assert {committed for (topic, _), (committed, _) in standing.items() if topic == topics.RESOLVED} == {0}

    asyncio.run(scenario())


AGENT_FAILS = """
from streams.app.lanes import Lanes
def broken(self, tp, generation, handed):
    raise RuntimeError("the agent is broken")
Lanes.hand = broken
"""


def test_a_faust_agent_that_fails_ends_the_process_and_its_chunk_is_not_committed(fresh: Line) -> None:
    async def scenario() -> None:
        await fresh.write(touchpoints(100))
        worker = fresh.worker(fault=AGENT_FAILS)
        assert worker.wait(180) == 1
        assert "the agent is broken" in fresh.logs()
        assert {committed for committed, _ in (await fresh.committed()).values()} == {0}

    asyncio.run(scenario())


def test_a_partition_waits_for_knowledge_that_the_log_activates(fresh: Line) -> None:
    async def scenario() -> None:
        documents = dict(load(PROJECT / "knowledge").documents)
        teams = documents["teams.yaml"]
        changed = from_documents(documents | {"teams.yaml": teams.replace("en: store}", "en: shop}")})
        assert changed.version != load(PROJECT / "knowledge").version
        activation = Touchpoint(
            event_id="k", type="knowledge.activated", occurred_at=START, occurred_offset=0, channel="system",
            initiator="company", properties=json.dumps({"version": changed.version}),
        )  # fmt: skip
        await fresh.write([activation, *touchpoints(200)])
        worker = fresh.worker()

        async def asked() -> bool:
            return f"knowledge version {changed.version}" in fresh.logs()

        await eventually(asked, 30)
        await asyncio.sleep(1)
        assert worker.poll() is None
        await fresh.put(topics.KNOWLEDGE, [(0, changed.version.encode(), msgspec.json.encode(changed.documents))])
        await fresh.drained()
        assert terminate(worker) == 0
        # A restart finds it in the states, not in a chunk.
        worker = fresh.worker()
        await fresh.write(touchpoints(50, first=200))
        await fresh.drained()
        assert terminate(worker) == 0

    asyncio.run(scenario())


def test_the_leader_writes_a_tick_a_second_to_every_partition(fresh: Line) -> None:
    async def scenario() -> None:
        workers = [fresh.worker(clock="leader"), fresh.worker(clock="leader")]

        async def ticked() -> bool:
            return all(len(log) >= 4 for log in await fresh.read(topics.RAW))

        await eventually(ticked, 60)
        for worker in workers:
            assert terminate(worker) == 0
        for partition, log in enumerate(await fresh.read(topics.RAW)):
            assert {record.key for record in log} == {EVERYONE.encode()}
            ticks = decode_touchpoints([record.value for record in log])
            times = [body.occurred_at for body in ticks if isinstance(body, Touchpoint)]
            assert ticks == [tick(at, partition, fresh.partitions) for at in times]
            assert times == sorted(set(times)), "one leader at a time"

    asyncio.run(scenario())


def test_topics_that_lack_or_differ_are_named_with_the_remedy(fresh: Line) -> None:
    worker = fresh.worker(partitions=7)
    assert worker.wait(180) == 1
    assert "RAPPORT_PARTITIONS" in fresh.logs()


@pytest.mark.slow
def test_a_broker_that_is_not_there_is_named_with_the_remedy(fresh: Line) -> None:
    worker = fresh.worker(kafka="127.0.0.1:1")
    assert worker.wait(240) == 1
    assert "RAPPORT_KAFKA" in fresh.logs()


def test_a_worker_that_waits_for_a_broker_still_obeys_a_signal(fresh: Line) -> None:
    async def scenario() -> None:
        worker = fresh.worker(kafka="127.0.0.1:1")

        async def waits() -> bool:
            return "waiting for Kafka" in fresh.logs()

        await eventually(waits, 40)
        assert terminate(worker) == 0

    asyncio.run(scenario())
