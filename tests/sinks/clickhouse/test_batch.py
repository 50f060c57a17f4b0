"""What is held for the store: how old it is."""

from __future__ import annotations

from kafka import TopicPartition

from schemas.topics import RESOLVED, SIGNALS
from sinks.clickhouse.batch import Batch
from tests.sinks.made import Made


def at(timestamp: int, partition: int = 0) -> Made:
    return Made(partition, timestamp, timestamp, b"k", b"v", [])


def test_oldest_by_topic_and_newest_by_partition() -> None:
    batch = Batch()
    batch.add({TopicPartition(RESOLVED, 0): [at(5), at(9)], TopicPartition(SIGNALS, 0): [at(7)]}, 0.0)
    batch.add({TopicPartition(RESOLVED, 1): [at(3, 1), at(4, 1)], TopicPartition(RESOLVED, 0): [at(11)]}, 0.0)
    assert batch.oldest() == {RESOLVED: 3, SIGNALS: 7}
    assert batch.newest(RESOLVED) == {TopicPartition(RESOLVED, 0): 11, TopicPartition(RESOLVED, 1): 4}
    batch.keep([TopicPartition(SIGNALS, 0)])
    assert (batch.oldest(), batch.newest(RESOLVED)) == ({SIGNALS: 7}, {})
