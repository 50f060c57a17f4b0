"""Every metric of a worker, by name. No customer, key or text ever stands in a label.

A chunk pays for what is observed here, never a record; what describes a partition
is measured once a second (`pulse`). docs/metrics.md lists them for who runs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from time import time
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from schemas.records import Alert, Emitted

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

# From what happened (or fell due) to the acknowledged alert; of the alerts of a chunk the oldest one. What a source
# delivers late counts here and not in the one above: the difference is the way to the raw topic.
ALERT_LATENCY = Histogram(
    "rapport_event_to_alert_seconds", "From an event to its live alert, a chunk's oldest", buckets=LATENCY_BUCKETS
)

# Time of the processor in a chunk, without waiting for Kafka.
WORK = Histogram("rapport_chunk_seconds", "Computing a chunk", ("station",), buckets=LATENCY_BUCKETS)

# What `detect` has sent; alerts by the topic of their team.
OUTPUTS = Counter("rapport_outputs_total", "Outputs that Kafka has acknowledged, by topic", ("topic",))

# Timers that fell due, be it at a tick or before a customer's own record.
TIMERS = Counter("rapport_timers_fired_total", "Timers of customers that fell due")

# From the last finished chunk to the end of the partition; rising while nothing is done, it shows a station that hangs.
LAG = Gauge("rapport_lag_records", "Records of a partition that are not done", ("topic", "partition"))
LAG_SECONDS = Gauge(
    "rapport_lag_seconds", "Age of the last record done while others wait, else 0", ("topic", "partition")
)

# Of the line each partition should be `running` at one worker; one that is nowhere belongs to a group that is stuck.
PARTITIONS = Gauge("rapport_partitions", "Partitions of this worker: recovering, running", ("station", "state"))
LINE_PARTITIONS = Gauge("rapport_line_partitions", "Partitions of each topic of the line, by the settings")

# Stands still while the ticks of any raw partition are missing, and with it every timer.
ENGINE_TIME = Gauge("rapport_engine_time_timestamp_seconds", "Engine time of a resolved partition", ("partition",))
CUSTOMERS = Gauge("rapport_customers", "Customers whose state is in memory", ("partition",))
ARMED = Gauge("rapport_customers_with_timers", "Customers for whom a timer is armed", ("partition",))
LINKS = Gauge("rapport_links", "Keys of which identity knows links or attempts", ("partition",))
WATCHED = Gauge("rapport_trend_scopes", "Scopes that trends watch, by measures partition", ("partition",))
KNOWLEDGE = Gauge("rapport_knowledge_info", "Version of knowledge that a partition goes by", ("partition", "version"))

RECOVERED = Counter("rapport_recovery_records_total", "Changelog records read at assignments")
RECOVERY = Histogram("rapport_recovery_seconds", "From assignment to recovered states", buckets=LATENCY_BUCKETS)

# After an upgrade states are written anew in its codec; at 0 everywhere the next upgrade may drop the one before.
OUTDATED = Gauge("rapport_states_outdated", "States that stand in the changelog in an older codec", ("partition",))

# A commit that fails is tried again at the next interval; a growing `failed` beside a still `committed` is an alarm.
COMMITS = Counter("rapport_commits_total", "Commits by outcome", ("outcome",))

DEAD_LETTERS = Counter("rapport_dead_letters_total", "Dead letters by stage and reason", ("stage", "reason"))
_UNREADABLE = ("bad_encoding", "empty_value", "not_framed", "truncated", "unknown_schema")
_REASONS = {
    "identity": (*_UNREADABLE, "empty_key", "sentinel_identifier", "tick_from_future"),
    "engine": (
        *_UNREADABLE,
        "bad_value",
        "detector_failed",
        "misrouted",
        "no_source",
        "alert_unknown",
        "alert_over",
        "alert_taken",
        "alert_incomplete",
        "team_unknown",
    ),
}
for _stage, _reasons in _REASONS.items():
    for _reason in _reasons:
        # A series that begins with its first fault shows Prometheus no increase.
        DEAD_LETTERS.labels(_stage, _reason)

# The worker stays to be asked for a while before it ends: what it counted of that chunk nobody would see.
TRIPPED = Gauge(
    "rapport_breaker_tripped", "1 in a worker that ends because too many records of a partition failed",
    ("topic", "partition"),
)  # fmt: skip

TICKS = Counter("rapport_ticks_total", "Clock ticks written by this worker, one a partition and second")

# Only the worker that writes the ticks has it. Positive: its clock is ahead.
SKEW = Gauge("rapport_clock_skew_seconds", "Clock of this worker less that of the broker", ("against",))

# The group gives the partitions of a worker away that was silent for longer than the session.
HEARD = Gauge(
    "rapport_broker_heard_timestamp_seconds", "Unix time at which the broker last answered a heartbeat; else the start"
)


def done(station: str, records: Sequence[Any], outcomes: Mapping[str, int], seconds: float) -> None:
    """A chunk is done and acknowledged; computing it took `seconds`."""
    chunks, latency, work = _of(station)
    chunks.observe(len(records))
    latency.observe(max(0.0, time() - records[-1].timestamp / 1000))
    work.observe(seconds)
    for outcome, count in outcomes.items():
        if count:
            _counted(station, outcome).inc(count)


def sent(batches: Mapping[tuple[str, int], Sequence[Any]]) -> None:
    """What a chunk caused is acknowledged."""
    for (topic, _), entries in batches.items():
        _sent(topic).inc(len(entries))


def alerted(outputs: Iterable[Emitted]) -> None:
    """The alerts of a chunk are acknowledged."""
    oldest = min((each.at for each in outputs if type(each) is Alert and each.history is None), default=None)
    if oldest is not None:
        ALERT_LATENCY.observe(max(0.0, time() - oldest / 1000))


@cache
def _of(station: str) -> tuple[Histogram, Histogram, Histogram]:
    """A chunk may be one record: looking labels up would be a good part of its cost."""
    return CHUNKS.labels(station), LATENCY.labels(station), WORK.labels(station)


@cache
def _counted(station: str, outcome: str) -> Counter:
    return TIMERS if outcome == "timers" else RECORDS.labels(station, outcome)


@cache
def _sent(topic: str) -> Counter:
    return OUTPUTS.labels(topic)
