"""Long-lived processes of one `up`: started, started again when they die, ended in order."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from deploy.local import processes
from deploy.local.jars import NoBroker
from rapport.running import Child

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
HEALTHY_S: Final = 60.0
"""Who has run so long starts again without a pause when it dies."""
STOP_S: Final = 35.0
"""A worker finishes its chunks and leaves its group; that takes up to half a minute."""


class Running(Protocol):
    """What can be supervised."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def child(self) -> Child | None: ...
    def start(self) -> None: ...
    def died(self) -> str | None: ...
    def stop(self) -> None: ...


class Command:
    """A `rapport` command as a process of its own, its output in a log file."""

    def __init__(self, name: str, words: tuple[str, ...], log: Path, env: Mapping[str, str], port: int = 0) -> None:
        """`port`: at which it answers `/metrics` on this machine; 0: at none."""
        self.name = name
        self.log = log
        self._command = (sys.executable, "-m", "rapport.cli", *words)
        self._env = env
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def child(self) -> Child | None:
        if self._process is None:
            return None
        return Child(self.name, self._process.pid, " ".join(self._command[2:]), self._port)

    def start(self) -> None:
        self._process = processes.start(self._command, self.log, self._env)

    def died(self) -> str | None:
        """How it ended, or None while it runs."""
        status = None if self._process is None else self._process.poll()
        if status is None:
            return None
        return f"exit status {status}" if status >= 0 else f"killed by signal {-status}"

    def stop(self) -> None:
        if self._process is not None:
            if self._process.poll() is None:
                processes.end(self._process.pid, STOP_S)
            self._process.wait()
            self._process = None


class AnyBroker(Protocol):
    """A broker of our own, however it is run."""

    folder: Path

    @property
    def log(self) -> Path: ...
    @property
    def pid(self) -> int | None: ...
    @property
    def running(self) -> bool: ...
    def start(self) -> object: ...
    def stop(self) -> None: ...


class OwnBroker:
    """A broker of our own as something that is supervised."""

    name = "broker"

    def __init__(self, broker: AnyBroker) -> None:
        self._broker = broker
        self.log = broker.log

    @property
    def child(self) -> Child | None:
        pid = self._broker.pid
        return None if pid is None else Child(self.name, pid, str(self._broker.folder))

    def start(self) -> None:
        self._broker.start()

    def died(self) -> str | None:
        return None if self._broker.running else "it is gone"

    def stop(self) -> None:
        self._broker.stop()


@dataclass(slots=True)
class _Watched:
    process: Running
    since: float
    pause_s: float = FIRST_PAUSE_S
    again_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Watches what was started through it. Not for several threads: the kernel ties children to the thread."""

    say: Callable[[str], None]
    changed: Callable[[tuple[Child, ...]], None]
    """Told of the processes that run, in the order of starting, whenever that changes."""
    clock: Callable[[], float] = time.monotonic
    _watched: list[_Watched] = field(default_factory=list)

    def start(self, process: Running) -> None:
        """Start it and keep it running; raises what its start raises."""
        self._watched.append(_Watched(process, self.clock()))
        try:
            process.start()
        except NoBroker:  # it does not run, and somebody may know another
            self._watched.pop()
            raise
        self._tell()

    def look(self) -> None:
        """Start again what has died, each after its pause: one second, then twice as long each time, up to thirty."""
        now = self.clock()
        for watched in self._watched:
            if watched.again_at is not None:
                if now >= watched.again_at:
                    self._again(watched)
            elif (how := watched.process.died()) is not None:
                self._mourn(watched, how, now)

    def stop(self) -> None:
        """End all of them, the last started first."""
        while self._watched:
            watched = self._watched.pop()
            self.say(f"stopping {watched.process.name}")
            watched.process.stop()
            self._tell()

    def _mourn(self, watched: _Watched, how: str, now: float) -> None:
        healthy = now - watched.since > HEALTHY_S
        pause = 0.0 if healthy else watched.pause_s
        watched.pause_s = FIRST_PAUSE_S if healthy else min(2 * watched.pause_s, LONGEST_PAUSE_S)
        watched.again_at = now + pause
        again = f"again in {pause:.0f} s" if pause else "again at once"
        last = "".join(f"\n    {line}" for line in last_lines(watched.process.log))
        self.say(f"{watched.process.name} has ended ({how}); {again}; log {watched.process.log}{last}")

    def _again(self, watched: _Watched) -> None:
        watched.again_at = None
        watched.since = self.clock()
        try:
            watched.process.start()
        except NoBroker as error:
            self.say(str(error))
        self._tell()

    def _tell(self) -> None:
        self.changed(tuple(child for watched in self._watched if (child := watched.process.child) is not None))


def last_lines(log: Path, count: int = 3) -> list[str]:
    """The end of a log that may not be there yet."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4000))
            return [line for line in file.read().decode(errors="replace").splitlines() if line.strip()][-count:]
    except FileNotFoundError:
        return []
