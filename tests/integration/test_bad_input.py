"""Bad input through a real Kafka and a real worker: each a typed dead letter, whole, and its neighbours unharmed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from kafka import KafkaProducer

from schemas import topics
from schemas.codec import encode_touchpoint
from schemas.keys import partition_for
from schemas.records import Touchpoint
from schemas.registry import TOUCHPOINT
from streams.customers import customer as customers
from streams.engine import Partition
from streams.identity.resolve import SOURCE, source_of
from tests.integration.line import Line
from tests.integration.reading import Stored, by_partition, read

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS = 2
CUSTOMERS = ("anna", "bert")
NOW = time.time_ns() // 1_000_000


def touchpoint(event_id: str, kind: str = "purchase.made", **fields: object) -> bytes:
    """The value of a sound record."""
    usual = {"type": kind, "occurred_at": NOW, "occurred_offset": 0, "channel": "store", "initiator": "customer"}
    return encode_touchpoint(msgspec.convert(usual | {"event_id": event_id} | fields, Touchpoint))


def tick(ahead_ms: int) -> bytes:
    facts = '{"partition":0,"partitions":2}'
    return touchpoint(f"tick:{ahead_ms}", "clock.tick", occurred_at=NOW + ahead_ms, channel="system", properties=facts)


class Bad(NamedTuple):
    """A record that no producer of ours would send, and what must become of it."""

    name: str
    key: bytes | None
    value: bytes | None
    stage: str
    reason: str
    topic: str = topics.RAW
    copies: int = 1
    headers: tuple[tuple[str, bytes], ...] = ()


SOUND = touchpoint("sound")
UNKNOWN, SIGNAL = (b"\0" + number.to_bytes(4, "big") + SOUND[5:] for number in (4242, 1003))
BROKEN = touchpoint("x" * 8).replace(b"x" * 8, b"\xff" * 8)
REASSIGNED = "alert.reassigned"
STROE = '{"alert_id":"a","scope":{"cause":"late"},"to":"stroe"}'
RECORDS = (
    Bad("an unknown schema id", b"anna", UNKNOWN, "engine", "unknown_schema"),
    Bad("the schema of another topic", b"anna", SIGNAL, "engine", "unknown_schema"),
    Bad("a body cut short", b"anna", SOUND[: len(SOUND) // 2], "engine", "truncated"),
    Bad("a body with a tail", b"anna", SOUND + b"tail", "engine", "truncated"),
    Bad("a body of a length that lies", b"anna", TOUCHPOINT.prefix + b"\xfe\xff\xff\xff\x0f", "engine", "truncated"),
    Bad("no frame", b"anna", b"\x01\x02\x03\x04\x05\x06\x07", "engine", "not_framed"),
    Bad("text instead of Avro", b"anna", b'{"event_id": "e"}', "engine", "not_framed"),
    Bad("an empty value", b"anna", b"", "engine", "empty_value"),
    Bad("no value at all", b"anna", None, "engine", "empty_value"),
    Bad("broken UTF-8 in a text", b"anna", BROKEN, "engine", "bad_encoding"),
    Bad("an impossible date", b"anna", touchpoint("x", occurred_at=1 << 60), "engine", "bad_date"),
    Bad("an endless number in properties", b"anna", touchpoint("x", properties='{"n":1e999}'), "engine", "bad_value"),
    Bad("an amount beyond all sums", b"anna", touchpoint("x", amount=1e19, currency="GBP"), "engine", "bad_value"),
    Bad("properties that are no JSON", b"anna", touchpoint("x", properties='{"n":NaN}'), "engine", "bad_value"),
    Bad("an alert for no team", b"none:x", touchpoint("r", REASSIGNED, properties=STROE), "engine", "team_unknown"),
    Bad("a tick for one customer", b"anna", tick(0), "engine", "misrouted"),
    Bad("a policy for one customer", b"anna", touchpoint("p", "policy.changed"), "engine", "misrouted"),
    Bad("a purchase by everybody", b"*", SOUND, "engine", "misrouted", copies=PARTITIONS),
    Bad("garbage for everybody", b"*", b"garbage", "identity", "not_framed"),
    Bad("a tick from a wrong clock", b"*", tick(3_600_000), "identity", "tick_from_future"),
    Bad("an empty key", b"", SOUND, "identity", "empty_key"),
    Bad("no key", None, SOUND, "identity", "empty_key"),
    Bad("a sentinel as key", b"NULL", SOUND, "identity", "sentinel_identifier"),
    Bad("a loyalty card of nobody", b"loyalty_card:undefined", SOUND, "identity", "sentinel_identifier"),
    Bad("a key that is no text", b"\xff\xfe", SOUND, "identity", "bad_encoding"),
    Bad("a stranger on the resolved topic", b"anna", SOUND, "engine", "no_source", topics.RESOLVED),
    Bad("a source that is none", b"anna", SOUND, "engine", "no_source", topics.RESOLVED, headers=((SOURCE, b"?"),)),
)  # fmt: skip


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line whose clock is driven, so that nothing but the test writes."""
    with Line(tmp_path_factory.mktemp("bad"), PARTITIONS, clock="driven") as running:
        running.broker.start()
        running.init()
        running.start("worker")
        running.wait("the first records are through", running.drained)
        yield running


