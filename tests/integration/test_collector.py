"""The collector on a whole line: what it has acknowledged is in the archive, whatever the broker does meanwhile."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from producers import kafka_reading
from schemas import topics
from tests.integration.line import Line
from tests.producers.collector.running import well
from tests.producers.world import decoded

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

SENDERS: Final = 8
BEFORE, AFTER = 200, 400
"""Acknowledged events before the broker is killed, and after which the senders stop."""
BATCH: Final = 5
TIMEOUT_S: Final = 60.0
ORDER: Final = {
    "messageId": "m-1", "userId": "anna", "anonymousId": "a-1", "event": "Order Completed", "properties": {
        "order_id": "A-1", "total": 9.5, "currency": "EUR", "products": [{"product_id": "tea-1", "price": 9.5}],
    },
}  # fmt: skip


class Sender(threading.Thread):
    """Sends one request after the other, each until it is accepted, as SDKs do; every second sender sends batches."""

    def __init__(self, number: int, line: Line, acknowledged: Counter[str], stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._number = number
        self._line = line
        self._over = stop
        self.acknowledged = acknowledged
        self.again: set[str] = set()
        self.faults: list[object] = []

    def run(self) -> None:
        sent = 0
        while not self._over.is_set():
            name = f"{self._number}-{sent}"
            sent += 1
            while (status := self._post(name)) != 200:
                self.again.update(self._events(name))
                if status not in (503, 0):
                    self.faults.append(status)
                time.sleep(0.2)
            self.acknowledged.update(self._events(name))

    def _post(self, name: str) -> int:
        """The status; 0 where there was no answer."""
        calls = [{"messageId": event, "userId": f"c-{event}", "event": "Signed In"} for event in self._events(name)]
        try:
            if len(calls) == 1:
                return post(self._line, "/v1/track", calls[0])[0]
            return post(self._line, "/v1/batch", {"batch": [{**call, "type": "track"} for call in calls]})[0]
        except OSError:
            return 0

    def _events(self, name: str) -> list[str]:
        """The events of a request."""
        return [name] if self._number % 2 else [f"{name}-{place}" for place in range(BATCH)]


def post(line: Line, path: str, content: Any) -> tuple[int, bytes]:
    door = http.client.HTTPConnection("127.0.0.1", line.settings.collector_port, timeout=TIMEOUT_S)
    try:
        body = json.dumps({**content, "writeKey": line.settings.write_key})
        door.request("POST", path, body, {"content-type": "application/json"})
        answer = door.getresponse()
        return answer.status, answer.read()
    finally:
        door.close()


def decided(line: Line, contact_id: str) -> tuple[int, Any]:
    """The answer of the line to a planned promotion for bea."""
    door = http.client.HTTPConnection("127.0.0.1", line.settings.collector_port, timeout=TIMEOUT_S)
    try:
        plan = {
            "contact_id": contact_id,
            "purpose": "promo",
            "channel": "letter",
            "identifiers": {"customer_id": "bea"},
        }
        key = {"authorization": f"Bearer {line.settings.write_key}"}
        door.request("POST", "/v1/decide", json.dumps(plan), key)
        answer = door.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        door.close()


def is_well(line: Line) -> bool:
    return well(f"http://127.0.0.1:{line.settings.collector_port}")


def test_what_the_collector_acknowledged_is_in_the_archive(tmp_path: Path) -> None:
    with Line(tmp_path, partitions=2) as line:
        line.broker.start()
        line.init()
        line.start("worker", "store", "collector")
        line.wait("the store stores", lambda: line.health().get("well") is True)
        line.wait("the collector is well", lambda: is_well(line))
        assert post(line, "/v1/track", ORDER)[0] == 200
        status, told = post(line, "/v1/batch", {"batch": [{"type": "page", "userId": "anna"}, {"type": "dance"}]})
        assert (status, json.loads(told)["accepted"], json.loads(told)["rejected"][0]["index"]) == (200, 1, 1)
        line.wait("the line decides", lambda: decided(line, "warm-up")[0] == 200)
        first, again = decided(line, "c-1"), decided(line, "c-1")
        assert first[0] == again[0] == 200
        same = ("contact_id", "permitted", "reasons", "retry_at")
        assert [first[1].get(name) for name in same] == [again[1].get(name) for name in same]
        assert first[1]["contact_id"] == "c-1"
        assert first[1]["permitted"] is not bool(first[1]["reasons"])
        query = "SELECT type, identifier_customer_id, item_id, amount FROM touchpoints_now"
        line.wait("all is archived", lambda: len(line.sql(f"{query} WHERE identifier_customer_id = 'anna'")) == 3)
        assert sorted(line.sql(f"{query} WHERE identifier_customer_id = 'anna'")) == [
            ("order.placed", "anna", "", 9.5),
            ("purchase.made", "anna", "tea-1", 9.5),
            ("web.viewed", "anna", "", None),
        ]  # fmt: skip
        line.wait("the refused one is archived", lambda: bool(line.sql("SELECT reason FROM dead_letters_now")))
        assert line.sql("SELECT reason FROM dead_letters_now") == [("unknown_type",)]


def test_a_broker_that_restarts_loses_and_doubles_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    with Line(tmp_path, partitions=2) as line:
        line.broker.start()
        line.init()
        line.start("collector")
        line.wait("the collector is well", lambda: is_well(line))
        acknowledged: Counter[str] = Counter()
        stop = threading.Event()
        senders = [Sender(number, line, acknowledged, stop) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        line.wait("load", lambda: len(acknowledged) >= BEFORE)
        line.broker.kill9()
        line.wait("a request meets a broker that is away", lambda: any(sender.again for sender in senders))
        line.broker.start()
        line.wait("load after it", lambda: len(acknowledged) >= BEFORE + AFTER)
        stop.set()
        for sender in senders:
            sender.join(TIMEOUT_S)
            assert not sender.is_alive()
            assert sender.faults == []
        start = dict.fromkeys(range(line.settings.partitions), 0)
        stored = list(kafka_reading.read(line.settings.cluster, topics.RAW, start))
    found = Counter(each.event_id for each in decoded([record.value for record in stored if record.key != b"*"]))
    again = set().union(*(sender.again for sender in senders))
    assert acknowledged.keys() - found.keys() == set(), "lost"
    assert {name: count for name, count in found.items() if count > 1 and name not in again} == {}, "doubled"
