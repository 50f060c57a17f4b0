"""Every metric of the store process, by name. No customer, key or text ever stands in a label."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from schemas.faults import REASONS

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_UNREADABLE: Final = (
    "bad_encoding", "bad_headers", "bad_key", "bad_value", "not_framed", "truncated", "unknown_schema",
)  # fmt: skip
_ROWS: Final = (1, 10, 100, 1000, 10_000, 50_000, 100_000)

# Rows that ClickHouse has confirmed; those sent again after a crash count again.
ROWS = Counter("rapport_sink_rows_total", "Rows inserted, by table", ("table",))
INSERTS = Histogram("rapport_sink_insert_seconds", "One confirmed insert of one block", ("table",), buckets=_SECONDS)

BLOCKS = Histogram("rapport_sink_block_rows", "Rows of a confirmed block", ("table",), buckets=_ROWS)

# Grows while ClickHouse is away; every one of them is repeated with the identical block. Causes: see `cause_of`.
RETRIES = Counter("rapport_sink_retries_total", "Inserts that failed and are sent again", ("table", "cause"))
AWAY = Gauge("rapport_sink_store_away", "1 while an insert waits for ClickHouse")

# Grows also while ClickHouse is only slow: neither confirms nor fails. What is read of the store is older by so much.
WAITING = Gauge("rapport_sink_waiting_seconds", "For how long the block under way has not been confirmed")

# Records that no table took: undecodable, or refused by ClickHouse.
POISON = Counter("rapport_sink_poison_total", "Records set aside, by reason", ("reason",))

for _reason in _UNREADABLE:
    # A series that begins with its first fault shows Prometheus no increase.
    POISON.labels(_reason)

# Dead letters as they are stored, those of producers among them, who serve no metrics of their own.
REJECTED = Counter("rapport_sink_dead_letters_total", "Dead letters stored, by stage and reason", ("stage", "reason"))

for _reason in REASONS:
    REJECTED.labels("producer", _reason)

# Measured when a batch is stored, so it stands still while the store is away; the age below does not.
LAG = Gauge("rapport_sink_lag_records", "Records that wait on the broker", ("topic", "partition"))
LAG_SECONDS = Gauge("rapport_sink_lag_seconds", "Age of the oldest record that is read and not stored", ("topic",))
COMMITTED = Gauge(
    "rapport_sink_committed_timestamp_seconds", "Unix time of the last batch that was stored and committed"
)

# 0 until the first `rapport replay verify`: then its time, and how many outputs live and replay say differently.
VERIFIED = Gauge("rapport_replay_verified_timestamp_seconds", "Unix time of the last verification by replay")
DIFFERENCES = Gauge("rapport_replay_differences", "Outputs that live and replay said differently in it")

# Outcomes: answered, refused (by the guard), failed (by ClickHouse), busy.
QUERIES = Counter("rapport_sql_queries_total", "SQL of others, by outcome", ("outcome",))
QUERY = Histogram("rapport_sql_seconds", "SQL of others that was run", buckets=_SECONDS)
