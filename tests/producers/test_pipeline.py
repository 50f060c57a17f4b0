from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from producers.delivery import MemoryProducer, Stored
from producers.lines import MAX_LINE_BYTES, Lines
from producers.pipeline import Incoming, Pipeline, Present
from producers.preparing import dead_letter_id
from schemas import topics
from schemas.keys import key_for, partition_for
from schemas.letters import CLASS_OF
from tests.producers.world import IDENTITY, PARTITIONS, line, memory, touchpoints

NOW = 1_780_000_000_000

BAD = [
    pytest.param(b"{not json", "not_json", id="not JSON"),
    pytest.param(b'["a list"]', "not_an_object", id="JSON, but no object"),
    pytest.param(
        b'{"event_id":"x","occurred_at":"2026-03-02T10:00:00Z","channel":"web"}', "missing_field", id="no type"
    ),
    pytest.param(line("x", type="web.veiwed"), "unknown_type", id="an unknown type"),
    pytest.param(line("x", type="clock.tick"), "refused_type", id="a type of the line"),
    pytest.param(line("x", occurred_at="2026-02-30T10:00:00Z"), "bad_date", id="an impossible date"),
    pytest.param(line("x", text="a" * 5_000_000), "too_large", id="5 MB of text"),
    pytest.param(line("x").replace(b"web.viewed", b"web\x00viewed"), "nul_character", id="NUL"),
    pytest.param(line("x", text="a\u0000b"), "nul_character", id="NUL, escaped"),
    pytest.param(line("x", text="caf\u00e9").replace(b"\xc3\xa9", b"\xe9"), "bad_encoding", id="broken UTF-8"),
    pytest.param(line("x", customer="undefined"), "sentinel_identifier", id="a sentinel id"),
    pytest.param(line("x", amount="12"), "wrong_type", id="a number as text"),
    pytest.param(line("x").replace(b'"x"', b'"x\\ud800"'), "not_json", id="half a surrogate pair"),
]


def pipeline(log: MemoryProducer, present: Present | None = None) -> Pipeline:
    return Pipeline(log, IDENTITY, present=present, clock=lambda: NOW)


@pytest.mark.parametrize(
    ("identifiers", "customer"),
    [
        pytest.param({"customer_id": "anna", "email": "a@x.org"}, "anna", id="the strongest"),
        pytest.param({"email": "A@x.org"}, key_for("email", "a@x.org", IDENTITY), id="an address, hashed"),
        pytest.param({"customer_id": "null"}, None, id="nobody"),
        pytest.param({}, None, id="none"),
    ],
)
def test_a_dead_letter_names_whom_and_what_it_is_about(identifiers: dict[str, str], customer: str | None) -> None:
    log = memory()
    pipeline(log).take(Incoming("in.jsonl", 1, line("e-7", type="no.such.type", identifiers=identifiers)))
    (letter,) = log.records(topics.DLQ)
    assert (headers(letter).get("customer"), headers(letter)["because"]) == (customer, "e-7")


def headers(record: Stored) -> dict[str, str]:
    return {name: value.decode() for name, value in record.headers}


@pytest.mark.parametrize(("bad", "reason"), BAD)
def test_a_bad_line_is_a_typed_dead_letter_and_its_neighbours_are_unharmed(bad: bytes, reason: str) -> None:
    log = memory()
    door = pipeline(log)
    for number, content in enumerate([line("before"), bad, line("after")], 1):
        door.take(Incoming("in.jsonl", number, content))

    assert [one.event_id for one in touchpoints(log)] == ["before", "after"]
    (letter,) = log.records(topics.DLQ)
    assert letter.value == bad
    said = headers(letter)
    assert (said["stage"], said["reason"], said["file"], said["line"]) == ("producer", reason, "in.jsonl", "2")
    assert said["id"] == dead_letter_id("in.jsonl", 2, bad)
    assert said["detail"]
    assert (said["class"], said["attempt"]) == (CLASS_OF[reason], "1")
    assert (door.counts.accepted, door.counts.rejected, door.counts.dead_lettered) == (2, Counter({reason: 1}), 1)


