"""Faults played for real: the doctor names each, says what to do, and finds nothing to do once that is done."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Iterator

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import ConfigResource

from deploy.local import processes
from deploy.local.broker import free_port
from rapport.doctoring.asking.machine import last_words
from rapport.doctoring.examining import examine
from rapport.doctoring.finding import Finding
from rapport.doctoring.gathering import Place
from rapport.doctoring.records import EACH
from rapport.init import init
from rapport.settings import environment_of
from schemas import topics
from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE
from sinks.clickhouse.sink import GROUP as SINK
from sinks.store.process import stored_topics
from streams.app import clock
from streams.app.line import GROUP as WORKERS
from tests.integration.line import Line, command

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 2
LOOK_S = 2.0
DAY_MS = 86_400_000


class Ward:
    """A line that runs, and its doctor."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.metrics = free_port()

    def worker(self, **settings: object) -> None:
        """A worker with metrics, until it has done what lies there."""
        own = msgspec.structs.replace(self.line.settings, metrics_port=self.metrics, **settings)
        self.line.running["worker"] = processes.start(command("worker"), self.line.log("worker"), environment_of(own))
        self.line.wait("the worker works", self.line.drained)

    def store(self) -> None:
        self.line.start("store")
        self.line.wait("the store answers", self.line.answers)
        self.line.wait("the store has stored", lambda: self.line.lag(SINK, stored_topics(PARTITIONS)) == 0)

    def findings(self) -> list[Finding]:
        return examine(Place(self.line.settings, None, (f"127.0.0.1:{self.metrics}",), LOOK_S))

    def actions(self) -> dict[tuple[str, str], Finding]:
        """What there is to do, by name and thing. Each is told in words, with a remedy."""
        return {(each.name, each.about): each for each in self.findings() if each.severity == "action"}

    def produce(self, topic: str, values: list[bytes], partition: int = 0, at_ms: int | None = None) -> None:
        producer = KafkaProducer(bootstrap_servers=self.line.broker.bootstrap)
        for value in values:
            producer.send(topic, value, EVERYONE.encode(), partition=partition, timestamp_ms=at_ms)
        producer.close()

    def alter(self, topic: str, **config: str) -> None:
        """Set what stands there, or take back (empty)."""
        admin = KafkaAdminClient(bootstrap_servers=self.line.broker.bootstrap)
        admin.alter_configs([ConfigResource("topic", topic, {k.replace("_", "."): v for k, v in config.items()})])
        admin.close()


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with Line(tmp_path_factory.mktemp("doctor"), PARTITIONS) as line:
        line.broker.start()
        line.init()
        ward = Ward(line)
        ward.worker()
        ward.store()
        yield ward


def test_where_all_is_well_there_is_nothing_to_do(ward: Ward) -> None:
    told = ward.line.run("doctor", "--json", "--look", "2", "--worker", f"127.0.0.1:{ward.metrics}")
    findings = json.loads(told.stdout)["findings"]
    assert (told.returncode, [each for each in findings if each["severity"] == "action"]) == (0, []), told.stderr
    assert [each for each in findings if not each["checked"]] == []
    assert {each["name"] for each in findings} >= {"broker", "topics", "records", "group", "retention", "worker"}


def test_a_broker_that_is_away_is_the_one_thing_to_do(ward: Ward) -> None:
    told = ward.line.run("doctor", "--json", kafka=f"127.0.0.1:{free_port()}", store_port=str(free_port()))
    findings = json.loads(told.stdout)["findings"]
    assert told.returncode == 1
    assert [each["name"] for each in findings if each["severity"] == "action"] == ["broker"]
    unseen = {each["name"] for each in findings if not each["checked"]}
    assert unseen >= {"topics", "records", "group", "retention", "knowledge", "dead letters", "clock", "time", "worker"}


def test_a_broker_that_hangs_is_named_in_bounded_time(ward: Ward) -> None:
    pid = ward.line.broker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        actions = ward.actions()
        lasted = time.monotonic() - started
    finally:
        os.kill(pid, signal.SIGCONT)
    assert ("broker", ward.line.settings.kafka) in actions
    assert lasted < 120
    ward.line.wait("the line goes on", ward.line.drained)