@pytest.fixture(scope="module")
def letters(line: Line) -> Mapping[str, Sequence[Stored]]:
    """All bad records and their neighbours sent at once; then what stands on the dead-letter topic, by bad record."""
    producer = KafkaProducer(bootstrap_servers=line.broker.bootstrap, linger_ms=50)
    places = {}
    for number, bad in enumerate(RECORDS):
        for who in CUSTOMERS:
            producer.send(topics.RAW, key=who.encode(), value=touchpoint(f"{who}-{number}"), partition=at(who))
        partition = at((bad.key or b"").decode(errors="replace"))
        places[bad.name] = producer.send(bad.topic, bad.value, bad.key, list(bad.headers), partition)
    stored = {name: future.get(30) for name, future in places.items()}
    where = {(place.topic, place.partition, place.offset): name for name, place in stored.items()}
    producer.close()
    line.wait("everything is through", line.drained)
    found: dict[str, list[Stored]] = {bad.name: [] for bad in RECORDS}
    origins = sources(line)
    for letter in read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]:
        place = (letter.header("topic"), int(letter.header("partition")), int(letter.header("offset")))
        found[where[origins.get(place, place)]].append(letter)
    return found


def at(customer: str) -> int:
    return partition_for(customer.encode(), PARTITIONS)


def sources(line: Line) -> dict[tuple[str, int, int], tuple[str, int, int]]:
    """By place on the resolved topic the place on the raw one."""
    found = {}
    for record in read(line.broker.bootstrap, [topics.RESOLVED])[topics.RESOLVED]:
        header = next((value for name, value in record.headers if name == SOURCE), None)
        if header is not None and len(header) > 1:
            source = source_of(header)
            found[topics.RESOLVED, record.partition, record.offset] = (topics.RAW, source.partition, source.offset)
    return found


def applied(line: Line) -> dict[str, int]:
    """Touchpoints counted in the state of each customer, as the changelog has it."""
    found: dict[str, int] = {}
    for partition, changes in by_partition(read(line.broker.bootstrap, [topics.STATES])[topics.STATES]).items():
        states = Partition(partition)
        for change in changes:
            if change.key is not None and change.value:
                states.restore(change.key, change.value)
        states.ready()
        found |= {who: customers.unpack(states.snapshot(who)).touchpoints for who in states.customers()}
    return found


@pytest.mark.parametrize("bad", [pytest.param(bad, id=bad.name) for bad in RECORDS])
def test_a_bad_record_is_a_dead_letter_with_its_bytes_and_place(
    bad: Bad, letters: Mapping[str, Sequence[Stored]]
) -> None:
    found = letters[bad.name]
    named = [(letter.header("stage"), letter.header("reason")) for letter in found]
    assert named == [(bad.stage, bad.reason)] * bad.copies
    for letter in found:
        assert (letter.value or b"", letter.key or b"") == (bad.value or b"", bad.key or b"")
        assert letter.header("id")
        assert letter.header("detail")


