"""A ClickHouse server in bad weather: the sink waits, keeps its place and says so; nobody else notices.

Afterwards the equality checks of the kill test hold, for what the server has, too.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from kafka import KafkaAdminClient

from sinks.clickhouse.sink import GROUP as SINK
from sinks.store.process import stored_topics
from streams.app.line import GROUP
from tests.faults.judging import drain, judge
from tests.faults.load import Load
from tests.integration.line import Line
from tests.sinks.conftest import ClickHouseServer

pytestmark = [pytest.mark.kafka, pytest.mark.clickhouse, pytest.mark.slow]

RATE = 200
HELD = 4
"""Seconds of load that pass meanwhile: more than the session of a member that says nothing."""
OLD = ("tests.sinks.old",)


class Weather(NamedTuple):
    """What befalls the server, how it ends, and what the health of the store says meanwhile."""

    name: str
    begin: Callable[[ClickHouseServer], None]
    end: Callable[[ClickHouseServer], None]
    said: str


def restart(server: ClickHouseServer, read_only: bool) -> None:
    server.kill9()
    server.read_only(read_only)
    server.start()


WEATHERS = (
    Weather("away", ClickHouseServer.kill9, ClickHouseServer.start, "refused"),
    Weather("read-only", lambda server: restart(server, True), lambda server: restart(server, False), "readonly"),
    Weather("full", lambda server: server.fill(True), lambda server: server.fill(False), "Cannot write to file"),
    Weather("slow", ClickHouseServer.pause, ClickHouseServer.go_on, "has not answered an insert"),
)


def test_the_sink_waits_for_a_server_that_does_not_take_and_nothing_is_lost(tmp_path: Path) -> None:
    seed = int(os.environ.get("RAPPORT_TEST_SEED", "0")) or Random().randrange(1, 1 << 31)
    print(f"seed {seed} (RAPPORT_TEST_SEED={seed} draws the same touchpoints)")
    server = ClickHouseServer(tmp_path / "clickhouse")
    server.start()
    try:
        with Line(tmp_path, clickhouse=server.url) as line:
            line.broker.start()
            line.init()
            line.start("worker")
            line.start("store", entry=OLD)
            line.wait("the store stores", lambda: _well(line))
            load = Load(line.broker.bootstrap, line.settings.identity, seed, line.settings.partitions, RATE)
            load.start()
            line.wait("the load flows", lambda: len(load.accepted.customer) > RATE)
            for weather in WEATHERS:
                _through(weather, line, load, server)
            load.stop(within_s=240)
            drain(line)
            judge(line, load)
            assert line.ends == [], "worker and store have lived through all of it"
            assert line.stop("worker") == 0
            assert line.stop("store") == 0
    finally:
        server.kill9()


def _through(weather: Weather, line: Line, load: Load, server: ClickHouseServer) -> None:
    line.wait(f"the sink keeps up before {weather.name}", lambda: _behind(line) < RATE * 2)
    members = _members(line)
    weather.begin(server)
    line.wait(f"health says {weather.name}", lambda: weather.said in str(line.health().get("away")))
    assert not _well(line)
    before, accepted = _behind(line), len(load.accepted.customer)
    line.wait("the load goes on", lambda: len(load.accepted.customer) > accepted + RATE * HELD)
    line.wait("the worker keeps up", lambda: (line.lag(GROUP) or RATE * 9) < RATE * 2, within_s=240)
    assert _behind(line) > before + RATE * HELD, "what is not stored is not committed"
    measured = line.metrics("store")
    assert measured["rapport_sink_waiting_seconds", frozenset()] > HELD
    if weather.name != "slow":
        assert measured["rapport_sink_store_away", frozenset()] == 1
    assert _members(line) == members, "the sink has kept its place in the group"
    weather.end(server)
    line.wait(f"the store is well after {weather.name}", lambda: _well(line))
    line.wait(f"the sink catches up after {weather.name}", lambda: _behind(line) < RATE * 2)
    assert line.metrics("store")["rapport_sink_store_away", frozenset()] == 0


def _well(line: Line) -> bool:
    health = line.health()
    return health.get("well") is True and not health["away"]


def _behind(line: Line) -> int:
    """Records that the sink has not stored and committed."""
    lag = line.lag(SINK, stored_topics(line.settings.partitions))
    return RATE * 1000 if lag is None else lag


def _members(line: Line) -> list[str]:
    admin = KafkaAdminClient(bootstrap_servers=line.broker.bootstrap)
    try:
        (group,) = admin.describe_groups([SINK]).values()
    finally:
        admin.close()
    return sorted(member["member_id"] for member in group["members"])
