"""Kafka Streams counts what is there, once; where it cannot be had, the others are measured without it."""

from __future__ import annotations

import subprocess
import uuid
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient

from bench.peers import streams
from bench.peers.result import environment
from deploy.local.jars import KAFKA
from schemas.codec import encode_touchpoint
from tests.bench.test_count import PARTITIONS, made, produce
from tests.integration.reading import read

RECORDS = 400


@pytest.mark.kafka
@pytest.mark.slow
def test_kafka_streams_counts_every_record_once_in_each_pass(kafka: str, tmp_path: Path) -> None:
    said: list[str] = []
    command = streams.command(tmp_path, said.append)
    assert command is not None, said
    topic = f"streams-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics({topic: {"num_partitions": PARTITIONS, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    touchpoints = made(0, RECORDS)
    produce(kafka, topic, [(each.customer_id or "", encode_touchpoint(each)) for each in touchpoints])
    done = subprocess.run(
        [*command, "2"], env=environment(kafka, topic, RECORDS, topic), capture_output=True, text=True, check=False,
        timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert msgspec.json.decode(done.stdout)["records"] == RECORDS
    wanted = Counter(each.customer_id for each in touchpoints)
    for number in (1, 2):
        changelog = f"{topic}-{number}-counts-changelog"
        counts = {
            (each.key or b"").decode(): int.from_bytes(each.value or b"")
            for each in read(kafka, [changelog])[changelog]
        }
        assert counts == wanted


def test_without_maven_the_others_are_measured_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("RAPPORT_CACHE", str(tmp_path))
    said: list[str] = []
    assert streams.command(tmp_path / "streams", said.append) is None
    assert said == [
        f"without Kafka Streams: no Maven to fetch Kafka Streams {KAFKA} with (Debian: apt-get install maven)"
    ]
