"""Which broker `up` starts, with a `docker` of the test that notes what it is asked; no engine runs here."""

from __future__ import annotations

import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.compose import broker as compose
from deploy.compose.broker import ComposeBroker
from deploy.local import jars
from deploy.local.broker import Broker
from deploy.local.jars import NoBroker
from rapport import brokers
from rapport.failure import Failure
from rapport.settings import Settings
from rapport.supervision import Supervisor

DOCKER = """\
#!{python}
import os, pathlib, sys
place = pathlib.Path({place!r})
words = sys.argv[1:]
with (place / "asked").open("a") as asked:
    print(*words, "KAFKA_PORT=" + os.environ.get("KAFKA_PORT", ""), file=asked)
fails = (place / "fails").read_text().split() if (place / "fails").exists() else []
verb = words[0] if len(words) == 1 else words[1] if len(words) == 2 else words[5]
if verb in fails:
    sys.exit("manifest unknown")
if verb == "up":
    (place / "runs").touch()
if verb == "stop":
    (place / "runs").unlink(missing_ok=True)
if verb == "ps" and (place / "runs").exists():
    print("4f3a")
"""


class Docker:
    """What the `docker` of the test was asked, and what it shall fail at."""

    def __init__(self, place: Path) -> None:
        self.place = place
        program = place / "docker"
        program.write_text(DOCKER.format(python=sys.executable, place=str(place)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    def fails_at(self, *verbs: str) -> None:
        (self.place / "fails").write_text(" ".join(verbs))

    def asked(self) -> list[str]:
        file = self.place / "asked"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", str(place))  # nothing else is there: no Java
    return Docker(place)


@pytest.fixture
def java(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders on which a broker on the JVM was started, which is tested elsewhere."""
    started: list[Path] = []

    def start(broker: Broker, within_s: float = 0.0) -> Broker:
        started.append(broker.folder)
        return broker

    monkeypatch.setattr(jars, "available", lambda: None)
    monkeypatch.setattr(Broker, "start", start)
    return started


def settings(folder: Path, broker: Any = "auto") -> Settings:
    return Settings(data=folder / "data", broker=broker)


def begun(chosen: Settings, said: list[str]) -> tuple[brokers.Started, Supervisor]:
    supervisor = Supervisor(said.append, lambda _: None)
    return brokers.start(chosen, supervisor.start, said.append), supervisor


def test_docker_is_taken_where_it_answers_and_ended_with_the_rest(
    docker: Docker, java: list[Path], tmp_path: Path
) -> None:
    chosen, said = settings(tmp_path), list[str]()
    assert brokers.lacking(chosen) is None
    found, supervisor = begun(chosen, said)
    assert "in Docker" in found.what
    port = found.bootstrap.removeprefix("127.0.0.1:")
    (up,) = [words for words in docker.asked() if " up " in words]
    assert f"--file {compose.FILE} up --detach --wait" in up
    assert up.endswith(f"kafka KAFKA_PORT={port}")
    supervisor.stop()
    assert " stop --timeout 30 kafka" in docker.asked()[-1]
    assert java == []
    again, _ = begun(chosen, said)
    assert again == found, "the same project, and the same port"


def test_a_broker_that_was_stopped_from_outside_is_noticed(docker: Docker, tmp_path: Path) -> None:
    broker = ComposeBroker(tmp_path / "kafka")
    broker.start()
    assert broker.running
    broker.stop()
    assert not broker.running


@pytest.mark.parametrize("lacks", ["info", "version"])
def test_a_docker_that_does_not_answer_or_has_no_compose_is_passed_over(
    docker: Docker, java: list[Path], lacks: str, tmp_path: Path
) -> None:
    docker.fails_at(lacks)
    found, _ = begun(settings(tmp_path), [])
    assert java == [tmp_path / "data" / "kafka"]
    assert "in Docker" not in found.what


def test_an_image_that_cannot_be_had_leaves_java(docker: Docker, java: list[Path], tmp_path: Path) -> None:
    docker.fails_at("up")
    said: list[str] = []
    begun(settings(tmp_path), said)
    assert len(java) == 1
    assert "manifest unknown" in said[0]
    assert said[0].endswith("so it is a broker on the local JVM")


def test_who_asked_for_docker_gets_nothing_else(docker: Docker, java: list[Path], tmp_path: Path) -> None:
    docker.fails_at("up")
    with pytest.raises(NoBroker, match="manifest unknown"):
        begun(settings(tmp_path, "docker"), [])
    docker.fails_at("info")
    with pytest.raises(Failure, match=r"RAPPORT_BROKER is docker, but there is: Docker does not answer .*start Docker"):
        brokers.lacking(settings(tmp_path, "docker"))
    assert java == []


def test_who_asked_for_java_gets_nothing_else(docker: Docker, java: list[Path], tmp_path: Path) -> None:
    begun(settings(tmp_path, "java"), [])
    assert (len(java), docker.asked()) == (1, [])


def test_a_folder_stays_with_the_broker_that_has_its_data(docker: Docker, java: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "data" / "kafka"
    folder.mkdir(parents=True)
    (folder / "broker.json").write_text("{}")
    begun(settings(tmp_path), [])
    assert len(java) == 1
    with pytest.raises(Failure, match="runs by java, and its data are there"):
        brokers.lacking(settings(tmp_path, "docker"))
    (folder / "broker.json").unlink()
    (folder / compose.NOTE).write_text('{"port": 9092}')
    docker.fails_at("info")
    with pytest.raises(Failure, match="runs by docker, but there is: Docker does not answer"):
        brokers.lacking(settings(tmp_path))


def test_with_neither_it_is_one_process(docker: Docker, tmp_path: Path) -> None:
    docker.fails_at("info")
    assert "no Java" in (brokers.lacking(settings(tmp_path)) or "")
    with pytest.raises(Failure, match="RAPPORT_BROKER is java, but there is no Java"):
        brokers.lacking(settings(tmp_path, "java"))
