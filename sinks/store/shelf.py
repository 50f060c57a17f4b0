"""The store takes up the runs that replays leave in the data folder, and tells how the last verification ended."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from sinks import metrics
from sinks.clickhouse import runs
from sinks.clickhouse.client import Store, StoreError

EVERY_S: Final = 5.0

log = logging.getLogger(__name__)


def watch(store: Store, folder: Path, stop: threading.Event, every_s: float = EVERY_S) -> None:
    """Until `stop`. What does not go is said once and tried again: no run of replay holds up the line."""
    said = ""
    while not stop.wait(every_s):
        try:
            look(store, folder)
            said = ""
        except (StoreError, OSError, ValueError) as error:
            if str(error) != said:
                said = str(error)
                log.warning("runs of replay wait in %s: %s", folder, error)


def look(store: Store, folder: Path) -> None:
    """Once."""
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        if each.is_dir():
            runs.take(store, each)
    found = runs.verified(store)
    if found is not None:
        at, differences = found
        metrics.VERIFIED.set(at)
        metrics.DIFFERENCES.set(differences)