def test_the_neighbours_of_bad_records_are_all_applied(line: Line, letters: Mapping[str, Sequence[Stored]]) -> None:
    assert {who: count for who, count in applied(line).items() if who in CUSTOMERS} == dict.fromkeys(
        CUSTOMERS, len(RECORDS)
    )


FIVE_MB = b"x" * 5_000_000


def json_line(event_id: str, **fields: object) -> bytes:
    usual = {"event_id": event_id, "type": "chat.message", "channel": "chat", "occurred_at": "2026-01-05T10:00:00Z",
             "identifiers": {"customer_id": "carl"}}  # fmt: skip
    return msgspec.json.encode(usual | fields)


LINES = (
    ("a line that is no JSON", b"{ no json", "not_json"),
    ("a list", b"[1, 2]", "not_an_object"),
    ("no type", json_line("e", type=None), "missing_field"),
    ("a type that nobody knows", json_line("e", type="chat.massage"), "unknown_type"),
    ("the 30th of February", json_line("e", occurred_at="2026-02-30T10:00:00Z"), "bad_date"),
    ("five million letters", json_line("e", text=FIVE_MB.decode()), "too_large"),
    ("a NUL", b'{"event_id": "a\\u0000"}', "nul_character"),
    ("broken UTF-8", b'{"event_id": "\xff"}', "bad_encoding"),
    ("a placeholder for a customer", json_line("e", identifiers={"customer_id": "undefined"}), "sentinel_identifier"),
    ("a tick from outside", json_line("e", type="clock.tick"), "refused_type"),
)


def test_send_refuses_bad_lines_by_reason_and_takes_their_neighbours(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "touchpoints.jsonl"
    good = [json_line(f"good-{number}") for number in range(len(LINES))]
    mixed = [each for (_, bad, _), sound in zip(LINES, good, strict=True) for each in (sound, bad)]
    file.write_bytes(b"\n".join([*mixed, good[0]]))
    done = line.run("send", str(file), "--json")
    assert done.returncode == 0, "some were accepted"
    said = msgspec.json.decode(done.stdout)
    assert said["rejected"] == dict.fromkeys((reason for _, _, reason in LINES), 1)
    assert said["counts"]["accepted"] == len(good) + 1
    line.wait("everything is through", line.drained)
    letters = read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]
    ours = {letter.header("reason"): letter.value for letter in letters if letter.header("file") == str(file)}
    assert ours == {reason: content for _, content, reason in LINES}
    assert applied(line)["carl"] == len(good), "the doubled event_id counts once"


def tripped(line: Line) -> list[float]:
    return [value for (name, _), value in line.metrics("worker").items() if name == "rapport_breaker_tripped"]


def test_a_flood_of_garbage_stops_the_partition_instead_of_flooding_the_dead_letters(tmp_path: Path) -> None:
    flood = 500
    with Line(tmp_path, PARTITIONS, clock="driven") as line:
        line.broker.start()
        line.init()
        producer = KafkaProducer(bootstrap_servers=line.broker.bootstrap, linger_ms=50)
        for _ in range(flood):
            producer.send(topics.RAW, b"garbage", b"anna", partition=at("anna"))
        producer.send(topics.RAW, touchpoint("last"), b"anna", partition=at("anna"))
        producer.close()
        line.start("worker")
        line.wait("the worker says that it was stopped", lambda: tripped(line) == [1])
        assert line.running["worker"].wait(120) == 1
        assert "records failed, the last one at offset" in line.tail("worker"), line.tail("worker")
        assert "RAPPORT_BREAKER_SHARE" in line.tail("worker")
        assert len(read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]) < line.settings.breaker_minimum
        line.ended()

        line.start("worker", breaker_share="1")
        line.wait("what stopped the partition is let through as its message says", line.drained)
        assert len(read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]) == flood
        assert applied(line)["anna"] == 1
