"""Which broker of our own `rapport up` starts: in Docker where there is Docker, else on the local JVM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.compose import broker as compose
from deploy.compose.broker import ComposeBroker
from deploy.local import jars
from deploy.local.broker import Broker, taken
from deploy.local.jars import NoBroker
from rapport.failure import Failure
from rapport.settings import Settings
from rapport.supervision import OwnBroker

USUAL_PORT: Final = 9092


@dataclass(frozen=True, slots=True)
class Started:
    """`what` says to a person what runs, and where its data are."""

    bootstrap: str
    what: str


def lacking(settings: Settings) -> str | None:
    """Why no broker of our own can run here, with the remedy; None if one can.

    Failure where the one that the settings, or the data of an earlier run, name cannot.
    """
    if _kind(settings) == "docker":
        return None
    lack = jars.available()
    if lack is not None and settings.broker == "java":
        raise Failure(f"RAPPORT_BROKER is java, but there is {lack}")
    return lack


def start(settings: Settings, begin: Callable[[OwnBroker], None], say: Callable[[str], None]) -> Started:
    """`begin` starts it and keeps it running. NoBroker if it does not start.

    The first time Docker may be there and not give a broker (no network for the image): then Java's, if nobody
    asked for Docker's. A folder that has data of one kind stays with it.
    """
    folder = settings.data / "kafka"
    if _kind(settings) == "docker":
        fresh = _data_of(folder) is None
        try:
            return _in_docker(folder, begin)
        except NoBroker as error:
            if not fresh or settings.broker == "docker" or jars.available() is not None:
                raise
            say(f"{error}; so it is a broker on the local JVM")
    return _on_java(folder, begin, say)


def _in_docker(folder: Path, begin: Callable[[OwnBroker], None]) -> Started:
    broker = ComposeBroker(folder, 0 if taken(USUAL_PORT) else USUAL_PORT)
    begin(OwnBroker(broker))
    return Started(broker.bootstrap, f"our own broker, in Docker, project {broker.project}")


def _on_java(folder: Path, begin: Callable[[OwnBroker], None], say: Callable[[str], None]) -> Started:
    broker = Broker(folder, say=say, preferred=USUAL_PORT)
    begin(OwnBroker(broker))
    return Started(broker.bootstrap, f"our own broker, data in {folder}")


def _kind(settings: Settings) -> str:
    there = _data_of(settings.data / "kafka")
    wanted = settings.broker
    if there is not None and wanted not in ("auto", there):
        raise Failure(
            f"RAPPORT_BROKER is {wanted}, but the broker of {settings.data} runs by {there}, and its data are there:"
            f" leave RAPPORT_BROKER empty, or set RAPPORT_DATA to another folder"
        )
    if wanted == "java" or there == "java":
        return "java"
    lack = compose.available()
    if lack is None:
        return "docker"
    if "docker" in (wanted, there):
        why = "RAPPORT_BROKER is docker" if wanted == "docker" else f"the broker of {settings.data} runs by docker"
        raise Failure(f"{why}, but there is: {lack}; start Docker, or set RAPPORT_DATA to another folder")
    return "java"


def _data_of(folder: Path) -> str | None:
    """By what the broker whose data these are was run."""
    if (folder / compose.NOTE).exists():
        return "docker"
    return "java" if (folder / "broker.json").exists() else None
