"""Touchpoints from files: exports in log order, all others by time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from replay.source import CHUNK, Chunk, Passing, Piece, ReplayError
from replay.sources.lines import File, given
from replay.sources.order import Layout, in_order, survey
from replay.sources.placing import TICK, Placing, from_the_log, key_in_log
from replay.sources.rounds import in_step
from replay.sources.sorting import Entry, apart
from schemas.contract import Exported, clamp, read_export_line
from schemas.faults import Fault
from schemas.keys import IdentityKey
from schemas.letters import customer_in, fields_of
from schemas.records import EVERYONE, Because, Record, Rejected, Source, Touchpoint
from schemas.wire import properties
from streams.customers.ids import output_id
from streams.engine.counting import BUCKET_MS, MEASURED
from streams.engine.tally import HOUR_MS

STAGE: Final = "replay"


class Files:
    """One or more files; `-` is standard input. What is sorted or copied lies in a folder that `close` removes.

    Lines with `partition` and `offset` keep the order of the log, ticks included. Others
    go by time, then `event_id`, whatever the order of the lines, through the same keys and
    partitions as live, and time passes as if there were ticks. A file in order streams,
    others are sorted on disk: memory does not grow with the files.
    """

    def __init__(
        self, names: Sequence[str], partitions: int, identity: IdentityKey, *, in_step: bool = False
    ) -> None:  # fmt: skip
        self._in_step = in_step
        self._partitions = partitions
        self._identity = identity
        self._folder = TemporaryDirectory(prefix="rapport-replay-")
        try:
            self._files = [given(name, Path(self._folder.name)) for name in names]
            self._layouts = [survey(file) for file in self._files]
            self._log_order = _one_order(self._files, self._layouts)
        except BaseException:
            self.close()
            raise

    @property
    def log_order(self) -> bool:
        return self._log_order

    @property
    def total(self) -> int | None:
        return sum(layout.lines for layout in self._layouts)

    @property
    def partitions(self) -> int:
        return self._partitions

    def close(self) -> None:
        self._folder.cleanup()

    def pieces(self) -> Iterator[Piece]:
        entries = in_order(self._files, self._layouts, Path(self._folder.name))
        if self._log_order and self._in_step:
            lanes = apart(entries, Path(self._folder.name))
            return in_step(
                {number: _by_log(_Reading(self._files, lane, self._identity), self._identity) for number, lane in lanes}
            )
        read = _Reading(self._files, entries, self._identity)
        if self._log_order:
            return _by_log(read, self._identity)
        return _by_time(read, Placing(self._partitions, self._identity))


def _one_order(files: Sequence[File], layouts: Sequence[Layout]) -> bool:
    """Whether the files are exports of a log; `ReplayError` if only some of them are."""
    orders = {layout.log_order for layout in layouts} - {None}
    if len(orders) > 1:
        raise ReplayError(
            f"{', '.join(file.name for file in files)}: some carry partition and offset and some do not;"
            " replay exports of the log and other files one after the other"
        )
    return True in orders


class _Reading:
    """Lines read in order: touchpoints with their place if they have one, and what is none as `Rejected`."""

    def __init__(self, files: Sequence[File], entries: Iterator[Entry], identity: IdentityKey) -> None:
        self._files = files
        self._entries = entries
        self._identity = identity
        self._at = 0

    def __iter__(self) -> Iterator[Exported | Rejected]:
        for entry in self._entries:
            read = read_export_line(entry.content)
            if isinstance(read, Fault):
                yield self._rejected(entry, read)
            else:
                if read.partition is None:
                    read = read._replace(touchpoint=clamp(read.touchpoint))
                self._at = read.touchpoint.occurred_at
                yield read

    def _rejected(self, entry: Entry, fault: Fault) -> Rejected:
        place = f"{self._files[entry.file].name}:{entry.number}"
        reason, detail = fault.reason, fault.detail
        if not entry.whole:
            reason, detail = "truncated", "the file stops in the midst of this line; get the whole file"
        fields = fields_of(entry.content)
        event_id = fields.get("event_id")
        return Rejected(
            id=output_id("rejected", STAGE, 1, "", reason, "", place), at=self._at, partition=entry.file,
            offset=entry.number, knowledge="", because=(Because(event_id, reason),) if event_id else (),
            customer_id=customer_in(fields, self._identity), stage=STAGE, reason=reason, detail=f"{place}: {detail}",
            original=entry.content,
        )  # fmt: skip


def _by_log(lines: _Reading, identity: IdentityKey) -> Iterator[Chunk | Rejected]:
    waiting: dict[int, list[Record]] = defaultdict(list)
    for line in lines:
        if isinstance(line, Rejected):
            yield line
            continue
        partition, record = _record(line, identity)
        waiting[partition].append(record)
        if len(waiting[partition]) == CHUNK:
            yield Chunk(partition, waiting.pop(partition))
    for partition, records in sorted(waiting.items()):
        yield Chunk(partition, records)


def _record(line: Exported, identity: IdentityKey) -> tuple[int, Record]:
    """An exported line as it stood in the log; one that lost key or source gets what they would have been."""
    touchpoint, partition, offset, key, source = line
    assert partition is not None
    assert offset is not None
    key = key_in_log(touchpoint, identity) if key is None else key
    if source is None:
        source = Source(_said_partition(touchpoint) if key == EVERYONE else partition, offset, 0)
    return partition, Record(offset, key, source, touchpoint)


def _said_partition(touchpoint: Touchpoint) -> int:
    """The raw partition that a tick speaks for."""
    said = properties(touchpoint).get("partition")
    return said if isinstance(said, int) else 0


def _by_time(lines: _Reading, placing: Placing) -> Iterator[Piece]:
    """Time passes before every company-wide record, at every tick, after each thousand touchpoints, and at the end;
    also at the end of an hour, and of a bucket in which something was measured, so that what trends say is heard from
    there on.

    In between a customer's own timers fall due before that customer's next record all the
    same, so where it passes cannot be seen in the results.
    """
    last: int | None = None
    due = -1
    for line in lines:
        if isinstance(line, Rejected):
            yield line
            continue
        touchpoint = line.touchpoint
        if from_the_log(touchpoint):
            continue
        at = touchpoint.occurred_at
        tick, wide = touchpoint.type == TICK, placing.is_wide(touchpoint)
        if last is None or wide or (placing.gathered >= CHUNK and at > last):
            yield from placing.taken()
            yield Passing(at, inclusive=tick)
        elif at > due:
            yield from placing.taken()
            yield Passing(max(due, (at - 1) // HOUR_MS * HOUR_MS), inclusive=True)
        if at > due:
            due = (at // HOUR_MS + 1) * HOUR_MS
        if touchpoint.type in MEASURED:
            due = min(due, (at // BUCKET_MS + 1) * BUCKET_MS)
        last = at
        if tick:
            continue
        placing.add(touchpoint)
        if wide or placing.linked:
            yield from placing.taken()
        if placing.linked:
            yield Passing(at, inclusive=False)
    yield from placing.taken()
    if last is not None:
        yield Passing(last, inclusive=True)