def test_a_line_beyond_the_limit_is_named_and_not_carried(tmp_path: object) -> None:
    from pathlib import Path

    log = memory()
    door = pipeline(log)
    content = b"x" * (MAX_LINE_BYTES + 7)
    path = Path(str(tmp_path)) / "big.jsonl"
    path.write_bytes(line("before") + b"\n" + content + b"\n" + line("after"))
    for each in Lines(str(path)):
        door.take(Incoming("big.jsonl", each.number, each.content))

    assert [one.event_id for one in touchpoints(log)] == ["before", "after"]
    (letter,) = log.records(topics.DLQ)
    assert len(letter.value) < 1_000
    assert hashlib.sha256(content).hexdigest().encode() in letter.value
    assert str(len(content)).encode() in letter.value
    assert b"big.jsonl" in letter.value


def test_received_at_is_set_unless_given_or_history() -> None:
    log = memory()
    door = pipeline(log)
    for number, content in enumerate(
        [line("live"), line("given", received_at="2026-03-02T02:00:01Z"), line("history", history="run-1")], 1
    ):
        door.take(Incoming("in", number, content))

    received = {one.event_id: one.received_at for one in touchpoints(log)}
    assert received == {"live": NOW, "given": 1_772_416_801_000, "history": None}


@pytest.mark.parametrize(
    ("ahead_s", "clamped"),
    [
        pytest.param(0, 0, id="on time"),
        pytest.param(600, 0, id="ten minutes ahead is a clock's skew"),
        pytest.param(601, 1, id="more than ten minutes is not"),
    ],
)
def test_a_future_time_is_clamped_and_counted(ahead_s: int, clamped: int) -> None:
    log = memory()
    door = pipeline(log)
    from schemas import times

    door.take(Incoming("in", 1, line("a", occurred_at=times.write(NOW + ahead_s * 1000))))
    (found,) = touchpoints(log)
    assert door.counts.clamped == clamped
    assert found.occurred_at == (NOW if clamped else NOW + ahead_s * 1000)


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        pytest.param({}, b"c-1", id="a customer's own id"),
        pytest.param({"identifiers": {"loyalty_card": "L1"}}, b"loyalty_card:L1", id="a loyalty card"),
        pytest.param({"identifiers": {}}, b"none:a", id="nobody"),
        pytest.param(
            {
                "type": "staff.away",
                "channel": "system",
                "properties": {"from": "2026-03-02T10:00:00Z", "to": "2026-03-03T10:00:00Z"},
            },
            b"*",
            id="company-wide",
        ),
    ],
)
def test_keys_and_partitions(fields: dict[str, object], key: bytes) -> None:
    log = memory()
    pipeline(log).take(Incoming("in", 1, line("a", "c-1", **fields)))
    (record,) = log.records(topics.RAW)
    assert record.key == key
    spread = b"company:a" if key == b"*" else key
    assert record.partition == partition_for(spread, PARTITIONS)


def test_an_email_is_only_in_the_key_as_a_keyed_hash() -> None:
    log = memory()
    pipeline(log).take(Incoming("in", 1, line("a", identifiers={"email": "Ada@Example.org"})))
    (record,) = log.records(topics.RAW)
    assert record.key is not None
    assert record.key.startswith(b"email:k1:")
    assert b"example" not in record.key.lower()


def test_what_is_present_is_passed_over_as_often_as_it_is_there() -> None:
    log = memory()
    there = partition_for(b"c-1", PARTITIONS)
    door = pipeline(log, Present(touchpoints=Counter({(there, "a"): 1})))
    for number in (1, 2):
        door.take(Incoming("in", number, line("a")))
    assert (door.counts.present, door.counts.accepted) == (1, 1)
    assert len(touchpoints(log)) == 1


def test_what_is_present_of_one_customer_is_no_other_customers() -> None:
    log = memory()
    there = partition_for(b"c-1", PARTITIONS)
    other = next(f"c-{n}" for n in range(2, 99) if partition_for(b"c-%d" % n, PARTITIONS) != there)
    door = pipeline(log, Present(touchpoints=Counter({(there, "a"): 1})))
    for number, customer in enumerate((other, "c-1"), 1):
        door.take(Incoming("in", number, line("a", customer)))
    assert [record.key for record in log.records(topics.RAW)] == [other.encode()]
