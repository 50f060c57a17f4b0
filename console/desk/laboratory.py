"""Replay runs that somebody starts from the console: a process of their own, as on the command line, one at a time."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from deploy.local import processes
from rapport.settings import Settings, environment_of
from replay import keeping

SOURCES: Final = ("archive", "kafka")
KEPT: Final = 20
"""Runs of this console that are remembered; what they say is kept as every run that is kept."""
LAST_BYTES: Final = 2_000


class Busy(Exception):
    """One is running already."""


class Going(msgspec.Struct):
    """A run that was started here. `ended` is its exit status, None while it goes on."""

    id: str
    by: str
    source: str
    changes: tuple[str, ...]
    at: int
    log: Path
    ended: int | None = None

    @property
    def last(self) -> str:
        """The last that it said."""
        try:
            return self.log.read_bytes()[-LAST_BYTES:].decode("utf-8", "replace").strip()
        except OSError:
            return ""


class Laboratory:
    """Starts them, and knows those that it has started."""

    def __init__(self) -> None:
        self._runs: dict[str, Going] = {}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, settings: Settings, by: str, source: str, changes: Sequence[str]) -> Going:
        """By the rules as they stand, with these changes; `Busy` while another one goes on."""
        if any(each.ended is None for each in self.runs()):
            raise Busy
        folder = keeping.shelf(settings.data)
        folder.mkdir(parents=True, exist_ok=True)
        name = secrets.token_hex(4)
        going = Going(name, by, source, tuple(changes), time.time_ns() // 1_000_000, folder / f"console-{name}.log")
        words = ["replay", "run", source, "--keep"]
        for each in changes:
            words += ["--set", each]
        command = [sys.executable, "-m", "rapport.cli", *words]
        self._process = processes.start(command, going.log, environment_of(settings))
        self._runs[name] = going
        while len(self._runs) > KEPT:
            del self._runs[next(iter(self._runs))]
        return going

    def runs(self) -> list[Going]:
        """Those that were started here, the last one first."""
        found = list(self._runs.values())[::-1]
        if self._process is not None and found and found[0].ended is None:
            found[0].ended = self._process.poll()
        return found
