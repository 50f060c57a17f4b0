"""A worker on a real broker tells how it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.broker import free_port
from schemas import topics
from tests.streams.app.running import eventually, line, terminate, touchpoints

pytestmark = pytest.mark.kafka

Scrape = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(port: int) -> Scrape:
    """Samples by name and labels; nothing before the port is open."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
    except OSError:
        return {}
    families = text_string_to_metric_families(text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(found: Scrape, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def test_a_scrape_shows_every_stage_fresh_and_nothing_waiting(kafka: str, tmp_path: Path) -> None:
    port = free_port()
    scraped: Scrape = {}

    async def until(fits: Callable[[Scrape], bool], why: str) -> None:
        async def look() -> bool:
            scraped.clear()
            scraped.update(scrape(port))
            return fits(scraped)

        await eventually(look, 60, lambda: f"{why}; last scrape {len(scraped)} samples")

    def running(station: str) -> float | None:
        return value(scraped, "rapport_partitions", station=station, state="running")

    with line(kafka, tmp_path) as fresh:

        async def scenario() -> None:
            await fresh.write(touchpoints(500))
            await fresh.put(topics.RAW, [(1, b"c-1", b"no touchpoint")])
            worker = fresh.worker(metrics_port=port, clock="leader")
            await until(lambda _: running("identity") == running("detect") == 4, "partitions run")
            places = [str(number) for number in range(fresh.partitions)]
            await until(
                lambda found: all(
                    value(found, "rapport_lag_records", topic=topic, partition=place) == 0
                    and time.time() - (value(found, "rapport_newest_record_timestamp_seconds", stage=stage,
                                             partition=place) or 0) < 5
                    for topic, stage in ((topics.RAW, "identity"), (topics.RESOLVED, "detect")) for place in places
                ),
                "every partition is fresh",
            )  # fmt: skip
            assert value(scraped, "rapport_line_partitions") == 4
            assert value(scraped, "rapport_retention_seconds", topic=topics.RAW) == 7 * 86_400
            letters = value(scraped, "rapport_dead_letters_total", stage="engine", reason="not_framed")
            assert letters == 1
            versions = {labels for name, labels in scraped if name == "rapport_knowledge_info"}
            assert len(versions) == 4
            assert len({dict(labels)["version"] for labels in versions}) == 1
            assert abs(value(scraped, "rapport_clock_skew_seconds", against="broker") or 0) < 1
            for name in ("rapport_heartbeat_timestamp_seconds", "rapport_broker_heard_timestamp_seconds"):
                assert time.time() - (value(scraped, name) or 0) < 5, name
            known = [number or 0 for (name, _), number in scraped.items() if name == "rapport_customers"]
            assert sum(known) == 50
            assert (value(scraped, "rapport_timers_fired_total") or 0) > 0
            assert terminate(worker) == 0

        asyncio.run(scenario())
