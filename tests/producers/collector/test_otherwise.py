"""A person gets to their page also when Kafka is away; a program is told to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import pytest
from prometheus_client import REGISTRY

from producers.collector.adapter import Adapter
from producers.collector.adapters.pos import Config, Pos
from producers.collector.app import Collector
from producers.collector.keys import WriteKey
from producers.collector.links import Letter
from producers.collector.writing import Log, Unavailable
from producers.preparing import Ready
from tests.producers.collector.adapters.test_mailing import LINKS, MAILING, ONE_CLICK
from tests.producers.collector.adapters.test_qr import QR, TARGET
from tests.producers.collector.signing import KEY
from tests.producers.collector.visits import BROWSER
from tests.producers.world import IDENTITY

LASTING = Letter("m-1", 4_000_000_000, {"customer_id": "anna"})
POS = Pos(Config(keys=(WriteKey("tills", KEY),)))


class Absent(Log):
    """Kafka, away or silent."""

    waiting_bytes = 0

    def __init__(self, state: str, silent: bool = False) -> None:
        self._state = state
        self._silent = silent

    @property
    def state(self) -> str:
        return self._state

    def partitions(self, topic: str) -> int:
        return 1

    def put(self, records: Sequence[Ready]) -> Awaitable[None]:
        if self._silent:
            return asyncio.sleep(3_600)
        raise Unavailable("gone")


def ask(adapter: Adapter, log: Log, method: str, path: str, body: bytes = b"") -> tuple[int, dict[bytes, bytes]]:
    answered: list[Mapping[str, Any]] = []

    async def receive() -> Mapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Mapping[str, Any]) -> None:
        answered.append(message)

    headers = [
        (b"host", b"in.shop.example"),
        (b"user-agent", BROWSER.encode()),
        (b"authorization", b"Bearer " + KEY.encode()),
    ]
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": headers, "client": ("192.0.2.1", 1), "scheme": "http",
    }  # fmt: skip
    asyncio.run(Collector([adapter], log, IDENTITY)(scope, receive, send))
    return answered[0]["status"], dict(answered[0]["headers"])


def lost(source: str = "qr") -> float:
    return REGISTRY.get_sample_value("rapport_collector_events_total", {"source": source, "outcome": "lost"}) or 0.0


@pytest.mark.parametrize(
    "log", [Absent("no Kafka"), Absent("running"), Absent("running", silent=True)], ids=["away", "failing", "silent"]
)
def test_who_scans_is_sent_on_without_kafka_and_the_scan_is_counted_as_lost(log: Log) -> None:
    before = lost()
    status, headers = ask(QR, log, "GET", "/q/poster-7")
    assert (status, headers[b"location"]) == (302, TARGET.encode())
    assert lost() == before + 1


def test_who_unsubscribes_is_asked_to_press_once_more_and_nothing_counts_as_lost() -> None:
    before = lost("mailing")
    status, headers = ask(MAILING, Absent("no Kafka"), "POST", LINKS.unsubscribe(LASTING), ONE_CLICK)
    assert (status, headers[b"content-type"]) == (503, b"text/html; charset=utf-8")
    assert lost("mailing") == before


@pytest.mark.parametrize("log", [Absent("no Kafka"), Absent("running")], ids=["away", "failing"])
def test_a_till_is_told_to_come_again(log: Log) -> None:
    body = b'{"receipt": "7", "at": "2026-11-25T01:00:00Z", "lines": [{"line": 1}]}'
    status, headers = ask(POS, log, "POST", "/v1/receipts", body)
    assert (status, headers[b"retry-after"]) == (503, b"1")
