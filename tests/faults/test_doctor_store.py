"""A ClickHouse server that becomes read-only: the doctor says so, and when it may be written to again nothing lacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from kafka import KafkaProducer

from rapport.doctoring.examining import examine
from rapport.doctoring.finding import Finding
from rapport.doctoring.gathering import Place
from schemas import topics
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.sink import GROUP
from sinks.store.process import stored_topics
from tests.integration.line import Line
from tests.sinks.conftest import ClickHouseServer, OldServerStore

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.slow]

EACH = 20


def test_a_clickhouse_that_is_read_only_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    server = ClickHouseServer(tmp_path)
    server.start()
    store = OldServerStore(server.url)
    migrate(store)
    try:
        with Line(tmp_path, 1, clickhouse=server.url) as line:
            line.broker.start()
            line.init()
            produce(line)
            line.start("store", entry=("tests.sinks.old",))
            line.wait("it is stored", lambda: stored(line, store, EACH))

            users = (tmp_path / "users.xml").read_text()
            (tmp_path / "users.xml").write_text(users.replace("<max_memory", "<readonly>1</readonly><max_memory"))
            restart(server)
            produce(line)
            line.wait("the store says what it waits for", lambda: "read-only" in finding(line, "store").seen)
            assert finding(line, "store").severity == "action"
            line.wait("its group is stuck", lambda: "stuck: 1 member" in finding(line, "group", GROUP).seen)
            assert "docs/operations.md#rapportstorereadonly" in finding(line, "store").remedy

            line.stop("store")
            line.start("store", entry=("tests.sinks.old",))
            line.wait("so does one that starts now", lambda: line.health().get("cause") == "read_only")
            line.wait("the doctor sees it", lambda: "read-only" in finding(line, "store").seen)

            (tmp_path / "users.xml").write_text(users)
            restart(server)
            line.wait("all of it is stored", lambda: stored(line, store, 2 * EACH))
            line.wait("nothing is left to do", lambda: finding(line, "store").severity == "ok")
            assert line.ends == []
    finally:
        server.kill9()


def restart(server: ClickHouseServer) -> None:
    server.kill9()
    server.start()


def produce(line: Line) -> None:
    producer = KafkaProducer(bootstrap_servers=line.broker.bootstrap)
    for _ in range(EACH):
        producer.send(topics.RESOLVED, b"garbage", b"key")
    producer.close()


def stored(line: Line, store: OldServerStore, count: int) -> bool:
    """Committed, and so many are there: garbage is stored as what it is."""
    rows = store.query("SELECT count() FROM poison")
    return line.lag(GROUP, stored_topics(1)) == 0 and next(rows.rows()) == (count,)


def finding(line: Line, name: str, about: str = "") -> Finding:
    found = examine(Place(line.settings, None, (), 1.0))
    return next(each for each in found if each.name == name and each.about in (about or each.about,))
