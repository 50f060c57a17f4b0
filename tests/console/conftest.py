from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.furnished import SAID, Runs, Shop, kept_run
from tests.console.world import World, alert, signal


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return kept_run(tmp_path_factory.mktemp("runs"), SAID)


@pytest.fixture
def furnished(tmp_path: Path, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    found = Shop(tmp_path, runs, monkeypatch)
    yield found
    found.world.close()


@pytest.fixture
def shop(world: World) -> World:
    """Tom, of one team, and an alert of his and of another one."""
    world.join("tom", "agent", ("agent-desk",))
    world.hear(signal(), alert(), signal("s1"), alert("s1", "store"))
    return world


@pytest.fixture
def desk(world: World) -> World:
    """Tom and Ann, of one team, and an alert of theirs."""
    world.join("tom", "agent", ("agent-desk",))
    world.join("ann", "agent", ("agent-desk",))
    world.hear(signal(), alert())
    return world
