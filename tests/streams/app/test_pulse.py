"""What is measured of the partitions once a second, and what is forgotten with them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import pytest
from aiokafka.structs import RecordMetadata, TopicPartition
from faust.types import TP
from prometheus_client import REGISTRY

from schemas import topics
from schemas.records import Alert, Card
from streams.app import clock, metrics, pulse
from streams.app.lanes import Lane

RAW, RESOLVED = TP(topics.RAW, 1), TP(topics.RESOLVED, 1)


@dataclass
class Group:
    behind: dict[TP, int] = field(default_factory=dict)
    silent: float | None = 0.5

    def lags(self) -> Mapping[TP, int]:
        return self.behind

    def silent_seconds(self) -> float | None:
        return self.silent


@dataclass
class OneLane:
    """As much of a lane as is measured."""

    tp: TP
    newest: float | None
    running: bool = True
    measured: int = 0

    def measure(self) -> None:
        self.measured += 1


def value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


def measure(group: Group, lanes: list[OneLane], seen: set[TP]) -> set[TP]:
    return pulse.measure(group, cast(list[Lane], lanes), seen)


def test_every_partition_is_told_and_forgotten_when_it_is_gone() -> None:
    now = time.time()
    first, second = OneLane(RAW, now - 7), OneLane(RESOLVED, None, running=False)
    seen = measure(Group({RAW: 12, RESOLVED: 3}), [first, second], set())
    assert first.measured == second.measured == 1
    raw = {"topic": topics.RAW, "partition": "1"}
    assert value("rapport_lag_records", **raw) == 12
    assert value("rapport_lag_seconds", **raw) == pytest.approx(7, abs=1)
    assert value("rapport_newest_record_timestamp_seconds", stage="identity", partition="1") == now - 7
    assert value("rapport_newest_record_timestamp_seconds", stage="detect", partition="1") is None
    assert value("rapport_partitions", station="detect", state="recovering") == 1
    assert value("rapport_partitions", station="identity", state="running") == 1
    assert value("rapport_broker_heard_timestamp_seconds") == pytest.approx(now - 0.5, abs=1)

    assert measure(Group(silent=None), [], seen) == set()
    assert value("rapport_lag_records", **raw) is None
    assert value("rapport_newest_record_timestamp_seconds", stage="identity", partition="1") is None
    assert value("rapport_partitions", station="identity", state="running") == 0


def test_a_partition_without_anything_waiting_is_not_behind_however_old_its_last_record() -> None:
    measure(Group({RAW: 0}), [OneLane(RAW, time.time() - 3600)], set())
    assert value("rapport_lag_seconds", topic=topics.RAW, partition="1") == 0
    measure(Group(), [], {RAW})


def alert(at: int, history: str | None = None) -> Alert:
    return Alert(
        id="a", at=at, partition=0, offset=1, knowledge="k", history=history, dedup_key="d", signals=(), team="store",
        severity="info", title="t", card=Card("w", "h", "n", (), (), ()), due_at=at, language="en",
    )  # fmt: skip


def stamped(at: float, kind: int = clock.LOG_APPEND_TIME) -> RecordMetadata:
    return RecordMetadata(topics.RAW, 0, TopicPartition(topics.RAW, 0), 5, int(at * 1000), kind, 0)


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        pytest.param([stamped(100.1)], 0.0, id="between asking and answer: no skew"),
        pytest.param([stamped(90.0)], 10.0, id="ours is ahead"),
        pytest.param([stamped(190.2)], -90.0, id="ours is behind"),
        pytest.param([stamped(100.1), stamped(95.0)], 5.0, id="of several brokers the one that differs most"),
        pytest.param([stamped(90.0, kind=0)], 0.0, id="a stamp of our own says nothing"),
        pytest.param([], 0.0, id="nothing acknowledged"),
    ],
)
def test_the_clock_against_the_brokers(stamps: list[RecordMetadata], expected: float) -> None:
    assert clock.skew(100.0, 100.2, stamps) == pytest.approx(expected)


def test_a_chunk_counts_its_outputs_and_the_age_of_its_oldest_live_alert() -> None:
    now = int(time.time() * 1000)
    before = [value("rapport_event_to_alert_seconds_count"), value("rapport_event_to_alert_seconds_sum")]
    outputs = [alert(now - 2_000), alert(now - 9_000), alert(now - 900_000, history="run")]
    metrics.sent({("alerts.store.v1", 0): [1, 2], ("alerts.store.v1", 1): [3]})
    metrics.alerted(outputs)
    assert value("rapport_outputs_total", topic="alerts.store.v1") == 3
    count, total = value("rapport_event_to_alert_seconds_count"), value("rapport_event_to_alert_seconds_sum")
    assert None not in (count, total, *before)
    assert count == cast(float, before[0]) + 1
    assert cast(float, total) - cast(float, before[1]) == pytest.approx(9, abs=1)


def test_timers_are_no_records() -> None:
    before = value("rapport_timers_fired_total")
    metrics.done("detect", [type("At", (), {"timestamp": 0})], {"timers": 4, "applied": 0}, 0.1)
    assert value("rapport_timers_fired_total") == cast(float, before) + 4
    assert value("rapport_records_total", station="detect", outcome="timers") is None
