"""What a process tells of what it stands on."""

from __future__ import annotations

import shutil
from pathlib import Path

from prometheus_client import REGISTRY

from rapport.metrics import watch_surroundings
from rapport.settings import Settings
from schemas import topics


def test_disk_and_retention_of_what_is_read(tmp_path: Path) -> None:
    watch_surroundings(Settings(data=tmp_path / "not" / "yet"), (topics.RAW, topics.CUSTOMERS))
    assert REGISTRY.get_sample_value("rapport_disk_size_bytes") == shutil.disk_usage(tmp_path).total
    free = REGISTRY.get_sample_value("rapport_disk_free_bytes")
    assert free is not None
    assert free > 0
    assert REGISTRY.get_sample_value("rapport_retention_seconds", {"topic": topics.RAW}) == 7 * 86_400
    kept_for_ever = REGISTRY.get_sample_value("rapport_retention_seconds", {"topic": topics.CUSTOMERS})
    assert kept_for_ever is None


def test_without_tls_there_is_no_certificate() -> None:
    watch_surroundings(Settings(), ())
    (family,) = [each for each in REGISTRY.collect() if each.name.startswith("rapport_tls_certificate")]
    assert family.samples == []
