"""`bench count` counts what is there, once, and a second run of the group goes on where the first stood."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaProducer

from bench.count import CPU
from schemas.codec import encode_touchpoint
from schemas.records import Touchpoint
from schemas.wire import touchpoint_to_json
from tests.integration.reading import read

pytestmark = pytest.mark.kafka

ROOT = Path(__file__).parents[2]
AT = 1_780_000_000_000
EMIT = 5
PARTITIONS = 3


def made(first: int, count: int) -> list[Touchpoint]:
    return [
        Touchpoint(
            event_id=f"e{number}", type="purchase.made", occurred_at=AT + number * 1000, occurred_offset=120,
            channel="store", initiator="customer", customer_id=f"c-{number % 7}", amount=1.5, currency="EUR",
        )
        for number in range(first, first + count)
    ]  # fmt: skip


def write(touchpoint: Touchpoint, form: str) -> bytes:
    return encode_touchpoint(touchpoint) if form == "avro" else msgspec.json.encode(touchpoint_to_json(touchpoint))


def produce(kafka: str, topic: str, values: Iterable[tuple[str, bytes]]) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka)
    for key, value in values:
        producer.send(topic, value, key.encode(), partition=int(key.partition("-")[2]) % PARTITIONS)
    producer.flush()
    producer.close()


def count(kafka: str, topic: str, form: str, records: int, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [
        "--bootstrap", kafka, "--topic", topic, "--out", f"{topic}-out", "--n", str(records), "--emit", str(EMIT),
        "--group", f"{topic}-group", "--state", str(folder / "state"), "--commit-ms", "200", "--format", form,
    ]  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "bench", "count", *words], cwd=ROOT, env=os.environ, capture_output=True, text=True,
        check=False, timeout=240,
    )  # fmt: skip


@pytest.mark.parametrize("form", ["avro", "json"])
def test_every_record_is_counted_once_over_two_runs(kafka: str, tmp_path: Path, form: str) -> None:
    topic = f"count-{form}-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics({topic: {"num_partitions": PARTITIONS, "replication_factor": 1}}, wait_for_metadata=True)
    admin.close()
    for first, more in ((0, 500), (500, 300)):
        touchpoints = made(first, more)
        produce(kafka, topic, [(each.customer_id or "", write(each, form)) for each in touchpoints])
        produce(kafka, topic, [("c-1", b"no touchpoint")])
        done = count(kafka, topic, form, more + 1, tmp_path)
        assert done.returncode == 0, done.stderr
        words = dict(line.split() for line in done.stdout.splitlines())
        assert float(words["FIRST"]) <= float(words["LAST"])
        assert "1 records were no touchpoints" in done.stderr
        assert float(done.stderr.split(CPU)[0].split()[-1]) > 0
    told = [msgspec.json.decode(record.value or b"") for record in read(kafka, [f"{topic}-out"])[f"{topic}-out"]]
    seen: Counter[str] = Counter()
    expected = []
    for each in made(0, 800):
        key = each.customer_id or ""
        seen[key] += 1
        if seen[key] % EMIT == 0:
            total = seen[key] * 1.5
            expected.append({"key": key, "count": seen[key], "sum": total, "last_seen": each.occurred_at})
    assert sorted(told, key=repr) == sorted(expected, key=repr)


def test_a_topic_that_is_not_there_is_named(kafka: str, tmp_path: Path) -> None:
    done = count(kafka, "nowhere", "avro", 1, tmp_path)
    assert done.returncode == 1
    assert "there is no topic nowhere" in done.stderr
