"""Metrics that every long-lived process has, by name."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Final

from prometheus_client import Gauge

from rapport import certificates
from rapport.settings import Settings
from schemas import topics

# Set at the start, then once a second by the loop that does the work: one that stands still belongs to a process
# that hangs.
HEARTBEAT = Gauge("rapport_heartbeat_timestamp_seconds", "Unix time at which the process last did its rounds")

# Ticks come once a second on every partition, so `time() - this` is the freshness of a stage, also when nobody buys.
NEWEST = Gauge(
    "rapport_newest_record_timestamp_seconds",
    "Broker's time of the newest record that passed the stage (identity, detect, store)",
    ("stage", "partition"),
)

RETENTION = Gauge("rapport_retention_seconds", "How long the broker keeps a topic that is read", ("topic",))

DISK_FREE = Gauge("rapport_disk_free_bytes", "Free on the disk of the data folder")
DISK_SIZE = Gauge("rapport_disk_size_bytes", "Size of the disk of the data folder")

# There is one for every setting that names a certificate, and none without TLS.
CERTIFICATE = Gauge(
    "rapport_tls_certificate_not_after_timestamp_seconds", "Unix time at which a configured certificate expires",
    ("setting",),
)  # fmt: skip

_RETENTION_MS: Final = "retention.ms"


def watch_surroundings(settings: Settings, read: Iterable[str]) -> None:
    """What the process stands on: its disk, its certificates, and how long the topics keep what it reads."""
    HEARTBEAT.set_to_current_time()
    folder = settings.data.absolute()
    DISK_FREE.set_function(lambda: shutil.disk_usage(_there(folder)).free)
    DISK_SIZE.set_function(lambda: shutil.disk_usage(_there(folder)).total)
    for setting, (file, pick) in certificates.named(settings).items():
        CERTIFICATE.labels(setting).set_function(partial(certificates.expiry, file, pick))
    wanted = set(read)
    for topic in topics.load(settings.partitions):
        kept = dict(topic.config).get(_RETENTION_MS)
        if topic.name in wanted and kept is not None:
            RETENTION.labels(topic.name).set(int(kept) / 1000)


def _there(folder: Path) -> Path:
    """The nearest folder that exists already."""
    return next(each for each in (folder, *folder.parents) if each.exists())
