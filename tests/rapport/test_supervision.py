"""What `up` keeps running: started again after its pause, ended last first."""

from __future__ import annotations

from pathlib import Path

import pytest

from rapport.running import Child
from rapport.supervision import HEALTHY_S, LONGEST_PAUSE_S, Supervisor, last_lines


class Mortal:
    """A process that dies when it is told to."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self.starts = 0
        self.how: str | None = None
        self.runs = False

    @property
    def child(self) -> Child | None:
        return Child(self.name, self.starts, self.name) if self.runs else None

    def start(self) -> None:
        self.starts += 1
        self.how = None
        self.runs = True

    def died(self) -> str | None:
        return self.how

    def stop(self) -> None:
        self.runs = False

    def die(self) -> None:
        self.how, self.runs = "exit status 1", False


class World:
    """A supervisor, its clock, and what it said and told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.told: list[tuple[str, ...]] = []
        self.supervisor = Supervisor(self.said.append, self._changed, lambda: self.now)

    def _changed(self, children: tuple[Child, ...]) -> None:
        self.told.append(tuple(child.name for child in children))

    def pause_after_death(self, process: Mortal) -> float:
        """Seconds until it runs again."""
        before, starts = self.now, process.starts
        process.die()
        self.supervisor.look()
        while process.starts == starts:
            self.now += 0.5
            self.supervisor.look()
        return self.now - before


@pytest.fixture
def world() -> World:
    return World()


def test_pauses_grow_up_to_a_bound(world: World, tmp_path: Path) -> None:
    process = Mortal("worker", tmp_path / "log")
    world.supervisor.start(process)
    assert [world.pause_after_death(process) for _ in range(7)] == [1, 2, 4, 8, 16, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


def test_who_was_healthy_for_long_comes_back_at_once(world: World, tmp_path: Path) -> None:
    process = Mortal("worker", tmp_path / "log")
    world.supervisor.start(process)
    for _ in range(4):
        world.pause_after_death(process)
    world.now += HEALTHY_S + 1
    assert world.pause_after_death(process) <= 0.5
    assert world.pause_after_death(process) == 1


def test_who_comes_back_at_once_is_told_so(world: World, tmp_path: Path) -> None:
    process = Mortal("worker", tmp_path / "log")
    world.supervisor.start(process)
    world.now += HEALTHY_S + 1
    world.pause_after_death(process)
    assert world.said[0].startswith("worker has ended (exit status 1); again at once; log ")


def test_a_death_is_told_with_the_end_of_the_log(world: World, tmp_path: Path) -> None:
    process = Mortal("store", tmp_path / "log")
    process.log.write_text("first\n\nsecond\nthird\nlast\n")
    world.supervisor.start(process)
    world.pause_after_death(process)
    assert world.said == [
        f"store has ended (exit status 1); again in 1 s; log {process.log}\n    second\n    third\n    last"
    ]


def test_the_last_started_ends_first(world: World, tmp_path: Path) -> None:
    for name in ("broker", "store", "worker"):
        world.supervisor.start(Mortal(name, tmp_path / name))
    world.supervisor.stop()
    assert world.said == ["stopping worker", "stopping store", "stopping broker"]
    assert world.told[-4:] == [("broker", "store", "worker"), ("broker", "store"), ("broker",), ()]


def test_a_log_that_is_not_there_has_no_end(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none") == []
