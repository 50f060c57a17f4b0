"""How the records of a foreign data set become one run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Protocol

import msgspec

from producers.checkpoint import Checkpoint
from producers.counts import Counts
from producers.delivery import Producer, wall_clock
from producers.feed import Run, Watcher, feed, unwatched
from producers.importers.consent import Consent
from producers.importers.look import Look
from producers.importers.naming import Named, Names, source_name
from producers.lines import STANDARD_INPUT, Line, Lines, UnreadableInput
from producers.pipeline import Incoming
from schemas import topics
from schemas.contract import SKEW_MS
from schemas.faults import Fault, FieldFault
from schemas.keys import IdentityKey
from schemas.records import Touchpoint

LINE_DIGITS = 12
DAY_MS = 86_400_000
CLOCK_CHANGE_MS = 3_600_000
_SHIFT = "shift_days"
_NAME = "name"


class Importer(Protocol):
    """Makes touchpoints of the records of a file."""

    @property
    def name(self) -> str: ...
    @property
    def attribution(self) -> str: ...
    @property
    def fingerprint(self) -> str:
        """Another where the same record would become another touchpoint: an interrupted run is not taken up then."""

    def of(self, file: Lines) -> Importer:
        """The importer for this very file; UnreadableInput if it can't be one of its kind."""

    def records(self, file: Lines) -> Iterable[Line]:
        """The records of this file, without a header, under the numbers of their first lines."""

    def at(self, line: bytes, shift_days: int) -> int | None:
        """When a record was, moved by so many local days; None if it does not say."""

    def day(self, at: int) -> int:
        """The number of the local day of an instant."""

    def touchpoint(self, line: bytes, event_id: str, shift_days: int, history: str | None) -> Touchpoint | Fault:
        """A touchpoint that keeps `contract.md`, or why not."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How time is to be understood: as it is and live, as history, or rebased to now (both together, too).

    `consent` is what every customer of the file has agreed to, and why that is known; None: nothing is claimed.
    """

    history: bool = False
    rebase: bool = False
    consent: Consent | None = None

    @property
    def words(self) -> str:
        """The same for the same mode: part of what a checkpoint is known by."""
        consent = "" if self.consent is None else f" {self.consent}"
        return f"{'history' if self.history else 'live'} {'rebased' if self.rebase else ''}{consent}"


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
    under the run `<importer>:<file>`. What is done to the times, and what was imported before, is told to `say`.
    """
    paths = [file.path for file in files]
    _files_alone(files)
    bound = [(importer.of(file), file) for file in files]
    names, named = Names(checkpoints), list[Named]()
    for path in paths:
        named.append(names.of(path, named, clock()))

    def begin(memo: dict[str, str]) -> Iterable[Incoming]:
        if _SHIFT not in memo:
            memo[_SHIFT] = str(shift_to_today(bound, clock()) if mode.rebase else 0)
        shift = int(memo[_SHIFT])
        if mode.rebase:
            say(f"All times are moved {shift} days later: these touchpoints are not from today.")
        partitions = producer.partitions(topics.RAW)
        # The name that an interrupted run began with stays, whatever was imported under it meanwhile.
        named[:] = [
            each._replace(name=memo.setdefault(f"{_NAME} {path}", each.name))
            for path, each in zip(paths, named, strict=True)
        ]
        return chain.from_iterable(
            pieces(each, file, name, shift, mode, partitions, clock)
            for (each, file), (name, *_) in zip(bound, named, strict=True)
        )

    for note in filter(None, (each.note for each in named)):
        say(note)
    purpose = f"import {importer.fingerprint} {mode.words}"
    counts = feed(Run(begin, Checkpoint(checkpoints, purpose, paths)), producer, identity, watch, restart)
    for each in named:
        names.note(each, clock())
    return counts


def pieces(
    importer: Importer, file: Lines, name: str, shift: int, mode: Mode, partitions: int, clock: Callable[[], int]
) -> Iterator[Incoming]:
    """All of one file, called `name`, in history between the marks of its run."""
    run = run_of(importer, name) if mode.history else None
    asked = set[bytes]()
    latest = clock() + SKEW_MS
    if run is not None:
        yield from marks("begun", run, partitions, clock())
    for line in importer.records(file):
        body = line.content
        if isinstance(body, bytes):
            event_id = f"{name}:{line.number:0{LINE_DIGITS}d}"
            made = importer.touchpoint(body, event_id, shift, run)
            if run is not None and isinstance(made, Touchpoint):
                made = _over(made, body, latest)
            if mode.consent is not None and isinstance(made, Touchpoint):
                for granted in mode.consent.before(made, asked):
                    yield Incoming(file.path, line.number, granted)
            yield Incoming(file.path, line.number, made)
        else:
            yield Incoming(file.path, line.number, body)
    if run is not None:
        yield from marks("ended", run, partitions, clock())


def _over(made: Touchpoint, record: bytes, latest: int) -> Touchpoint | Fault:
    """History is over: a time to come would move its customer's clock there, with all that falls due until then."""
    if made.occurred_at <= latest:
        return made
    told = datetime.fromtimestamp(made.occurred_at / 1000, UTC).strftime("%Y-%m-%d %H:%M")
    remedy = "correct the date, or leave the record out"
    fault = FieldFault("occurred_at", f"{told} UTC lies in the future, and the file is imported as history", remedy)
    return Fault("bad_date", (fault,), record, made.event_id)


def run_of(importer: Importer, name: str) -> str:
    """What a run of history is called, by data set and name of the file."""
    return f"{importer.name}:{name}"


def looked(importer: Importer, files: Sequence[Lines], mode: Mode, clock: Callable[[], int] = wall_clock) -> Look:
    """All of the files, without sending anything: what would be sent, and what not and why."""
    _files_alone(files)
    bound = [(importer.of(file), file) for file in files]
    shift = shift_to_today(bound, clock()) if mode.rebase else 0
    look = Look()
    for each, file in bound:
        for piece in pieces(each, file, source_name(file.path), shift, mode, 0, clock):
            look.take(piece)
    return look


def _files_alone(files: Iterable[Lines]) -> None:
    if any(file.path == STANDARD_INPUT for file in files):
        raise UnreadableInput("-: an import is resumed by file and line. Save standard input to a file first.")


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


def shift_to_today(files: Sequence[tuple[Importer, Lines]], now: int) -> int:
    """Days by which the last day becomes today; yesterday, if its last line would else lie in the future."""
    moments = (
        importer.at(line.content, 0)
        for importer, file in files
        for line in importer.records(file)
        if isinstance(line.content, bytes)
    )
    latest = max((moment for moment in moments if moment is not None), default=None)
    if latest is None:
        return 0
    importer = files[0][0]
    shift = importer.day(now) - importer.day(latest)
    return shift if latest + shift * DAY_MS + CLOCK_CHANGE_MS <= now else shift - 1
