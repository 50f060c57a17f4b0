"""In which order the lines of files stand: that of the log, or that of time; and how to get them into it."""

from __future__ import annotations

import heapq
from codecs import BOM_UTF8 as BOM
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from replay.source import ReplayError
from replay.sources.lines import File, Line, read
from replay.sources.sorting import Entry, Place, on_disk
from schemas import times
from schemas.contract import SKEW_MS


class _Glance(msgspec.Struct):
    """What of a line decides its place."""

    event_id: str = ""
    occurred_at: str = ""
    received_at: str | None = None
    partition: int | None = None
    offset: int | None = None


_glance: Final = msgspec.json.Decoder(_Glance).decode


@dataclass(frozen=True, slots=True)
class Layout:
    """What a first pass over a file has found. `log_order` is None for a file without any readable line."""

    lines: int
    log_order: bool | None
    ordered: bool


def survey(file: File) -> Layout:
    """Reads the file once, keeping nothing. `ReplayError` if only some of its lines carry their place in the log."""
    count, log_order, ordered = 0, None, True
    last: dict[int, Place] = {}
    for line in read(file):
        count += 1
        seen = _look(line)
        if seen is None:
            continue
        in_log, place = seen
        if log_order is None:
            log_order = in_log
        elif log_order != in_log:
            raise ReplayError(
                f"{file.name}:{line.number}: {'carries' if in_log else 'lacks'} partition and offset, unlike the lines"
                " before it; replay exports of the log and other files one after the other"
            )
        lane = place.first if in_log else 0
        ordered = ordered and (lane not in last or last[lane] <= place)
        last[lane] = place
    return Layout(count, log_order, ordered)


def in_order(files: Sequence[File], layouts: Sequence[Layout], folder: Path) -> Iterator[Entry]:
    """All lines of all files in order, whatever the order of the lines.

    One file that is in order is streamed as it stands. The interleaving of partitions in an
    export is left alone; where several files are merged it is by partition, then offset.
    """
    if len(files) == 1 and layouts[0].ordered:
        return _placed(files[0], 0)
    by_log = any(layout.log_order for layout in layouts)
    streams: list[Iterator[Entry]] = []
    for number, (file, layout) in enumerate(zip(files, layouts, strict=True)):
        place = folder / f"file-{number}"
        place.mkdir()
        entries = _placed(file, number)
        streams.append(entries if layout.ordered and not by_log else on_disk(entries, place))
    return heapq.merge(*streams)


def _placed(file: File, number: int) -> Iterator[Entry]:
    """A line that has no place of its own stays with the one before it."""
    place = Place(0, 0, "")
    for line in read(file):
        seen = _look(line)
        if seen is not None:
            place = seen[1]
        yield Entry(place, number, *line)


def _look(line: Line) -> tuple[bool, Place] | None:
    """Whether the line stands in a log, and its place there or in time; None for what is no touchpoint."""
    try:
        glance = _glance(line.content.removeprefix(BOM))
        if glance.partition is not None and glance.offset is not None:
            return True, Place(glance.partition, glance.offset, "")
        return False, Place(_at(glance), 0, glance.event_id)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _at(glance: _Glance) -> int:
    at = times.read(glance.occurred_at).at
    if glance.received_at is None:
        return at
    received = times.read(glance.received_at).at
    return received if at > received + SKEW_MS else at
