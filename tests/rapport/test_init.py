"""`init` over a real broker: idempotent, complete after being cut short, and strict about what cannot change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient

from deploy.local.broker import Broker, free_port
from producers.delivery import Stored
from producers.kafka_log import KafkaLog
from rapport.failure import Failure
from rapport.init import activate, init
from rapport.knowing import read_knowledge
from rapport.settings import Settings
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.records import EVERYONE, Touchpoint
from schemas.wire import properties

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One of its own: what `init` makes has fixed names."""
    broker = Broker(tmp_path_factory.mktemp("broker"), short_lived=True)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def settings(broker: Broker) -> Iterator[Settings]:
    """A cluster without topics, again for every test."""
    yield Settings(kafka=broker.bootstrap, partitions=3)
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.delete_topics([name for name in admin.list_topics() if not name.startswith("__")])
    admin.close()


def quiet(text: str) -> None:
    """Nobody listens."""


def versions(settings: Settings) -> list[tuple[int, str]]:
    """What the raw topic activates: partition and version, in the order of offsets."""
    log = KafkaLog(settings.cluster)
    try:
        return [(record.partition, _version(record)) for record in log.read(topics.RAW, dict.fromkeys(range(3), 0))]
    finally:
        log.close()


def _version(record: Stored) -> str:
    (touchpoint,) = decode_touchpoints([record.value])
    assert isinstance(touchpoint, Touchpoint)
    assert (touchpoint.type, record.key) == ("knowledge.activated", EVERYONE.encode())
    return str(properties(touchpoint)["version"])


def test_the_first_start_activates_in_every_partition_and_the_second_changes_nothing(settings: Settings) -> None:
    first, second = init(settings, quiet), init(settings, quiet)
    assert set(first.made) == {topic.name for topic in topics.load(3)}
    assert (second.made, second.activated) == ([], None)
    assert sorted(versions(settings)) == [(partition, first.activated) for partition in range(3)]


def test_an_init_that_was_cut_short_is_completed_with_its_own_version(settings: Settings, tmp_path: Path) -> None:
    init(settings, quiet)
    log = KafkaLog(settings.cluster)
    (first, *_) = log.read(topics.RAW, {0: 0})
    log.close()
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.delete_topics([topics.RAW])
    admin.create_topics({topics.RAW: {"num_partitions": 3, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    log = KafkaLog(settings.cluster)
    log.send(topics.RAW, 0, first.key, first.value)
    log.close()
    changed = msgspec.structs.replace(settings, knowledge=other_knowledge(settings, tmp_path))
    assert init(changed, quiet).activated == _version(first)
    assert sorted(versions(settings)) == [(partition, _version(first)) for partition in range(3)]


def test_activating_writes_the_content_and_one_record(settings: Settings, tmp_path: Path) -> None:
    first = init(settings, quiet).activated
    changed = read_knowledge(msgspec.structs.replace(settings, knowledge=other_knowledge(settings, tmp_path)))
    assert activate(settings, changed) == changed.version != first
    assert Counter(version for _, version in versions(settings)) == {first: 3, changed.version: 1}
    log = KafkaLog(settings.cluster)
    contents = {record.key: record.value for record in log.read(topics.KNOWLEDGE, {0: 0})}
    log.close()
    assert msgspec.json.decode(contents[changed.version.encode()]) == changed.documents


def test_another_number_of_partitions_is_refused(settings: Settings) -> None:
    init(settings, quiet)
    with pytest.raises(Failure, match=r"has 3 partitions, the settings want 5: .* RAPPORT_PARTITIONS=3"):
        init(msgspec.structs.replace(settings, partitions=5), quiet)


def test_a_topic_that_differs_is_named_and_left(settings: Settings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.create_topics({
        topics.SHIFTS: {"num_partitions": 3, "replication_factor": 1, "configs": {"retention.ms": "1000"}}
    }, wait_for_metadata=True)  # fmt: skip
    admin.close()
    (told,) = init(settings, quiet).different
    assert told.startswith(f"topic {topics.SHIFTS}: retention.ms is 1000, ")


def test_a_kafka_that_is_not_there_is_waited_for_and_then_named() -> None:
    said: list[str] = []
    where = f"127.0.0.1:{free_port()}"
    with pytest.raises(Failure, match=f"Kafka at {where} does not answer"):
        init(Settings(kafka=where), said.append, wait_s=3.0)
    assert said == [f"waiting for Kafka at {where} (up to 3 s)"]


def other_knowledge(settings: Settings, folder: Path) -> Path:
    """A copy of the knowledge in which one number is another."""
    copy = folder / "knowledge"
    copy.mkdir()
    for file in settings.knowledge.glob("*.yaml"):
        (copy / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    company = copy / "company.yaml"
    text = company.read_text(encoding="utf-8")
    name = read_knowledge(settings).company.name
    company.write_text(text.replace(name, f"{name} and Daughters"), encoding="utf-8")
    return copy
