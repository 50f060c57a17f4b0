"""The producer against a real broker."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from producers.checkpoint import VERSION, Checkpoint, Position
from producers.delivery import DeliveryFailed, Overtaken, Stored, Writer
from producers.importers import importer
from producers.importers.run import Mode
from producers.kafka_log import KafkaLog
from producers.lines import MAX_LINE_BYTES, Lines
from producers.pipeline import Incoming, Pipeline
from producers.send import send
from producers.simulator.run import Simulation
from rapport.cluster import connect, make_topics
from rapport.connection import Kafka
from schemas import topics
from tests.producers.world import IDENTITY, PARTITIONS, decoded, line, write

pytestmark = pytest.mark.kafka

FOREVER = 10**9


@pytest.fixture(scope="module")
def bootstrap(kafka: str) -> str:
    """The broker, with the topics that a producer writes to."""
    admin = connect(Kafka(kafka), 60.0, print)
    try:
        make_topics(admin, topics.load(PARTITIONS))
    finally:
        admin.close()
    return kafka


@pytest.fixture
def log(bootstrap: str) -> Iterator[KafkaLog]:
    log = KafkaLog(Kafka(bootstrap))
    yield log
    log.close()


def test_everything_arrives_once_in_order_of_each_partition(log: KafkaLog) -> None:
    before = log.ends(topics.RAW)
    for number in range(20_000):
        log.send(topics.RAW, number % PARTITIONS, b"k%d" % number, b"%d " % number + b"v" * 200)
    log.flush()

    found = list(log.read(topics.RAW, before))
    assert log.acknowledged == len(found) == 20_000
    for partition in range(PARTITIONS):
        numbers = [int(record.value.split()[0]) for record in found if record.partition == partition]
        assert numbers == list(range(partition, 20_000, PARTITIONS))
    assert log.positions(topics.RAW) == log.ends(topics.RAW)
    assert {record.key for record in found} == {b"k%d" % number for number in range(20_000)}


def test_a_lone_record_leaves_at_once(log: KafkaLog) -> None:
    log.send(topics.RAW, 0, b"k", b"warm")
    log.flush()
    log.send(topics.RAW, 0, b"k", b"v")
    deadline = time.monotonic() + 60
    while log.acknowledged < 2 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert log.acknowledged == 2


def test_a_dead_letter_of_16_megabytes_keeps_its_bytes_and_headers(log: KafkaLog) -> None:
    before = log.ends(topics.DLQ)
    original = Random(1).randbytes(MAX_LINE_BYTES)
    pipeline = Pipeline(log, IDENTITY)
    pipeline.take(Incoming("big.jsonl", 3, original))
    pipeline.take(Incoming("big.jsonl", 4, line("after")))
    log.flush()
    (letter,) = log.read(topics.DLQ, before)
    assert letter.value == original
    assert {"id", "stage", "reason", "detail", "topic", "partition", "offset", "at", "file", "line"} <= dict(
        letter.headers
    ).keys()
    assert dict(letter.headers)["reason"] == b"too_large"


def test_a_record_too_large_for_its_topic_is_an_error_that_names_it(bootstrap: str) -> None:
    broken = KafkaLog(Kafka(bootstrap))
    broken.send(topics.RAW, 0, b"k", Random(2).randbytes(22_000_000))
    with pytest.raises(DeliveryFailed, match=r"touchpoints\.raw\.v1: not acknowledged"):
        broken.flush()
    with pytest.raises(DeliveryFailed):
        broken.send(topics.RAW, 0, b"k", b"nothing goes on after a failure")
    with pytest.raises(DeliveryFailed):
        broken.close()


def test_a_topic_that_is_not_there_is_named_with_the_remedy(log: KafkaLog) -> None:
    with pytest.raises(DeliveryFailed, match=r"no\.such\.v1.*rapport init"):
        log.partitions("no.such.v1")


def test_no_kafka_is_named_with_the_remedy() -> None:
    with pytest.raises(DeliveryFailed, match=r"127\.0\.0\.1:1: no Kafka there.*RAPPORT_KAFKA"):
        KafkaLog(Kafka("127.0.0.1:1"), wait_s=0.5)


def test_offsets_that_the_topic_no_longer_has_are_refused(log: KafkaLog) -> None:
    with pytest.raises(DeliveryFailed, match="--restart"):
        list(log.read(topics.RAW, {0: -5}))


def killed(bootstrap: str, known: int) -> tuple[Writer, dict[int, int], KafkaLog]:
    """A producer whose process died: who it was, what is left of it since where, and what it had on its way.

    The last is played by a second producer under its name and numbers.
    """
    first, on_its_way = KafkaLog(Kafka(bootstrap)), KafkaLog(Kafka(bootstrap))
    since = first.ends(topics.RAW)
    first.send(topics.RAW, 0, b"k", b"checkpoint")
    first.flush()
    writer = first.writer()
    since |= first.positions(topics.RAW)
    for number in range(known):
        first.send(topics.RAW, 0, b"k", b"%d" % number)
    first.flush()
    list(on_its_way.resume(first.writer(), {}))
    first.close()
    return writer, since, on_its_way


def go_on(log: KafkaLog, writer: Writer, since: Mapping[int, int], meanwhile: Callable[[], None]) -> int:
    """Sends what is missing of nine records as the killed producer's successor; returns how often it was overtaken."""
    there = len(list(log.resume(writer, {topics.RAW: since})))
    meanwhile()
    try:
        for number in range(there, 9):
            log.send(topics.RAW, 0, b"k", b"%d" % number)
        log.flush()
    except Overtaken:
        return 1 + go_on(log, writer, since, lambda: None)
    return 0


