"""What the smaller checks conclude: tables of facts, without anything to ask."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from rapport.doctoring import broker, disks, letters, records
from rapport.doctoring.broker import BrokerSeen
from rapport.doctoring.disks import DiskSeen
from rapport.doctoring.finding import Finding, duration, size, unchecked
from rapport.doctoring.letters import LettersSeen
from rapport.doctoring.records import Sample
from schemas import topics
from schemas.codec import encode_touchpoint
from schemas.records import Touchpoint
from tests.rapport.doctoring.judging import one

GB = 1 << 30


@pytest.mark.parametrize(
    ("seen", "severity", "told"),
    [
        pytest.param(BrokerSeen("k:1", 0.004, 3), "ok", "3 brokers, answered in 4 ms", id="well"),
        pytest.param(BrokerSeen("k:1", 1.0, 1), "ok", "1 broker, answered in 1.0 s", id="a second is the edge"),
        pytest.param(BrokerSeen("k:1", 1.1, 1), "warning", "1.1 s", id="slow"),
        pytest.param(BrokerSeen("k:1", error="timeout"), "action", "does not answer: timeout", id="away"),
    ],
)
def test_broker(seen: BrokerSeen, severity: str, told: str) -> None:
    one(broker.judge(seen), severity, told)


@pytest.mark.parametrize(
    ("seen", "severity", "told"),
    [
        pytest.param(DiskSeen("d", 50 * GB, 100 * GB), "ok", "54 GB of 107 GB free", id="well"),
        pytest.param(DiskSeen("d", 9 * GB, 100 * GB), "warning", "free", id="low"),
        pytest.param(DiskSeen("d", 11 * GB, 1000 * GB), "ok", "free", id="a small part of much is enough"),
        pytest.param(DiskSeen("d", GB - 1, 100 * GB), "action", "1 GB of", id="full"),
        pytest.param(DiskSeen("d", GB, 100 * GB), "warning", "free", id="the edge of full"),
        pytest.param(DiskSeen("d", GB // 5, GB), "ok", "free", id="a small disk with a fifth free"),
        pytest.param(DiskSeen("d", 50 * GB, 100 * GB, writable=False), "action", "read-only", id="not writable"),
        pytest.param(DiskSeen("d", error="it does not say"), "warning", "not checked: it does not say", id="not known"),
    ],
)
def test_disk(seen: DiskSeen, severity: str, told: str) -> None:
    one(disks.judge(seen), severity, told)


@pytest.mark.parametrize(
    ("counts", "more", "severity", "told"),
    [
        pytest.param({}, False, "ok", "none within the last hour", id="none"),
        pytest.param(
            {("engine", "bad_date"): 1}, False, "warning", "1 within the last hour: bad_date (engine) 1", id="one"
        ),
        pytest.param({("identity", "not_framed"): 49}, False, "warning", "49", id="below the flood"),
        pytest.param(
            {("identity", "not_framed"): 30, ("engine", "truncated"): 20},
            False,
            "action",
            "50 within the last hour: not_framed (identity) 30, truncated (engine) 20",
            id="a flood",
        ),
        pytest.param({("identity", "empty_key"): 4_000}, False, "warning", "4,000", id="many of single producers"),
        pytest.param({("engine", "detector_failed"): 5_000}, True, "action", "more than 5,000", id="too many to count"),
    ],
)
def test_dead_letters(counts: Mapping[tuple[str, str], int], more: bool, severity: str, told: str) -> None:
    one(letters.judge(LettersSeen(counts, more)), severity, told)


GOOD = encode_touchpoint(
    Touchpoint(
        event_id="e", type="chat.message", occurred_at=0, occurred_offset=0, channel="chat", initiator="customer"
    )
)
UNKNOWN = b"\0" + (4242).to_bytes(4, "big") + GOOD[5:]
SIGNAL = b"\0" + (1003).to_bytes(4, "big") + GOOD[5:]


@pytest.mark.parametrize(
    ("samples", "severity", "told"),
    [
        pytest.param([(topics.RAW, [GOOD] * 3)], "ok", "3 of the latest records", id="well"),
        pytest.param([], "warning", "no records yet", id="nothing there"),
        pytest.param(
            [(topics.RAW, [*[GOOD] * 9, UNKNOWN])],
            "action",
            "1 of 10 records looked at are none of its schemas (no schema has id 4242: 1)",
            id="an unknown schema",
        ),
        pytest.param(
            [(topics.RAW, [GOOD, SIGNAL])], "action", "schema 1003 (signal) belongs to another topic", id="another's"
        ),
        pytest.param([(topics.RAW, [GOOD, GOOD, b"garbage"])], "warning", "not_framed: 1", id="some garbage"),
        pytest.param([(topics.RAW, [GOOD, b"garbage"])], "action", "not_framed: 1", id="half is garbage"),
        pytest.param(
            [(topics.RAW, [GOOD]), (topics.CUSTOMERS, [None])], "ok", "1 of the latest", id="a mark of deletion"
        ),
        pytest.param([(topics.RAW, [GOOD, GOOD, None])], "warning", "empty_value", id="no value where one must be"),
    ],
)
def test_records(samples: list[tuple[str, list[bytes | None]]], severity: str, told: str) -> None:
    seen = [Sample(topic, 0, tuple(values)) for topic, values in samples]
    one(records.judge(topics.load(2), seen), severity, told)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.004, "4 ms"),
        (-3, "0 ms"),
        (1.0, "1.0 s"),
        (59, "59 s"),
        (119, "119 s"),
        (120, "2.0 min"),
        (3600, "60 min"),
        (7200, "2.0 h"),
        (86_400, "24 h"),
        (10 * 86_400, "10 d"),
    ],
)
def test_durations_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_sizes_as_people_say_them() -> None:
    assert [size(each) for each in (999, 1000, 2_500_000, 4e12)] == ["999 bytes", "1 KB", "2 MB", "4.0 TB"]


def test_what_was_not_looked_at_is_never_well() -> None:
    with pytest.raises(AssertionError):
        Finding("disk", "ok", "d", "well", checked=False)
    assert unchecked("disk", "d", "why", "ask").severity == "warning"
