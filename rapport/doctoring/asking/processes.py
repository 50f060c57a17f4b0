"""Questions to workers and store: their metrics, and what the machine says of them where they are silent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from rapport.doctoring.asking import machine
from rapport.doctoring.asking.http import Answer, get
from rapport.doctoring.scrape import Scrape, parse
from rapport.doctoring.store import StoreSeen
from rapport.doctoring.workers import WorkerSeen
from rapport.running import Child, Running
from rapport.settings import Settings

_HERE: Final = "127.0.0.1"
_STORE: Final = "store"
_WORKER: Final = "worker"
COMMITTED: Final = "rapport_sink_committed_timestamp_seconds"
"""Of `sinks/metrics.py`."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """A process and where it answers; `named` False: only guessed from the settings."""

    name: str
    address: str
    child: Child | None = None
    log: Path | None = None
    named: bool = True

    @property
    def process(self) -> str:
        return "" if self.child is None else machine.process(self.child.pid, self.child.mark)

    @property
    def started_s(self) -> float | None:
        """How long ago the `up` that runs here started it; None where none did, or it is gone."""
        return None if self.child is None else machine.age(self.child.pid, self.child.mark)

    @property
    def last_words(self) -> str:
        return "" if self.log is None else machine.last_words(self.log)


def workers(settings: Settings, named: Sequence[str], note: Running | None) -> list[Addressed]:
    """Those that were named; else those of the `up` that runs; else those that the settings would make here.

    A worker without metrics has an empty address.
    """
    if named:
        return [Addressed(f"worker at {address}", address) for address in named]
    if note is not None:
        children = [child for child in note.children if child.name.startswith(_WORKER)]
        return [Addressed(c.name, f"{_HERE}:{c.port}" if c.port else "", c, _log(settings, c)) for c in children]
    port = settings.metrics_port
    ports = [port + number for number in range(settings.workers)] if port else [0]
    return [Addressed(f"worker-{n}", f"{_HERE}:{p}" if p else "", named=False) for n, p in enumerate(ports, start=1)]


def store(settings: Settings, note: Running | None) -> Addressed:
    """The store's process; `settings` are those of the `up` that runs, if one does."""
    child = None if note is None else next((each for each in note.children if each.name == _STORE), None)
    log = None if child is None else _log(settings, child)
    return Addressed(_STORE, f"{_HERE}:{settings.store_port}", child, log, named=child is not None)


def scrapes(workers: Sequence[Addressed]) -> dict[str, Answer]:
    """`/metrics` of each, by address."""
    return {each.address: get(each.address, "/metrics") for each in workers if each.address}


def worker_seen(worker: Addressed, first: Answer, second: Answer) -> WorkerSeen:
    scraped = _scrape(second)
    seen = WorkerSeen(
        worker.name, worker.address, _scrape(first), scraped, process=worker.process, named=worker.named, at=time.time()
    )
    if scraped is not None:
        return seen
    error = second.error or f"its answer, status {second.status}, is no metrics"
    return WorkerSeen(
        worker.name, worker.address, error=error, silent=second.silent, process=worker.process,
        last_words=worker.last_words, named=worker.named, supervised=worker.child is not None,
        started_s=worker.started_s,
    )  # fmt: skip


class _Health(msgspec.Struct):
    """What the store says of itself; a program of another version may say less."""

    sink: str
    store: str
    away: str = ""
    cause: str = ""


def store_seen(place: Addressed, now: float) -> tuple[StoreSeen, int | None]:
    """Health and metrics, without its unread records; and its clock, milliseconds."""
    answer = get(place.address, "/health")
    try:
        health = msgspec.json.decode(answer.body, type=_Health)
    except msgspec.DecodeError:
        error = answer.error or f"status {answer.status}: no health of a store"
        absent = StoreSeen(
            place.address, error, answer.silent, now=now, named=place.named, process=place.process,
            last_words=place.last_words, started_s=place.started_s,
        )  # fmt: skip
        return absent, None
    scrape = _scrape(get(place.address, "/metrics"))
    committed = 0.0 if scrape is None else scrape.total(COMMITTED)
    seen = StoreSeen(
        place.address, state=health.sink, where=health.store, away=health.away, cause=health.cause,
        committed_at=committed, now=now, named=place.named,
    )  # fmt: skip
    return seen, answer.date_ms


def _log(settings: Settings, child: Child) -> Path:
    return settings.data / "logs" / f"{child.name}.log"


def _scrape(answer: Answer) -> Scrape | None:
    if answer.status != 200:
        return None
    try:
        return parse(answer.body)
    except ValueError:
        return None
