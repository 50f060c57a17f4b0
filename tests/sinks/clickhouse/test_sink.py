"""From a real Kafka into the embedded ClickHouse: everything once, whatever dies in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, UnknownTopicOrPartitionError
from prometheus_client import REGISTRY

import sinks.clickhouse.sink
from rapport.connection import Kafka
from schemas.topics import RESOLVED, SIGNALS
from sinks.archive import partitions, topic_ids
from sinks.clickhouse.client import StoreAway
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.sink import Sink
from tests.sinks.made import Made, outputs, resolved, sent

pytestmark = pytest.mark.kafka

PARTITIONS = 3
PATIENCE_S = 180.0


def make_anew(bootstrap: str, topics: Iterable[str]) -> None:
    """The topics, empty, under new ids."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    for topic in topics:
        with suppress(UnknownTopicOrPartitionError):
            admin.delete_topics([topic])
        until(partial(_made, admin, topic))
    admin.close()


def _has_logged(store: EmbeddedStore, wanted: int) -> bool:
    return count(store, "log") == wanted


def _made(admin: KafkaAdminClient, topic: str) -> bool:
    try:
        admin.create_topics({topic: {"num_partitions": PARTITIONS, "replication_factor": 1}})
    except Exception as error:
        if "AlreadyExists" not in type(error).__name__:
            raise
        return False
    return True


def until(happened: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    limit = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.05)


def produce(bootstrap: str, topic: str, records: Iterable[Made]) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=20)
    for each in records:
        producer.send(
            topic, each.value, each.key, list(each.headers), partition=each.partition, timestamp_ms=each.timestamp
        )
    producer.flush()
    producer.close()


def spread(start: int, end: int) -> list[Made]:
    return [resolved(number, partition=number % PARTITIONS) for number in range(start, end)]


def count(store: EmbeddedStore, table: str) -> int:
    found = store.query(f"SELECT count() AS n FROM {table}")["n"][0]
    assert isinstance(found, int)
    return found


@contextmanager
def running(
    store: EmbeddedStore,
    kafka: str,
    group: str,
    topics: tuple[str, ...] = (RESOLVED, SIGNALS),
    session_timeout_s: int = 6,
) -> Iterator[None]:
    stop = threading.Event()
    sink = Sink(store, Kafka(kafka), topics, stop, group=group, session_timeout_s=session_timeout_s)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            sink.run()
        except BaseException as error:
            failures.append(error)
            raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_S)
    assert not failures
    assert not thread.is_alive()


@pytest.fixture
def topics(kafka: str) -> None:
    make_anew(kafka, (RESOLVED, SIGNALS))


@pytest.mark.usefixtures("topics")
def test_what_is_on_the_topics_is_in_the_tables(store: EmbeddedStore, kafka: str) -> None:
    produce(kafka, RESOLVED, spread(0, 900))
    produce(kafka, SIGNALS, [sent(outputs(number)["signal"]) for number in range(40)])
    with running(store, kafka, "all"):
        until(lambda: (count(store, "log"), count(store, "signals")) == (900, 40))
    assert count(store, "touchpoints") == 900
    assert [(each.partition, each.first, each.last) for each in partitions(store)] == [(n, 0, 299) for n in range(3)]
    (topic_id,) = topic_ids(store)
    assert len(topic_id) == 22


