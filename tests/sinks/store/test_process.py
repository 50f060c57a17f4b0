"""The whole `store` process: killed at random moments, it comes back at once and has everything once."""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from deploy.local.broker import free_port
from schemas.topics import RESOLVED, SIGNALS
from sinks.clickhouse.client import StoreError
from sinks.clickhouse.remote import RemoteStore
from tests.sinks.clickhouse.test_sink import make_anew, produce, spread, until
from tests.sinks.made import outputs, resolved, sent

pytestmark = pytest.mark.kafka

TOKEN = "t0ken"
_RUN = """
import logging, sys
from rapport.settings import read
from sinks.store import run
logging.basicConfig(level="INFO")
sys.exit(run(read()))
"""


class StoreProcess:
    def __init__(self, folder: Path, kafka: str, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.reader = RemoteStore(self.port, TOKEN)
        self._log = folder / "store.log"
        self.folder = folder
        self._environment = {
            **environment,
            "RAPPORT_KAFKA": kafka,
            "RAPPORT_DATA": str(folder / "data"),
            "RAPPORT_PARTITIONS": "3",
            "RAPPORT_STORE_PORT": str(self.port),
            "RAPPORT_STORE_TOKEN": TOKEN,
        }
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            command = [sys.executable, "-c", _RUN]
            self.running = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log, cwd=self.folder)

    def end(self, force: bool) -> int:
        assert self.running is not None
        if force:
            self.running.kill()
        else:
            self.running.terminate()
        return self.running.wait(120)

    def count(self, table: str) -> int:
        try:
            found = self.reader.query(f"SELECT count() AS n FROM {table}")["n"][0]
        except StoreError:
            return -1
        assert isinstance(found, int)
        return found

    def health(self) -> dict[str, object]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health")
            found: dict[str, object] = json.loads(connection.getresponse().read())
        except OSError:
            return {}
        finally:
            connection.close()
        return found

    def log(self) -> str:
        return self._log.read_text()


@pytest.fixture
def process(tmp_path: Path, kafka: str, environment: dict[str, str]) -> Iterator[StoreProcess]:
    make_anew(kafka, (RESOLVED, SIGNALS))
    made = StoreProcess(tmp_path, kafka, environment)
    made.start()
    yield made
    made.end(force=True)


@pytest.mark.slow
def test_killed_at_random_moments_everything_is_there_once(process: StoreProcess, kafka: str) -> None:
    dice = random.Random(7)
    total = 12_000

    def feed() -> None:
        for start in range(0, total, 1500):
            produce(kafka, RESOLVED, spread(start, start + 1500))
            produce(kafka, SIGNALS, [sent(outputs(n)["signal"], n) for n in range(start, start + 30)])

    feeding = threading.Thread(target=feed)
    feeding.start()
    for _ in range(4):
        until(lambda: process.count("log") >= 0)
        time.sleep(dice.uniform(0.0, 1.5))
        process.end(force=True)
        process.start()
    feeding.join()
    until(lambda: process.count("log_now") == total)
    until(lambda: process.count("touchpoints_now") == total)
    until(lambda: process.count("signals_now") == 240)
    assert process.count("poison") == 0


def test_asked_to_end_it_ends_in_order(process: StoreProcess, kafka: str) -> None:
    produce(kafka, RESOLVED, spread(0, 30))
    until(lambda: process.count("log") == 30)
    assert process.health() == {
        "well": True,
        "sink": "storing",
        "store": f"the embedded ClickHouse on {process.folder / 'data' / 'clickhouse'}",
        "away": "",
        "cause": "",
    }
    assert process.end(force=False) == 0
    process.start()
    produce(kafka, RESOLVED, spread(30, 60))
    until(lambda: process.count("log") == 60)


def test_who_was_killed_before_it_knew_the_topics_leaves_no_successor_without_them(
    process: StoreProcess, kafka: str
) -> None:
    nothing = "Updated partition assignment: []"
    process.end(force=True)
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.delete_topics([RESOLVED, SIGNALS])
    before = process.log().count(nothing)
    process.start()
    until(lambda: process.log().count(nothing) > before)
    process.end(force=True)
    make_anew(kafka, (RESOLVED, SIGNALS))
    process.start()
    produce(kafka, RESOLVED, spread(0, 30))
    until(lambda: process.count("log") == 30)
    admin.close()


@pytest.mark.slow
def test_a_slow_query_of_a_stranger_does_not_delay_the_sink(process: StoreProcess, kafka: str) -> None:
    until(lambda: process.health().get("sink") == "storing")
    produce(kafka, RESOLVED, spread(0, 30))
    until(lambda: process.count("log") == 30)
    slow = (
        "SELECT count() FROM (SELECT arrayJoin(range(100000)) AS a) AS x, (SELECT arrayJoin(range(100000)) AS b) AS y "
        "WHERE cityHash64(a, b) = 1"
    )
    answers: list[str] = []

    stored = threading.Event()

    def ask() -> None:
        """Again and again, so that there is always one under way, however slow the machine is."""
        while not stored.is_set():
            try:
                process.reader.query(slow)
            except StoreError as error:
                answers.append(str(error))

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for each in asking:
        each.start()
    produce(kafka, RESOLVED, [resolved(number, partition=number % 3) for number in range(30, 60)])
    try:
        until(lambda: process.count("log") == 60)
    finally:
        stored.set()
        for each in asking:
            each.join()
    assert "Timeout exceeded" in answers[0]


def test_a_second_store_on_the_folder_says_who_has_it(process: StoreProcess, kafka: str) -> None:
    until(lambda: process.health().get("sink") == "storing")
    first = process.running
    process.start()
    second = process.running
    assert first is not None
    assert second is not None
    assert second.wait(120) == 1
    assert f"belongs to process {first.pid}" in process.log()
    process.running = first
