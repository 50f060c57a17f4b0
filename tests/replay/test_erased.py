"""Verifying after an erasure: everything about somebody is compared, and what counted the erased is said not to be."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from rapport.erasing import tell
from rapport.knowing import read_knowledge
from rapport.settings import Settings
from replay.run import Summary, run
from schemas import topics
from schemas.codec import encode_touchpoint
from schemas.records import EVERYONE
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from sinks.store.sql import SqlServer
from streams.app.clock import tick
from tests.rapport.test_erasing import NOON, PARTITIONS, SETTINGS, WORDS, Shop

MINUTE = 60_000


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[tuple[Shop, Settings]]:
    """A line whose minutes pass, its store, and the settings by which a replay reads that."""
    store = EmbeddedStore(tmp_path / "clickhouse")
    migrate(store)
    door = SqlServer(0, "token", store, lambda: {"well": True})
    threading.Thread(target=door.serve_forever, daemon=True).start()
    settings = msgspec.structs.replace(SETTINGS, data=tmp_path / "data", store_port=door.port, store_token="token")
    yield Shop(store, tmp_path), settings
    door.shutdown()
    door.server_close()
    store.close()


def said_by(shop: Shop, *customers: str) -> None:
    for customer in customers:
        shop.take(WORDS | {"identifiers": {"customer_id": customer}})


def passes(shop: Shop, minutes: int) -> None:
    for minute in range(minutes):
        for partition in range(PARTITIONS):
            body = encode_touchpoint(tick(NOON + minute * MINUTE, partition, PARTITIONS))
            shop.log.send(topics.RAW, partition, EVERYONE.encode(), body)
    shop.settle()


def verified(settings: Settings, jobs: int) -> tuple[Summary, str]:
    summary = run(["archive"], settings, read_knowledge(settings), compare="live", jobs=jobs)
    shown = io.StringIO()
    summary.print_differences(Console(file=shown, width=10_000))
    return summary, shown.getvalue()


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_counted_the_erased_is_said_not_to_be_compared(archive: tuple[Shop, Settings], jobs: int) -> None:
    shop, settings = archive
    said_by(shop, "anna", "ben", "carl", "dora", "emil")
    passes(shop, 90)
    whole, _ = verified(settings, jobs)
    assert (whole.different, whole.to_json()["differences"]["not_compared"]) == (False, {})

    tell(shop.log, ("anna",))
    passes(shop, 120)
    said_by(shop, "ben", "finn")
    passes(shop, 150)
    without, shown = verified(settings, jobs)
    told = without.to_json()
    assert not without.different, told["differences"]
    assert told["missing"] == 2, "what she said, and that she is erased"
    assert set(told["differences"]["not_compared"]) == {"measure"}
    assert told["differences"]["same"] > whole.to_json()["differences"]["same"] / 2
    assert "they counted records that the log has no more (a customer was erased" in shown
