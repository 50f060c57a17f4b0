"""A letter is sent once, by the path of every touchpoint, whatever is done twice or cut short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from producers.delivery import DeliveryFailed, Headers, MemoryProducer
from producers.letters import edited, replay
from producers.letters.content import touchpoint_of
from producers.letters.mapping import Fixes, parse
from producers.letters.replay import Candidate, Replayed, candidates, judged
from producers.lines import Lines
from schemas import topics
from schemas.codec import encode_touchpoint
from schemas.keys import partition_for
from schemas.letters import is_mark
from schemas.records import Touchpoint
from schemas.traces import TRACEPARENT
from tests.producers.letters.made import NOW, bad, letter, put, refused, standing
from tests.producers.world import IDENTITY, PARTITIONS, line, memory, touchpoints

FIX = parse({"type": {"values": {"chat.massage": "chat.message"}}}, "m")
SOUND = Touchpoint(
    event_id="e", type="purchase.made", occurred_at=NOW, occurred_offset=0, channel="store", initiator="customer"
)
AVRO = encode_touchpoint(SOUND)
OF_ENGINE: dict[str, Any] = {"stage": "engine", "topic": topics.RESOLVED, "partition": 0}


def replayed(log: MemoryProducer, fixes: Fixes = FIX) -> Replayed:
    shelf = standing(log)
    found = judged(candidates(shelf.open), shelf, fixes, IDENTITY)
    replay.send(found, shelf, log, IDENTITY, lambda: NOW)
    return found


def everything(log: MemoryProducer) -> tuple[int, int, int]:
    """Sent, already replayed and still wrong of a replay of all letters."""
    shelf = standing(log)
    found = judged(candidates(shelf.letters), shelf, FIX, IDENTITY)
    replay.send(found, shelf, log, IDENTITY, lambda: NOW)
    counts = found.to_json()["counts"]
    return counts["sent"], counts["already_replayed"], counts["still_wrong"]


def test_a_letter_is_sent_once_however_often_it_is_replayed() -> None:
    log = refused(bad("a"), bad("b", "bert"), b"{ no json")
    assert [everything(log) for _ in range(3)] == [(2, 0, 1), (0, 2, 1), (0, 2, 1)]
    assert {each.event_id: each.type for each in touchpoints(log)} == dict.fromkeys("ab", "chat.message")
    assert len(touchpoints(log)) == 2
    assert [each.line for each in standing(log).open] == [3]


def test_what_is_set_aside_is_sent_by_nobody_and_to_be_mended_no_more() -> None:
    log = refused(bad("a"), bad("b", "bert"), b"{ no json")
    shelf = standing(log)
    replay.set_aside(shelf.letters[1:], shelf, log, lambda: NOW)
    replay.set_aside(shelf.letters[1:], standing(log), log, lambda: NOW)
    assert len([each for each in log.records(topics.DLQ) if is_mark(each.headers)]) == 2, "each once"
    assert [each.line for each in standing(log).open] == [1]
    assert everything(log) == (1, 2, 0)
    assert [each.event_id for each in touchpoints(log)] == ["a"]


def test_it_goes_the_way_of_every_touchpoint() -> None:
    log = refused(bad("a"))
    replayed(log)
    (record,) = log.records(topics.RAW)
    (sent,) = touchpoints(log)
    assert (record.key, record.partition) == (b"anna", partition_for(b"anna", PARTITIONS))
    assert sent.received_at == NOW
    assert record.headers == (("letter", standing(log).letters[0].id.encode()), ("attempt", b"2"))


def test_it_belongs_to_the_trace_of_its_letter() -> None:
    trace = (TRACEPARENT, b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01")
    log = refused(bad("a"))
    log.send(topics.DLQ, 0, b"*", bad("b"), [("id", b"traced"), trace])
    replayed(log)
    headers = {dict(record.headers)["letter"]: record.headers for record in log.records(topics.RAW)}
    assert headers[b"traced"] == (("letter", b"traced"), ("attempt", b"2"), trace)
    assert len(headers) == 2


def test_what_was_mended_is_told() -> None:
    log = refused(bad("a", amount="12", properties={"code": 7}), bad("b"))
    fixes = parse({"type": {"values": {"chat.massage": "chat.message"}}, "amount": {"as": "number"},
                   "currency": "EUR", "properties.code": None}, "m")  # fmt: skip
    first, second = replayed(log, fixes).to_json()["sent"]
    assert [tuple(each.values()) for each in first["changed"]] == [
        ("type", "chat.massage", "chat.message"), ("amount", "12", 12), ("properties.code", 7, None),
        ("currency", None, "EUR"),
    ]  # fmt: skip
    assert [each["field"] for each in second["changed"]] == ["type", "currency"]


def test_what_is_still_wrong_is_named_and_stays() -> None:
    log = refused(bad("a", amount="12"))
    (wrong,) = replayed(log).wrong
    assert wrong.reason == "wrong_type"
    assert "amount: is text instead of a number" in wrong.detail
    assert log.records(topics.RAW) == []
    assert len(standing(log).open) == 1
    assert len(log.records(topics.DLQ)) == 1, "a replay makes no dead letters"


@pytest.mark.parametrize(
    ("value", "reason", "key", "told"),
    [
        pytest.param(b"", "empty_value", b"anna", "no touchpoint can be read", id="nothing"),
        pytest.param(AVRO[:20], "truncated", b"anna", "only a part", id="a part is not taken for the whole"),
        pytest.param(AVRO + b"tail", "truncated", b"anna", "only a part", id="nor one with a tail"),
        pytest.param(AVRO, "detector_failed", b"anna", "was applied when it came", id="what was folded already"),
        pytest.param(
            encode_touchpoint(msgspec.structs.replace(SOUND, type="clock.tick")), "tick_from_future", b"*",
            "written by the line alone", id="a tick",
        ),
    ],
)  # fmt: skip
def test_what_nobody_should_send_is_not_sent(value: bytes, reason: str, key: bytes, told: str) -> None:
    log = memory()
    put(log, letter(value, reason, key, **OF_ENGINE))
    (wrong,) = replayed(log).wrong
    assert told in wrong.detail
    assert log.records(topics.RAW) == []


@pytest.mark.parametrize(
    ("key", "body", "sent"),
    [
        pytest.param(b"anna", {}, b"anna", id="the key says who it was"),
        pytest.param(b"loyalty_card:7", {}, b"loyalty_card:7", id="or whose card"),
        pytest.param(b"anna", {"customer_id": "bert"}, b"bert", id="the body knows better"),
        pytest.param(b"", {"customer_id": "bert"}, b"bert", id="no key"),
        pytest.param(b"NULL", {}, b"none:e", id="a placeholder is nobody"),
        pytest.param(b"email:k1:0123", {}, b"none:e", id="a hash is not turned back"),
        pytest.param(b"*", {}, b"none:e", id="everybody is nobody"),
        pytest.param(b"\xff", {}, b"none:e", id="a key that is no text"),
    ],
)
def test_a_record_of_a_topic_is_keyed_anew(key: bytes, body: Mapping[str, Any], sent: bytes) -> None:
    log = memory()
    put(log, letter(encode_touchpoint(msgspec.structs.replace(SOUND, **body)), "misrouted", key, **OF_ENGINE))
    replayed(log)
    assert [record.key for record in log.records(topics.RAW)] == [sent]


def test_of_several_letters_of_one_touchpoint_one_is_sent_and_all_are_done() -> None:
    log = refused(bad("a"), bad("a"), bad("a", "bert"))
    found = replayed(log)
    assert (len(found.sent), len(found.same)) == (2, 1), "the same id of another customer is another touchpoint"
    assert standing(log).open == []
    put(log, letter(bad("a"), number=99))
    assert everything(log) == (0, 4, 0)
    assert standing(log).open == []


def test_one_without_an_event_id_gets_that_of_its_letter() -> None:
    log = refused(bad("").replace(b'"event_id": "", ', b""))
    replayed(log)
    (sent,) = touchpoints(log)
    assert sent.event_id == f"dead-letter:{standing(log).letters[0].id}"


class Breaking(MemoryProducer):
    """A log that a process is cut off from after so many records."""

    left = 1_000

    def send(self, topic: str, partition: int, key: bytes | None, value: bytes, headers: Headers = ()) -> None:
        if self.left == 0:
            raise DeliveryFailed(topic, "cut off", "again")
        self.left -= 1
        super().send(topic, partition, key, value, headers)


@pytest.mark.parametrize("after", range(9))
def test_cut_short_at_any_moment_nothing_is_sent_twice_and_nothing_is_left_out(after: int) -> None:
    log = Breaking(lambda topic: PARTITIONS)
    for number in range(3):
        put(log, letter(bad(f"e{number}", f"c{number}"), number=number))
    log.left = after
    if after < 8:  # begun, three touchpoints, three marks, ended
        with pytest.raises(DeliveryFailed):
            replayed(log)
    else:
        replayed(log)
    log.left = 1_000
    sent = sum(everything(log)[:2])
    assert sent == 3
    assert sorted(each.event_id for each in touchpoints(log)) == ["e0", "e1", "e2"]
    assert everything(log) == (0, 3, 0)
    assert standing(log).unended == {}


def test_another_topic_of_the_same_name_says_nothing_about_a_run() -> None:
    log = Breaking(lambda topic: PARTITIONS)
    put(log, letter(bad("e")))
    log.left = 2
    with pytest.raises(DeliveryFailed):
        replayed(log)
    log.left = 1_000
    log._id = "made anew"
    assert everything(log) == (1, 0, 0)


def test_marks_are_no_letters() -> None:
    log = refused(bad("a"))
    replayed(log)
    records = log.records(topics.DLQ)
    assert sum(is_mark(record.headers) for record in records) == 3
    assert len(standing(log).letters) == 1


def test_an_edited_file_is_what_is_sent(tmp_path: Any) -> None:
    log = refused(b"{ no json", bad("b"))
    shelf = standing(log)
    path = tmp_path / "mend.jsonl"
    mended = [line("one"), msgspec.json.encode((touchpoint_of(shelf.letters[1]) or {}) | {"type": "chat.message"})]
    path.write_bytes(
        b"\n".join(
            msgspec.json.encode({"id": each.id, "touchpoint": msgspec.Raw(content)})
            for each, content in zip(shelf.letters, mended, strict=True)
        )
    )
    read = list(edited.read(Lines(str(path))))
    given = [Candidate(each, mine.touchpoint) for each, mine in zip(shelf.letters, read, strict=True)]
    replay.send(judged(given, shelf, Fixes(), IDENTITY), shelf, log, IDENTITY)
    assert sorted(each.event_id for each in touchpoints(log)) == ["b", "one"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b'{"id": "a"}\n{ no', r"mend.jsonl:2: no JSON", id="no JSON"),
        pytest.param(b'{"touchpoint": {}}', r"mend.jsonl:1: no letter without its `id`", id="no id"),
        pytest.param(b'{"id": "a", "touchpoint": 3}', r"mend.jsonl:1: `touchpoint` is an object", id="no object"),
    ],
)
def test_a_spoilt_file_is_named_by_line(content: bytes, told: str, tmp_path: Any) -> None:
    path = tmp_path / "mend.jsonl"
    path.write_bytes(content)
    with pytest.raises(edited.EditedError, match=told):
        list(edited.read(Lines(str(path))))
