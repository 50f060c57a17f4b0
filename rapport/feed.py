"""What `up` feeds: the example, a file, or nothing; a process whose words are passed on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rapport.failure import WRONG_USAGE, Failure
from rapport.supervision import Command

EXAMPLE: Final = "example"
NONE: Final = "none"


class Feed:
    """Checked when it is made; started, listened to and stopped by `up`. It is not started again when it ends."""

    def __init__(self, name: str, data: Path) -> None:
        self._name = name
        self._log = data / "logs" / "feed.log"
        self._read = 0
        self._command: Command | None = None
        if name not in (EXAMPLE, NONE) and not Path(name).is_file():
            raise Failure(f"{name} is no file; feed a file of touchpoints, {EXAMPLE!r} or {NONE!r}", WRONG_USAGE)

    def start(self, env: Mapping[str, str]) -> None:
        if self._name == NONE:
            return
        words = ("example",) if self._name == EXAMPLE else ("send", str(Path(self._name).resolve()))
        self._log.unlink(missing_ok=True)
        self._command = Command("feed", words, self._log, env)
        self._command.start()

    def news(self) -> list[str]:
        """What it has said since the last call, and once that it has ended."""
        if self._command is None:
            return []
        how = self._command.died()
        said = self._said()
        if how is not None:
            self._command.stop()
            self._command = None
            said.append("feed: done" if how == "exit status 0" else f"feed: ended with {how}; log {self._log}")
        return said

    def stop(self) -> None:
        if self._command is not None:
            self._command.stop()

    def _said(self) -> list[str]:
        with self._log.open("rb") as log:
            log.seek(self._read)
            whole, newline, _ = log.read().rpartition(b"\n")
        self._read += len(whole) + len(newline)
        return [f"feed: {line}" for line in whole.decode(errors="replace").splitlines() if line.strip()]