@pytest.mark.parametrize("known", [0, 3])
@pytest.mark.parametrize("late", [1, 2, 5])
@pytest.mark.parametrize("first", [True, False], ids=["it comes first", "it comes after"])
def test_what_a_killed_producer_had_on_its_way_is_in_the_log_once(
    bootstrap: str, log: KafkaLog, known: int, late: int, first: bool
) -> None:
    writer, since, on_its_way = killed(bootstrap, known)

    def arrives() -> None:
        for number in range(known, known + late):
            on_its_way.send(topics.RAW, 0, b"k", b"%d" % number)
        with suppress(Overtaken):
            on_its_way.close()

    overtaken = go_on(log, writer, since, arrives if first else lambda: None)
    arrives() if not first else None
    assert [record.value for record in log.read(topics.RAW, since)] == [b"%d" % number for number in range(9)]
    assert overtaken == 0 or first


def test_others_records_are_not_those_of_the_killed_one(bootstrap: str, log: KafkaLog) -> None:
    writer, since, on_its_way = killed(bootstrap, 2)
    on_its_way.close()
    for number in range(3):
        log.send(topics.RAW, number % 2, b"k", b"somebody else")
    log.flush()
    assert [record.value for record in log.resume(writer, {topics.RAW: since})] == [b"0", b"1"]


def test_send_goes_on_by_itself_when_what_was_on_its_way_comes_between(
    bootstrap: str, log: KafkaLog, tmp_path: Path
) -> None:
    """The killed run's last request comes in after its successor has read the log, and before it sends."""
    late = KafkaLog(Kafka(bootstrap))

    class Overtaking(KafkaLog):
        def resume(self, writer: Writer, since: Mapping[str, Mapping[int, int]]) -> Iterator[Stored]:
            yield from super().resume(writer, since)
            for name in ("b", "c") if not seen else ():
                seen.append(name)
                Pipeline(late, IDENTITY).take(Incoming(str(path), 1, line(name)))
            late.flush()

    seen: list[str] = []
    path = write(tmp_path / "in.jsonl", [line(name) for name in "abcd"])
    before = log.ends(topics.RAW)
    with Checkpoint(tmp_path, "send", [str(path)]) as checkpoint:
        ids = {topic: log.topic_id(topic) for topic in (topics.RAW, topics.DLQ)}
        ends = {topic: log.ends(topic) for topic in ids}
        checkpoint.save(Position(VERSION, checkpoint.inputs(), ids, ends, log.writer()))
    Pipeline(log, IDENTITY).take(Incoming(str(path), 1, line("a")))
    log.flush()
    list(late.resume(log.writer(), {}))

    with closing(Overtaking(Kafka(bootstrap))) as successor:
        counts = send([Lines(str(path))], successor, IDENTITY, tmp_path)
    late.close()
    assert (counts.present, counts.accepted) == (3, 1)
    assert [one.event_id for one in decoded([record.value for record in log.read(topics.RAW, before)])] == [*"abcd"]


@pytest.mark.parametrize(
    ("words", "purpose"),
    [
        pytest.param(("send",), "send", id="send"),
        pytest.param(("import", "cdnow"), f"import {importer('cdnow').fingerprint} {Mode().words}", id="import"),
    ],
)
def test_a_command_says_that_another_process_sends_its_input(
    words: tuple[str, ...], purpose: str, bootstrap: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "in.txt", [importer("cdnow").header.encode()])
    env = {**os.environ, "RAPPORT_DATA": str(tmp_path / "data"), "RAPPORT_KAFKA": bootstrap}
    command = [sys.executable, "-m", "rapport.cli", *words, str(path)]
    with Checkpoint(tmp_path / "data" / "checkpoints", purpose, [str(path)]):
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=120)
    assert done.returncode == 1
    assert f"{path}: another process is sending this just now" in done.stderr
    assert "unforeseen" not in done.stderr


@pytest.mark.slow
def test_send_killed_again_and_again_sends_everything_and_nothing_twice(
    bootstrap: str, log: KafkaLog, tmp_path: Path
) -> None:
    lines = list(Simulation(customers=7_000, days=60, seed=11).lines())  # several seconds of sending
    bad = [b"not json %d" % number for number in range(0, len(lines), 1_000)]
    for number, content in enumerate(bad):
        lines.insert(number * 1_000, content)
    path = write(tmp_path / "killed.jsonl", lines)
    raw, dlq = log.ends(topics.RAW), log.ends(topics.DLQ)
    command = [sys.executable, "-m", "tests.producers.sender", bootstrap, str(tmp_path / "c"), str(path)]
    chance, kills, said = Random(5), 0, ""
    for checkpoints in (0, 1, 0, 2, 0, 1, FOREVER):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = [said, *islice(process.stdout, 1 + checkpoints)][-1]
            if checkpoints < FOREVER:
                time.sleep(0.8 * chance.random())
            if checkpoints == FOREVER or process.poll() is not None:
                said = (process.stdout.readlines() or [said])[-1]
                break
            process.kill()
            kills += 1
    assert process.wait() == 0
    assert kills >= 2
    expected = len(lines) - len(bad)
    assert f"{expected:,} accepted" in said
    found = Counter(one.event_id for one in decoded([record.value for record in log.read(topics.RAW, raw)]))
    assert len(found) == expected
    assert set(found.values()) == {1}
    assert sorted(record.value for record in log.read(topics.DLQ, dlq)) == sorted(bad)
    assert not list((tmp_path / "c").glob("*.json"))
