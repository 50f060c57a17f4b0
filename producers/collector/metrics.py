"""What the collector counts. No customer, key or address is ever a label."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("rapport_collector_requests_total", "Requests by source and status", ("source", "status"))
SECONDS = Histogram(
    "rapport_collector_request_seconds", "From a request's first byte read to its answer, Kafka included", ("source",),
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 25.0),
)  # fmt: skip

# Counted when they are handed to Kafka; the requests' statuses tell what it has acknowledged.
EVENTS = Counter("rapport_collector_events_total", "Touchpoints by source and outcome", ("source", "outcome"))

WAITING = Gauge("rapport_collector_waiting_bytes", "Of records that Kafka has not acknowledged yet")
