"""The partitions of a log, each folded by itself in a process of its own: they know nothing of each other.

Trends are judged here, over the measures of all of them.

What a partition said and how it ended lies in a folder until all are done, so a replay that was
killed goes on with those that were not.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec

from rapport.settings import Settings
from replay import sources
from replay.drive import Drive, digest_of
from replay.library import fetch_from
from replay.source import Missing
from schemas.records import Alert, AlertChange, Emitted, Signal
from sinks.clickhouse.runs import FOLDER
from streams.knowledge.load import from_documents
from streams.knowledge.model import Knowledge
from streams.trends.boards import Boards

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(list[Emitted]).decode
_LENGTH: Final = 4


class Part(msgspec.Struct, frozen=True):
    """How the fold of one partition ended; `span` are its first and last offset."""

    partition: int
    span: tuple[int, int]
    counts: dict[str, int]
    first: int | None
    last: int | None
    fingerprint: str
    missing: tuple[Missing, ...] = ()
    hole: Missing | None = None


class Parallel:
    """As `Drive`, over several processes. Outputs come partition by partition, as they would from one.

    With `resume` what a run before has finished is taken as it is: partitions that it folded end where they
    ended then.
    """

    def __init__(
        self, names: Sequence[str], settings: Settings, knowledge: Knowledge, jobs: int,
        tell: Callable[[int], None], *, resume: bool,
    ) -> None:  # fmt: skip
        self.counts: Counter[str] = Counter()
        self.first: int | None = None
        self.last: int | None = None
        self.missing: list[Missing] = []
        self.holes: dict[int, Missing] = {}
        self._asked = names, settings, dict(knowledge.documents)
        self._jobs = jobs
        self._versions = {"": knowledge, knowledge.version: knowledge}
        self._fetch = fetch_from(names, settings)
        self._boards = Boards(1, self._known, 1)
        self._tell = tell
        said = "\0".join([*names, knowledge.version, version("rapport")])
        self._folder = settings.data / FOLDER / f"parts-{hashlib.blake2b(said.encode(), digest_size=8).hexdigest()}"
        self._parts: dict[int, Part] = {}
        if not resume:
            shutil.rmtree(self._folder, ignore_errors=True)

    def outputs(self, partitions: Sequence[int]) -> Iterator[Emitted]:
        """Folds all of them, then gives what they said."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with ProcessPoolExecutor(self._jobs, mp_context=get_context("spawn")) as pool:
            waiting = [pool.submit(fold, *self._asked, each, self._folder) for each in partitions]
            for done in as_completed(waiting):
                self._take(done.result())
        for partition in sorted(self._parts):
            for said in read(self._folder, partition):
                yield from said
                yield from self._boards.take(said).outputs
        shutil.rmtree(self._folder)

    def covers(self, output: Emitted) -> bool:
        """Whether the record at which the output came out is among those folded."""
        if output.customer_id is None and isinstance(output, Signal | Alert | AlertChange):
            return all(part.span[0] == 0 for part in self._parts.values())  # a trend's, as in `Drive`
        part = self._parts.get(output.partition)
        return part is not None and part.span[0] <= output.offset <= part.span[1]

    def fingerprint(self) -> str:
        """The same digest as that of one process."""
        return digest_of({number: part.fingerprint for number, part in self._parts.items()})

    def _known(self, version: str) -> Knowledge:
        if version not in self._versions:
            self._versions[version] = self._fetch(version)
        return self._versions[version]

    def _take(self, part: Part) -> None:
        self._parts[part.partition] = part
        self.counts.update(part.counts)
        moments = [each for each in (self.first, part.first) if each is not None]
        self.first = min(moments, default=None)
        self.last = max((each for each in (self.last, part.last) if each is not None), default=None)
        self.missing += part.missing
        if part.hole is not None:
            self.holes[part.partition] = part.hole
        self._tell(self.counts["records"])


def fold(
    names: Sequence[str], settings: Settings, documents: Mapping[str, str], partition: int, folder: Path,
) -> Part:  # fmt: skip
    """One partition, unless it is done; in a process of its own. Its end is written last, so half a part is none."""
    end = folder / f"{partition}.json"
    if end.exists():
        return msgspec.json.decode(end.read_bytes(), type=Part)
    source = sources.opened(names, settings, partition)
    try:
        rules = from_documents(documents)
        drive = Drive(source, rules, fetch_from(names, settings), lambda _: None, own_rules=False, trends="apart")
        with (folder / f"{partition}.outputs").open("wb") as out:
            for piece in source.pieces():
                packed = _encode(drive.take(piece))
                out.write(len(packed).to_bytes(_LENGTH, "big") + packed)
    finally:
        source.close()
    fingerprint = drive.states[partition].fingerprint() if partition in drive.states else ""
    missing, hole = tuple(drive.missing), drive.holes.get(partition)
    part = Part(
        partition, drive.span(partition), dict(drive.counts), drive.first, drive.last, fingerprint, missing, hole
    )
    half = folder / f"{partition}.half"
    half.write_bytes(msgspec.json.encode(part))
    half.replace(end)
    return part


def read(folder: Path, partition: int) -> Iterator[list[Emitted]]:
    """What the partition said, piece by piece."""
    with (folder / f"{partition}.outputs").open("rb") as said:
        while length := said.read(_LENGTH):
            yield _decode(said.read(int.from_bytes(length, "big")))
