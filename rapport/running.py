"""The note that `rapport up` leaves in its data folder, so that other commands find what it started."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from deploy.local import processes
from rapport.failure import Failure
from rapport.settings import Settings

_NOTE: Final = "up.json"
_END_S: Final = 15.0


class Child(msgspec.Struct, frozen=True):
    """A process that `up` started; its command line contains `mark`."""

    name: str
    pid: int
    mark: str
    port: int = 0
    """At which it answers `/metrics` on this machine; 0: at none."""


class Running(msgspec.Struct, frozen=True):
    """One `up`: its process, where its broker and store answer, what it started, in the order of starting."""

    pid: int
    kafka: str
    partitions: int
    store_port: int
    children: tuple[Child, ...] = ()


def here(kafka: str, partitions: int, store_port: int, children: tuple[Child, ...]) -> Running:
    """The note of this very process."""
    return Running(os.getpid(), kafka, partitions, store_port, children)


def write(data: Path, running: Running) -> None:
    """Leave the note; a reader sees the old one or the new one, never half of one."""
    part = data / f"{_NOTE}.part"
    part.write_bytes(msgspec.json.encode(running))
    part.replace(data / _NOTE)


def read(data: Path) -> Running | None:
    """The note as it stands, of a process that may be gone."""
    try:
        return msgspec.json.decode((data / _NOTE).read_bytes(), type=Running)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise Failure(f"{data / _NOTE} is no note of `rapport up` ({error}); delete it") from error


def remove(data: Path) -> None:
    (data / _NOTE).unlink(missing_ok=True)


def is_up(running: Running) -> bool:
    """Whether that very `up` still runs (its number may have gone to another program)."""
    named = "rapport" in processes.command_of(running.pid)
    return named and running.pid != os.getpid() and processes.alive(running.pid)


def clear_leftovers(data: Path) -> list[str]:
    """End what an `up` that was killed left running on this folder; their names.

    Failure if that `up` still runs: two of them cannot share a folder.
    """
    note = read(data)
    if note is None:
        return []
    if is_up(note):
        raise Failure(
            f"`rapport up` already runs on {data} (process {note.pid}); end it: `kill {note.pid}`. Or set RAPPORT_DATA"
            " to another folder for one beside it: ports that are taken it finds others for, and says which"
        )
    ended = []
    for child in reversed(note.children):
        if child.mark in processes.command_of(child.pid):
            processes.end(child.pid, _END_S)
            ended.append(child.name)
    remove(data)
    return ended


def located(settings: Settings) -> Settings:
    """As `near`. Failure when neither a Kafka is set nor an `up` runs."""
    settings = near(settings)
    if not settings.kafka:
        where = settings.data.absolute()
        raise Failure(f"no Kafka: nothing runs on {where} (start `rapport up`), and RAPPORT_KAFKA is not set")
    return settings


def near(settings: Settings) -> Settings:
    """The settings with the addresses of the `up` that runs on this data folder, if there is one, where none is set."""
    settings, note = with_store(settings), read(settings.data)
    if not settings.kafka and note is not None and is_up(note):
        return msgspec.structs.replace(settings, kafka=note.kafka, partitions=note.partitions)
    return settings


def with_store(settings: Settings) -> Settings:
    """The settings with the port at which the store of a running `up` answers, if there is one."""
    note = read(settings.data)
    if note is None or not is_up(note):
        return settings
    return msgspec.structs.replace(settings, store_port=note.store_port)
