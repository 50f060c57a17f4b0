"""The local broker: on its own folder and port, through a stop, a power cut and a forgotten predecessor."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from deploy.local import broker as module
from deploy.local import processes
from deploy.local.broker import Broker, taken
from deploy.local.jars import NoBroker

pytestmark = pytest.mark.kafka
TOPIC = "kept"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("broker"), short_lived=True)
    broker.start()
    admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
    admin.create_topics({TOPIC: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    yield broker
    broker.stop()


def write(broker: Broker) -> None:
    producer = KafkaProducer(bootstrap_servers=broker.bootstrap)
    producer.send(TOPIC, b"x", partition=0)
    producer.flush()
    producer.close()


def end(broker: Broker) -> int:
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap)
    try:
        return int(consumer.end_offsets([TopicPartition(TOPIC, 0)])[TopicPartition(TOPIC, 0)])
    finally:
        consumer.close()


@pytest.mark.parametrize("cut", ["stop", "kill9"])
def test_data_and_port_outlive_a(broker: Broker, cut: str) -> None:
    write(broker)
    before, port = end(broker), broker.port
    getattr(broker, cut)()
    assert not broker.running
    assert not taken(port)
    broker.start()
    assert (broker.port, end(broker)) == (port, before)


def test_a_predecessor_on_the_folder_is_ended_first(broker: Broker) -> None:
    write(broker)
    before, left = end(broker), broker.pid
    assert left is not None
    said: list[str] = []
    successor = Broker(broker.folder, say=said.append, short_lived=True)
    successor.start()
    try:
        assert not processes.alive(left)
        assert (successor.port, end(successor)) == (broker.port, before)
        assert "left running" in said[0]
    finally:
        successor.stop()
        broker.stop()
        broker.start()


def _overtaken(monkeypatch: pytest.MonkeyPatch, port: int) -> socket.socket:
    """Somebody comes to listen there after it was looked whether it is free."""
    monkeypatch.setattr(module, "taken", lambda _: False)
    other = socket.socket()
    other.bind(("127.0.0.1", port))
    other.listen()
    return other


def test_a_new_broker_that_is_overtaken_on_its_port_takes_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = module.free_port()
    broker = Broker(tmp_path, preferred=lost, short_lived=True)
    assert broker.port == lost
    with _overtaken(monkeypatch, lost):
        try:
            broker.start()
            assert broker.running
            assert broker.port != lost
        finally:
            broker.stop()


def test_one_that_was_told_its_port_says_that_it_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = module.free_port()
    with _overtaken(monkeypatch, port), pytest.raises(NoBroker, match=f"port {port} or .* is taken"):
        Broker(tmp_path, port, short_lived=True).start()
