"""What an importer of a foreign data set is, and how its lines become one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import msgspec

from producers.checkpoint import Checkpoint
from producers.counts import Counts
from producers.delivery import Producer, wall_clock
from producers.feed import Run, Watcher, feed, unwatched
from producers.lines import STANDARD_INPUT, Lines, UnreadableInput
from producers.pipeline import Incoming
from schemas import topics
from schemas.contract import Fault
from schemas.keys import IdentityKey
from schemas.records import Touchpoint

LINE_DIGITS = 12
DAY_MS = 86_400_000
CLOCK_CHANGE_MS = 3_600_000
_SHIFT = "shift_days"


class Importer(Protocol):
    """Makes one touchpoint of each line of a foreign file, and says so of every line that it can't."""

    @property
    def name(self) -> str: ...

    @property
    def attribution(self) -> str:
        """Whose data it is and under which licence."""
        ...

    @property
    def header(self) -> str:
        """The first line of every file, which is no record."""
        ...

    def at(self, line: bytes, shift_days: int) -> int | None:
        """When the line happened, so many days later, in milliseconds; None where that can't be read."""
        ...

    def day(self, at: int) -> int:
        """The local day of a moment, as an ordinal (0001-01-01 is 1)."""
        ...

    def touchpoint(self, line: bytes, event_id: str, shift_days: int, history: str | None) -> Touchpoint | Fault: ...


@dataclass(frozen=True, slots=True)
class Mode:
    """How time is to be understood: as it is and live, as history, or rebased to now (both together, too)."""

    history: bool = False
    rebase: bool = False


def import_files(
    importer: Importer,
    files: Sequence[Lines],
    mode: Mode,
    producer: Producer,
    identity: IdentityKey,
    checkpoints: Path,
    watch: Watcher = unwatched,
    restart: bool = False,
    say: Callable[[str], None] = lambda text: None,
    clock: Callable[[], int] = wall_clock,
) -> Counts:
    """Imports the files in the order given; interrupted, the next call goes on where it stood.

    History lies between `history.begun` and `history.ended` on every raw partition,
    under the run `<importer>:<file>`. What is done to the times is told to `say`.
    """
    paths = [file.path for file in files]
    if STANDARD_INPUT in paths:
        raise UnreadableInput("-: an import is resumed by file and line. Save standard input to a file first.")
    for file in files:
        _check_header(importer, file)

    def begin(memo: dict[str, str]) -> Iterable[Incoming]:
        if _SHIFT not in memo:
            memo[_SHIFT] = str(shift_to_today(importer, files, clock()) if mode.rebase else 0)
        shift = int(memo[_SHIFT])
        if mode.rebase:
            say(f"All times are moved {shift} days later: these touchpoints are not from today.")
        partitions = producer.partitions(topics.RAW)
        return chain.from_iterable(pieces(importer, file, shift, mode.history, partitions, clock) for file in files)

    purpose = f"import {importer.name} {'history' if mode.history else 'live'} {'rebased' if mode.rebase else ''}"
    return feed(Run(begin, Checkpoint(checkpoints, purpose, paths)), producer, identity, watch, restart)


def pieces(
    importer: Importer, file: Lines, shift: int, history: bool, partitions: int, clock: Callable[[], int]
) -> Iterator[Incoming]:
    """All of one file, in history between the marks of its run."""
    name = source_name(file.path)
    run = f"{importer.name}:{name}" if history else None
    if run is not None:
        yield from marks("begun", run, partitions, clock())
    for line in file:
        if line.number == 1:
            continue
        body = line.content
        if isinstance(body, bytes):
            event_id = f"{name}:{line.number:0{LINE_DIGITS}d}"
            yield Incoming(file.path, line.number, importer.touchpoint(body, event_id, shift, run))
        else:
            yield Incoming(file.path, line.number, body)
    if run is not None:
        yield from marks("ended", run, partitions, clock())


def marks(word: str, run: str, partitions: int, now: int) -> Iterator[Incoming]:
    """`history.begun` or `history.ended` of a run, one for every raw partition."""
    for partition in range(partitions):
        mark = Touchpoint(
            event_id=f"{run}:{word}:{partition}",
            type=f"history.{word}",
            occurred_at=now,
            occurred_offset=0,
            channel="system",
            initiator="company",
            properties=msgspec.json.encode({"run": run}).decode(),
        )
        yield Incoming(run, 0, mark, partition)


def source_name(path: str) -> str:
    """The file's name without folder and compression: the same before and after it is packed."""
    return Path(path).name.removesuffix(".gz")


def shift_to_today(importer: Importer, files: Sequence[Lines], now: int) -> int:
    """Days by which the last day becomes today; yesterday, if its last line would else lie in the future."""
    moments = (importer.at(line.content, 0) for file in files for line in file if isinstance(line.content, bytes))
    latest = max((moment for moment in moments if moment is not None), default=None)
    if latest is None:
        return 0
    shift = importer.day(now) - importer.day(latest)
    return shift if latest + shift * DAY_MS + CLOCK_CHANGE_MS <= now else shift - 1


def _check_header(importer: Importer, file: Lines) -> None:
    first = next(iter(file), None)
    found = first.content if first is not None and isinstance(first.content, bytes) else b""
    if found.decode("utf-8", "replace").strip() != importer.header:
        raise UnreadableInput(f"{file.path}:1: not {importer.name}: the first line is {importer.header}")
