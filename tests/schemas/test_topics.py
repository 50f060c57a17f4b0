from __future__ import annotations

import msgspec
import pytest

from schemas import topics
from schemas.records import Emitted
from schemas.registry import BY_NAME
from schemas.topics import Topic, alert_topic, load, route, routes
from sinks.frontline.process import KEPT_MS

NAMES = (
    topics.RAW, topics.RESOLVED, topics.DLQ, topics.SHIFTS, topics.SIGNALS, topics.DECISIONS,
    topics.HISTORY_ALERTS, topics.CUSTOMERS, topics.MEASURES, topics.KNOWLEDGE, topics.STATES, topics.LINKS,
    topics.TRENDS, topics.DELIVERIES,
)  # fmt: skip


def named(name: str) -> Topic:
    return next(topic for topic in load(4) if topic.name == name)


def test_every_constant_and_every_team_has_its_topic() -> None:
    assert {topic.name for topic in load(4)} == {*NAMES, *(alert_topic(team) for team in topics.TEAMS)}


def test_partitions_of_the_line_are_the_given_number() -> None:
    assert {topic.name for topic in load(7) if topic.partitions != 7} == {topics.KNOWLEDGE, topics.DELIVERIES}


def test_what_was_delivered_is_known_for_longer_than_the_alerts_are() -> None:
    kept = {name: int(dict(named(name).config)["retention.ms"]) for name in (topics.DELIVERIES, alert_topic("store"))}
    assert kept[topics.DELIVERIES] > KEPT_MS > kept[alert_topic("store")]


def test_schemas_are_registered_or_no_avro() -> None:
    names = {schema for topic in load(4) for schema in topic.schemas}
    assert names - {"bytes", "json"} == set(BY_NAME)


@pytest.mark.parametrize(
    "name",
    [topics.CUSTOMERS, topics.KNOWLEDGE, topics.STATES, topics.LINKS, topics.TRENDS, topics.DELIVERIES],
)
def test_compacted(name: str) -> None:
    assert named(name).compacted
    assert not named(topics.RAW).compacted


def test_the_changelog_is_not_compacted_at_once() -> None:
    assert int(dict(named(topics.STATES).config)["min.compaction.lag.ms"]) >= 600_000


def test_the_raw_topic_is_stamped_by_the_broker_and_a_dead_letter_may_be_large() -> None:
    assert dict(named(topics.RAW).config)["message.timestamp.type"] == "LogAppendTime"
    assert int(dict(named(topics.DLQ).config)["max.message.bytes"]) == 20 * 1024 * 1024


def output(kind: str, **fields: object) -> Emitted:
    common = {"kind": kind, "id": "i", "at": 0, "partition": 0, "offset": 0, "knowledge": "k"}
    made: Emitted = msgspec.convert(common | fields, type=Emitted)
    return made


SIGNAL = {"name": "n", "version": 1, "severity": "info", "matter": "", "values": {}}
CHANGE = {"customer_id": "c", "alert_id": "a", "team": "store", "state": "raised"}
CARD: dict[str, object] = {
    "customer_id": "c", "relationship": "", "since": None, "language": "", "open_alerts": (), "consents": {},
}  # fmt: skip


@pytest.mark.parametrize(
    ("made", "topic", "key"),
    [
        pytest.param(output("signal", customer_id="c", **SIGNAL), topics.SIGNALS, b"c", id="a signal"),
        pytest.param(output("signal", **SIGNAL), topics.SIGNALS, b"*", id="a trend"),
        pytest.param(
            output("decision", customer_id="客", contact_id="x", permitted=True, reasons=()),
            topics.DECISIONS,
            "客".encode(),
            id="a decision",
        ),
        pytest.param(output("alert_change", **CHANGE), "alerts.store.v1", b"c", id="a change of a live alert"),
        pytest.param(
            output("alert_change", history="r", **CHANGE), topics.HISTORY_ALERTS, b"c", id="a change in history"
        ),
        pytest.param(output("card", **CARD), topics.CUSTOMERS, b"c", id="a card"),
        pytest.param(
            output("measure", scope={"b": "2", "a": "1"}, bucket=0, total=1),
            topics.MEASURES,
            b'{"a":"1","b":"2"}',
            id="a measure, by its scope in order",
        ),
        pytest.param(
            output("rejected", customer_id="c", stage="s", reason="r", detail="", original=b""),
            topics.DLQ,
            b"c",
            id="a dead letter",
        ),
    ],
)
def test_each_output_has_its_topic_and_key(made: Emitted, topic: str, key: bytes) -> None:
    assert route(made) == (topic, key)


@pytest.mark.parametrize(
    ("besides", "history", "names"),
    [
        pytest.param({}, None, ("alerts.store.v1",), id="its own team is told"),
        pytest.param(
            {"i": ("sales", "managers")},
            None,
            ("alerts.store.v1", "alerts.sales.v1", "alerts.managers.v1"),
            id="others are told as well",
        ),
        pytest.param({"i": ("sales",)}, "r", (topics.HISTORY_ALERTS,), id="history reaches no team"),
    ],
)
def test_a_change_stands_on_the_topics_of_all_who_are_to_hear_of_it(
    besides: dict[str, tuple[str, ...]], history: str | None, names: tuple[str, ...]
) -> None:
    assert routes(output("alert_change", history=history, **CHANGE), besides) == (names, b"c")


def test_an_unknown_team_is_named() -> None:
    with pytest.raises(ValueError, match="no team is called 'shop'"):
        alert_topic("shop")


def test_a_line_without_partitions_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one partition"):
        load(0)
