"""Sorts more than fits into memory: sorted runs on disk, merged while they are read."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

RUN_BYTES: Final = 64 << 20
"""Lines held in memory at a time."""
RUNS: Final = 64
"""Runs merged at a time, so that the number of open files stays bounded."""

_LENGTH: Final = 4


class Place(NamedTuple):
    """In a log: partition and offset. Elsewhere: the time, 0, and the `event_id`."""

    first: int
    second: int
    third: str


class Entry(NamedTuple):
    """A line and what it is sorted by: `place`, then where it stands in which file."""

    place: Place
    file: int
    number: int
    content: bytes
    whole: bool


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Entry).decode


def on_disk(entries: Iterable[Entry], folder: Path) -> Iterator[Entry]:
    """The entries in order. Memory is bounded by `RUN_BYTES`; the runs in `folder` go as they are read."""
    runs: list[Path] = []
    held: list[Entry] = []
    size = made = 0
    for entry in entries:
        held.append(entry)
        size += len(entry.content)
        if size >= RUN_BYTES:
            runs.append(_write(sorted(held), folder / f"run-{made}"))
            held, size, made = [], 0, made + 1
        if len(runs) == RUNS:
            runs = [_write(_merge(runs), folder / f"run-{made}")]
            made += 1
    return heapq.merge(_merge(runs), sorted(held))


def apart(entries: Iterable[Entry], folder: Path) -> list[tuple[int, Iterator[Entry]]]:
    """The entries of each partition by themselves, in the order given; they lie in `folder` until they are read."""
    with ExitStack() as open_files:
        lanes: dict[int, BinaryIO] = {}
        for entry in entries:
            number = entry.place.first
            if number not in lanes:
                lanes[number] = open_files.enter_context((folder / f"lane-{number}").open("wb"))
            _put(entry, lanes[number])
    return [(number, _read(folder / f"lane-{number}")) for number in sorted(lanes)]


def _merge(runs: Iterable[Path]) -> Iterator[Entry]:
    return heapq.merge(*(_read(run) for run in runs))


def _write(entries: Iterable[Entry], path: Path) -> Path:
    with path.open("wb") as run:
        for entry in entries:
            _put(entry, run)
    return path


def _put(entry: Entry, file: BinaryIO) -> None:
    packed = _encode(entry)
    file.write(len(packed).to_bytes(_LENGTH, "big") + packed)


def _read(path: Path) -> Iterator[Entry]:
    with path.open("rb") as run:
        while length := run.read(_LENGTH):
            yield _decode(run.read(int.from_bytes(length, "big")))
    path.unlink()
