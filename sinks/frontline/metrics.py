"""Every metric of delivery, by name. A receiver's name is that of the delivery file; no address stands in a label."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

_SECONDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)

# Outcomes: sent, away (tried again), refused (never tried again), exhausted (its last attempt).
ATTEMPTS = Counter(
    "rapport_delivery_attempts_total", "Messages that were to leave, by outcome", ("receiver", "outcome")
)

# Reasons: same_case, taken, snoozed, handed_on, own_alert, case_over, moment_passed, alert_unknown.
NOT_SENT = Counter("rapport_delivery_not_sent_total", "Notices that nobody had to be told any more", ("reason",))

WAITING = Gauge("rapport_delivery_waiting", "Notices that wait, for room or for the receiver", ("receiver",))

# 0 while every attempt is taken; what waits for room is not counted.
TROUBLE = Gauge(
    "rapport_delivery_trouble_seconds", "For how long a notice has been tried in vain, the oldest", ("receiver",)
)

DELIVERED = Histogram(
    "rapport_delivery_seconds", "From the alert on its topic until the receiver has taken it", buckets=_SECONDS
)

ACTIVE = Gauge("rapport_delivery_active", "1 in the process that delivers, 0 in one that stands by")
