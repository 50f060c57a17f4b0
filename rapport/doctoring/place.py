"""Where to look: the `up` that runs on this data folder, else what the settings name."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rapport import running
from rapport.doctoring.gathering import Place
from rapport.failure import WRONG_USAGE, Failure
from rapport.settings import Settings


def place(settings: Settings, workers: Sequence[str], look_s: float) -> Place:
    """Unlike other commands it goes on where no Kafka is known: that is a finding. Failure for what is no address."""
    for address in workers:
        host, _, port = address.rpartition(":")
        if not host or not port.isdigit():
            raise Failure(f"--worker is HOST:PORT, not {address!r}", WRONG_USAGE)
    note = running.read(settings.data)
    if note is None or not running.is_up(note):
        return Place(settings, None, tuple(workers), look_s)
    found = msgspec.structs.replace(settings, store_port=note.store_port)
    if not settings.kafka:
        found = msgspec.structs.replace(found, kafka=note.kafka, partitions=note.partitions)
    return Place(found, note, tuple(workers), look_s)
