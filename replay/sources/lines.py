"""Lines of files, gzipped ones, tables and standard input included, with their places."""

from __future__ import annotations

import gzip
import shutil
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from replay.source import ReplayError
from replay.sources import tables

STANDARD_INPUT: Final = "-"
_GZIP: Final = b"\x1f\x8b"


class Line(NamedTuple):
    """One line without its end. `whole` is False for the last one where the file stops in the midst of it."""

    number: int
    content: bytes
    whole: bool


class File(NamedTuple):
    """A file to read; `name` is what it is called in messages."""

    name: str
    path: Path


def given(name: str, spool: Path) -> File:
    """The file of that name; standard input is first copied to `spool`, for it can be read only once."""
    if name != STANDARD_INPUT:
        path = Path(name)
        if not path.is_file():
            raise ReplayError(f"{name}: no such file; a source is a file, {STANDARD_INPUT!r}, archive or kafka")
        return File(name, path)
    path = spool / "standard-input"
    with path.open("wb") as copy:
        shutil.copyfileobj(sys.stdin.buffer, copy, 1 << 20)
    return File("standard input", path)


def read(file: File) -> Iterator[Line]:
    """All lines that are not empty, or rows of a table as such.

    A gzip file or an Avro container that stops early ends with a line that is not `whole`.
    """
    with file.path.open("rb") as plain:
        begins = plain.read(len(tables.PARQUET))
        plain.seek(0)
        if begins == tables.PARQUET:
            for number, row in enumerate(tables.parquet(file.name, file.path), start=1):
                yield Line(number, row, True)
            return
        if begins == tables.AVRO:
            for number, record in enumerate(tables.avro(file.name, plain), start=1):
                yield Line(number, record or b"", record is not None)
            return
        if not begins.startswith(_GZIP):
            yield from _lines(plain)
            return
        with gzip.open(plain) as unzipped:
            yield from _unzipped(file, unzipped)


def _unzipped(file: File, unzipped: gzip.GzipFile) -> Iterator[Line]:
    last = 0
    try:
        for line in _lines(unzipped):
            last = line.number
            yield line
    except EOFError:
        yield Line(last + 1, b"", False)
    except (gzip.BadGzipFile, zlib.error) as error:
        place = f"{file.name}:{last + 1}"
        raise ReplayError(f"{place}: the compressed data are damaged ({error}); get the file again") from error


def _lines(source: BinaryIO | gzip.GzipFile) -> Iterator[Line]:
    for number, line in enumerate(source, start=1):
        content = line.strip(b" \t\r\n")
        if content:
            yield Line(number, content, line.endswith(b"\n"))
