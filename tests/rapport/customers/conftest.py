"""Stores with a story in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.migrate import migrate
from tests.rapport.customers.shop import Shop
from tests.sinks.conftest import clickhouse_server, old_store

__all__ = ["clickhouse_server", "old_store", "shop"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Empty; the tests of a module share it, each with customers of its own."""
    store = EmbeddedStore(tmp_path_factory.mktemp("shop") / "clickhouse")
    migrate(store)
    yield Shop(store)
    store.close()