@pytest.mark.usefixtures("topics")
def test_a_stopped_sink_goes_on_where_it_committed(store: EmbeddedStore, kafka: str) -> None:
    for start in (0, 300, 600):
        produce(kafka, RESOLVED, spread(start, start + 300))
        with running(store, kafka, "stopped"):
            until(partial(_has_logged, store, start + 300))
    assert count(store, "log") == 900


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Away(EmbeddedStore):
    """The real store, which can be away."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.away = threading.Event()
        self.refused = 0

    def insert(self, table: str, rows: pl.DataFrame) -> None:
        if self.away.is_set():
            self.refused += 1
            raise StoreAway("gone")
        super().insert(table, rows)


@pytest.fixture
def unsteady(tmp_path: Path) -> Iterator[Away]:
    embedded = Away(tmp_path / "clickhouse")
    migrate(embedded)
    yield embedded
    embedded.close()


@pytest.fixture
def admin(kafka: str) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=kafka)
    yield client
    client.close()


@pytest.mark.slow
@pytest.mark.usefixtures("topics")
def test_while_clickhouse_is_away_it_keeps_its_place_in_the_group(
    unsteady: Away, admin: KafkaAdminClient, kafka: str
) -> None:
    store = unsteady
    produce(kafka, RESOLVED, spread(0, 300))
    with running(store, kafka, "away"):
        until(lambda: _committed(admin, "away") == 300)
        store.away.set()
        produce(kafka, RESOLVED, spread(300, 900))
        until(lambda: store.refused > 0)
        time.sleep(8)  # longer than the session of a member that says nothing
        (group,) = admin.describe_groups(["away"]).values()
        assert len(group["members"]) == 1, group
        assert _committed(admin, "away") == 300
        until(lambda: told("rapport_sink_lag_seconds", topic=RESOLVED) > 1)
        assert time.time() - told("rapport_heartbeat_timestamp_seconds") < 5
        store.away.clear()
        until(lambda: count(store, "log") == 900)
        until(lambda: _committed(admin, "away") == 900)
        until(lambda: told("rapport_sink_lag_seconds", topic=RESOLVED) == 0)
        assert told("rapport_newest_record_timestamp_seconds", stage="store", partition="2") > 0
    assert count(store, "log") == 900


def _committed(admin: KafkaAdminClient, group: str) -> int:
    try:
        found = admin.list_group_offsets({group: [TopicPartition(RESOLVED, p) for p in range(PARTITIONS)]})
    except KafkaError:  # a broker's first group is on its way
        return 0
    return sum(each.offset for each in found[group].values())


@pytest.mark.usefixtures("topics")
def test_partitions_that_are_added_are_stored_though_the_group_takes_longer_than_a_poll(
    store: EmbeddedStore, admin: KafkaAdminClient, kafka: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinks.clickhouse.sink, "METADATA_MS", 300)
    with running(store, kafka, "added", session_timeout_s=2):
        produce(kafka, RESOLVED, spread(0, 300))
        until(lambda: count(store, "log") == 300)
        monkeypatch.setattr(sinks.clickhouse.sink, "POLL_MS", 1)
        admin.create_partitions({RESOLVED: PARTITIONS + 1})
        produce(kafka, RESOLVED, [resolved(number, partition=number % (PARTITIONS + 1)) for number in range(300, 700)])
        until(lambda: count(store, "log_now") == 700)
    assert count(store, "touchpoints_now") == 700


@pytest.mark.usefixtures("topics")
def test_a_topic_made_anew_is_read_from_its_start(store: EmbeddedStore, kafka: str) -> None:
    produce(kafka, RESOLVED, spread(0, 300))
    with running(store, kafka, "anew", (RESOLVED,)):
        until(lambda: count(store, "log") == 300)
        make_anew(kafka, (RESOLVED,))
        produce(kafka, RESOLVED, spread(0, 600))
        until(lambda: count(store, "log") == 900)
    old, new = topic_ids(store)
    assert old != new
    assert sum(each.records for each in partitions(store, topic_id=new)) == 600
    assert count(store, "touchpoints_now") == 600


@pytest.mark.usefixtures("topics")
def test_two_sinks_share_and_one_takes_over(store: EmbeddedStore, kafka: str) -> None:
    with running(store, kafka, "two"):
        produce(kafka, RESOLVED, spread(0, 300))
        with running(store, kafka, "two"):
            produce(kafka, RESOLVED, spread(300, 900))
            until(lambda: count(store, "log_now") >= 600)
        produce(kafka, RESOLVED, spread(900, 1200))
        until(lambda: count(store, "log_now") == 1200)
    assert count(store, "touchpoints_now") == 1200
