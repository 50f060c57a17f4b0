"""Where an interrupted `send` or `import` stands, so that it goes on exactly there."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

import msgspec

from producers.delivery import Writer

VERSION = 2


class Position(msgspec.Struct):
    """Everything up to `items` is acknowledged; what `writer` sent after it can only lie behind `offsets`."""

    version: int
    inputs: list[tuple[str, int, int]]
    topic_ids: dict[str, str]
    offsets: dict[str, dict[int, int]]
    writer: Writer
    items: int = 0
    counts: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    memo: dict[str, str] = msgspec.field(default_factory=dict)


class CheckpointRefused(Exception):
    """The checkpoint does not fit the input. Names the file, the difference and the remedy."""


class Checkpoint:
    """The file of one run over one list of inputs; locked, so that two processes never send the same input at once.

    Used as a context: `open` is the position to go on from, `save` replaces the file
    at once or not at all, `forget` deletes it, `done` its lock, too.
    """

    def __init__(self, folder: Path, purpose: str, paths: Sequence[str]) -> None:
        self._paths = [str(Path(path).resolve()) for path in paths]
        name = hashlib.blake2b("\0".join([purpose, *self._paths]).encode(), digest_size=12).hexdigest()
        self.path = folder / f"{name}.json"
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> Checkpoint:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = self.path.with_suffix(".lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise CheckpointRefused(f"{', '.join(self._paths)}: another process is sending this just now") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.close()

    def inputs(self) -> list[tuple[str, int, int]]:
        """Path, size and time of change of each input: enough to see that it is still the same."""
        found = [(path, Path(path).stat()) for path in self._paths]
        return [(path, stat.st_size, stat.st_mtime_ns) for path, stat in found]

    def load(self, topic_ids: Mapping[str, str]) -> Position | None:
        """The position to go on from; None where there is none for this log. `CheckpointRefused` if the input changed.

        In a log made anew nothing of the earlier run is left, so there it begins from the beginning.
        """
        if not self.path.exists():
            return None
        remedy = "`--restart` forgets the checkpoint and sends everything from the beginning."
        try:
            found = msgspec.json.decode(self.path.read_bytes(), type=Position)
        except msgspec.MsgspecError as error:
            raise CheckpointRefused(f"{self.path}: not a checkpoint ({error}). {remedy}") from error
        if found.version != VERSION:
            raise CheckpointRefused(f"{self.path}: version {found.version}, this program reads {VERSION}. {remedy}")
        if found.topic_ids != dict(topic_ids):
            return None
        if found.inputs != self.inputs():
            raise CheckpointRefused(f"{self.path}: the input changed since the interrupted run. {remedy}")
        return found

    def save(self, position: Position) -> None:
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(position))
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.path)

    def forget(self) -> None:
        """Begin from the beginning, with the input still locked."""
        self.path.unlink(missing_ok=True)

    def done(self) -> None:
        """All of it is sent: nothing is left to lock."""
        self.forget()
        self.path.with_suffix(".lock").unlink(missing_ok=True)
