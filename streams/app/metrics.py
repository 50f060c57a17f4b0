"""Every metric of a worker, by name. No customer, key or text ever stands in a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from time import time
from typing import Any

from prometheus_client import Counter, Gauge, Histogram, start_http_server

LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0)
CHUNK_BUCKETS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10000)

# Outcomes of the station `identity`: forwarded, copied, rejected; of `detect`: those that the engine counts.
RECORDS = Counter("rapport_records_total", "Records by station and outcome", ("station", "outcome"))

# How many records a chunk had: many small ones mean low load, full ones that the worker is behind.
CHUNKS = Histogram("rapport_chunk_records", "Records in a chunk", ("station",), buckets=CHUNK_BUCKETS)

# From the broker's timestamp on the raw topic to the acknowledgement of what the chunk's last record caused.
LATENCY = Histogram(
    "rapport_event_to_output_seconds", "Age of a chunk's last record when done", ("station",), buckets=LATENCY_BUCKETS
)

# Time of the processor in a chunk, without waiting for Kafka.
WORK = Histogram("rapport_chunk_seconds", "Computing a chunk", ("station",), buckets=LATENCY_BUCKETS)

# From the last finished chunk to the end of the partition; rising while nothing is done, it shows a station that hangs.
LAG = Gauge("rapport_lag_records", "Records of a partition that are not done", ("topic", "partition"))

# Assigned partitions whose states are not there yet; one that stays so while the counter stands is stuck.
PARTITIONS = Gauge("rapport_partitions", "Partitions of this worker: recovering, running", ("station", "state"))
RECOVERED = Counter("rapport_recovery_records_total", "Changelog records read at assignments")
RECOVERY = Histogram("rapport_recovery_seconds", "From assignment to recovered states", buckets=LATENCY_BUCKETS)

# A commit that fails is tried again at the next interval; a growing `failed` beside a still `committed` is an alarm.
COMMITS = Counter("rapport_commits_total", "Commits by outcome", ("outcome",))

DEAD_LETTERS = Counter("rapport_dead_letters_total", "Dead letters by stage and reason", ("stage", "reason"))

# 1 for the version that a partition obeys; a worker that waits for the content of a version keeps the one before.
KNOWLEDGE = Gauge("rapport_knowledge_info", "Version of knowledge that a partition goes by", ("partition", "version"))

TICKS = Counter("rapport_ticks_total", "Clock ticks written by this worker, one a partition and second")


def serve(port: int) -> None:
    """Expose the metrics on localhost; 0 means nowhere."""
    if port:
        start_http_server(port, addr="127.0.0.1")


def done(station: str, records: Sequence[Any], outcomes: Mapping[str, int], seconds: float) -> None:
    """A chunk is done and acknowledged; computing it took `seconds`."""
    chunks, latency, work = _of(station)
    chunks.observe(len(records))
    latency.observe(max(0.0, time() - records[-1].timestamp / 1000))
    work.observe(seconds)
    for outcome, count in outcomes.items():
        if count:
            _counted(station, outcome).inc(count)


def obeys(partition: int, before: str | None, version: str | None) -> None:
    """A partition goes by another version of knowledge from now on; None: it is not here."""
    if before is not None:
        KNOWLEDGE.remove(str(partition), before)
    if version is not None:
        KNOWLEDGE.labels(str(partition), version).set(1)


@cache
def _of(station: str) -> tuple[Histogram, Histogram, Histogram]:
    """A chunk may be one record: looking labels up would be a good part of its cost."""
    return CHUNKS.labels(station), LATENCY.labels(station), WORK.labels(station)


@cache
def _counted(station: str, outcome: str) -> Counter:
    return RECORDS.labels(station, outcome)
