"""The broker of compose.yaml, for `rapport up` on a machine with Docker."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

from deploy.local.broker import free_port, taken
from deploy.local.jars import NoBroker

FILE: Final = Path(__file__).with_name("compose.yaml")
SERVICE: Final = "kafka"
NOTE: Final = "compose.json"

ANSWER_S: Final = 10.0
"""An engine that answers does so in a fraction of that."""
START_S: Final = 600
"""The first time its image is fetched (some 400 MB)."""
STOP_S: Final = 30
LOOK_S: Final = 5.0
"""Between two questions whether it runs: each costs a process."""


def available() -> str | None:
    """Why Docker Compose runs nothing here, or None if it can."""
    if shutil.which("docker") is None:
        return "no Docker on this machine"
    for words, lack in ((("info",), "Docker does not answer (`docker info`)"), (("compose", "version"), "no Compose")):
        try:
            done = subprocess.run(
                ["docker", *words], capture_output=True, timeout=ANSWER_S, check=False, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired):
            return lack
        if done.returncode != 0:
            return lack
    return None


class ComposeBroker:
    """One project of Compose a data folder: its volume is kept when it is stopped, and so is its port."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder.resolve()
        self._port = self._noted() or port or free_port()
        self._looked = 0.0
        self._ran = False

    @property
    def bootstrap(self) -> str:
        """`host:port`, as clients want it."""
        return f"127.0.0.1:{self._port}"

    @property
    def log(self) -> Path:
        """What Compose said; what the broker says: `docker compose logs`."""
        return self.folder / "compose.log"

    @property
    def pid(self) -> int | None:
        """The engine has it, not we."""
        return None

    @property
    def project(self) -> str:
        """The same for the same folder."""
        return f"rapport-{hashlib.blake2b(str(self.folder).encode(), digest_size=4).hexdigest()}"

    @property
    def running(self) -> bool:
        """As of the last `LOOK_S` seconds."""
        if time.monotonic() - self._looked > LOOK_S:
            done = self._compose("ps", "--status", "running", "--quiet", SERVICE)
            self._ran = done.returncode == 0 and bool(done.stdout.strip())
            self._looked = time.monotonic()
        return self._ran

    def start(self) -> None:
        """Until it is healthy. NoBroker with what Compose said."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.running and taken(self._port):
            raise NoBroker(f"port {self._port} of the broker in Docker is taken by another program; end it")
        done = self._compose("up", "--detach", "--wait", "--wait-timeout", str(START_S), SERVICE)
        if done.returncode != 0:
            self.stop()
            raise NoBroker(f"Docker Compose did not start {SERVICE}: {_last(done.stderr)}; its words: {self.log}")
        (self.folder / NOTE).write_text(json.dumps({"port": self._port, "project": self.project}))
        self._looked, self._ran = time.monotonic(), True

    def stop(self) -> None:
        """In order; the volume stays."""
        self._compose("stop", "--timeout", str(STOP_S), SERVICE)
        self._looked = 0.0

    def _noted(self) -> int:
        try:
            return int(json.loads((self.folder / NOTE).read_text())["port"])
        except (FileNotFoundError, ValueError, KeyError):
            return 0

    def _compose(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["docker", "compose", "--project-name", self.project, "--file", str(FILE), *words]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
            env={**os.environ, "KAFKA_PORT": str(self._port)}, start_new_session=True,
        )  # fmt: skip
        if done.stderr and self.folder.is_dir():
            with self.log.open("a") as log:
                log.write(done.stderr)
        return done


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it did not say why"
