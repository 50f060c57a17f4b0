"""One broker and one authority for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.security.certificates import Authority
from tests.security.guarded import Guarded


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A running broker behind every kind of listener."""
    made = Guarded(tmp_path_factory.mktemp("guarded"))
    made.broker.start()
    yield made
    made.broker.stop()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who signs the certificates of ClickHouse servers."""
    return Authority(tmp_path_factory.mktemp("authority"), "authority")