def test_topics_that_are_missing_or_otherwise_are_named_and_init_mends(ward: Ward) -> None:
    admin = KafkaAdminClient(bootstrap_servers=ward.line.broker.bootstrap)
    admin.delete_topics([topics.DECISIONS])
    admin.close()
    ward.alter(topics.SHIFTS, retention_ms="60000")
    actions = ward.actions()
    assert actions["topics", topics.DECISIONS].seen == "missing"
    assert "retention.ms is 60000" in actions["topics", topics.SHIFTS].seen
    init(ward.line.settings, lambda _: None)
    ward.alter(topics.SHIFTS, retention_ms="2592000000")
    assert [key for key in ward.actions() if key[0] == "topics"] == []


def test_a_worker_that_hangs_is_named(ward: Ward) -> None:
    worker = ward.line.running["worker"]
    worker.send_signal(signal.SIGSTOP)
    try:
        actions = ward.actions()
    finally:
        worker.send_signal(signal.SIGCONT)
    (name,) = [about for check, about in actions if check == "worker"]
    assert "it hangs" in actions["worker", name].seen
    assert ("group", WORKERS) in actions, "its partitions stand still"
    ward.line.wait("it goes on, and catches up", ward.line.drained)


def test_a_record_of_an_unknown_schema_is_named_by_its_id(ward: Ward) -> None:
    good = encode_touchpoint(clock.tick(0, 0, PARTITIONS))
    ward.produce(topics.RAW, [b"\0" + (4242).to_bytes(4, "big") + good[5:]])
    ward.line.wait("it is done", ward.line.drained)
    findings = {each.name: each for each in ward.findings()}
    assert "no schema has id 4242: 1" in findings["records"].seen
    assert findings["records"].severity == "action"
    assert "unknown_schema (identity) 1" in findings["dead letters"].seen
    assert findings["dead letters"].severity == "warning"


def test_without_store_and_worker_what_waits_is_counted_and_its_end_is_named(ward: Ward) -> None:
    line = ward.line
    assert (line.stop("store"), line.stop("worker")) == (0, 0)
    now = time.time_ns() // 1_000_000
    ward.produce(topics.HISTORY_ALERTS, [b"x"], at_ms=now - 30 * DAY_MS + DAY_MS // 2)
    for partition in range(PARTITIONS):
        ward.produce(topics.RAW, [encode_touchpoint(clock.tick(now + 45_000, partition, PARTITIONS))], partition)
    try:
        actions = ward.actions()
    finally:
        ward.worker()
        ward.store()
    assert ("store", f"127.0.0.1:{line.settings.store_port}") in actions
    assert "no store is a member" in actions["group", SINK].seen
    assert "no worker is a member" in actions["group", WORKERS].seen
    retention = actions["retention", SINK].seen
    assert f"1 unread records of {topics.HISTORY_ALERTS} will be deleted, the first in 12 h" in retention
    ahead = actions["clock", "the worker that leads and Kafka"].seen
    assert re.search(r"ticks is [34]\d s ahead of", ahead), "less what writing them took"
    mended = {"store", "group", "retention", "worker"}
    line.wait("nothing of it is left", lambda: not mended & {name for name, _ in ward.actions()})


def test_a_flood_of_garbage_is_named_and_let_through_when_its_cause_is_mended(ward: Ward) -> None:
    flood = 300
    ward.produce(topics.RAW, [b"garbage"] * flood)
    assert ward.line.running.pop("worker").wait(180) == 1, "the breaker stops the worker"
    assert last_words(ward.line.log("worker")).startswith("the worker stops: TooManyFaults: touchpoints.raw.v1[0]")
    actions = ward.actions()
    (named,) = re.findall(r"\(not_framed: (\d+)\)", actions["records", topics.RAW].seen)
    assert int(named) > EACH, "the latest, and those read next"
    assert "no worker is a member" in actions["group", WORKERS].seen
    assert "nothing answers" in next(each for (check, _), each in actions.items() if check == "worker").seen
    ward.worker(breaker_share=1.0)
    told = f"not_framed (identity) {flood}"
    ward.line.wait("all of it is told", lambda: told in ward.actions()["dead letters", topics.DLQ].seen)
