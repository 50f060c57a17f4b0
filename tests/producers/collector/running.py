"""The collector as a process on the tests' broker, and what has come in since a moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.request import urlopen

from deploy.local import processes
from deploy.local.broker import free_port
from producers import kafka_reading
from rapport.connection import Kafka
from rapport.init import init
from rapport.settings import Settings, environment_of
from schemas import topics
from schemas.records import Touchpoint
from tests.integration.line import command
from tests.producers.collector.collecting import KEY
from tests.producers.world import decoded

PATIENCE_S: Final = 60.0
END_S: Final = 30.0


def until(what: str, true: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    limit = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < limit, f"not in {within_s:.0f} s: {what}"
        time.sleep(0.05)


@dataclass
class Collector:
    """Where it is. `mark` begins anew: `came` are the touchpoints on the raw topic since then."""

    url: str
    kafka: Kafka
    partitions: int
    since: dict[int, int]

    def mark(self) -> None:
        self.since = kafka_reading.ends(self.kafka, topics.RAW, self.partitions)

    def came(self) -> list[Touchpoint]:
        stored = list(kafka_reading.read(self.kafka, topics.RAW, self.since))
        found = decoded([record.value for record in stored if record.key != b"*"])
        return sorted(found, key=lambda each: (each.occurred_at, each.event_id))

    def wait_for(self, count: int) -> list[Touchpoint]:
        until(f"{count} touchpoints", lambda: len(self.came()) >= count)
        return self.came()


def well(url: str) -> bool:
    try:
        with urlopen(f"{url}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def collecting(kafka: str, folder: Path, partitions: int = 4, **more: str) -> Iterator[Collector]:
    """`rapport collect` on a folder of its own; `more` are further settings."""
    settings = Settings(
        kafka=kafka, data=folder / "data", partitions=partitions, collector_port=free_port(), write_key=KEY,
        metrics_port=0, identity_key="a secret of this test",
    )  # fmt: skip
    init(settings, print)
    environment = environment_of(settings) | {f"RAPPORT_{name.upper()}": value for name, value in more.items()}
    process = processes.start(command("collect"), folder / "collector.log", environment)
    url = f"http://127.0.0.1:{settings.collector_port}"
    try:
        until("the collector is well", lambda: well(url) or process.poll() is not None)
        assert process.poll() is None, (folder / "collector.log").read_text()
        found = Collector(url, settings.cluster, settings.partitions, {})
        found.mark()
        yield found
        process.terminate()
        assert process.wait(END_S) == 0, "it ends in order"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
