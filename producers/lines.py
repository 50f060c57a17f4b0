"""Lines of text files as bytes: plain, gzipped or standard input, streamed and of bounded size."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

MAX_LINE_BYTES = 16 * 1024 * 1024
"""A longer line is never held in memory, and its dead letter names it instead of carrying it."""

STANDARD_INPUT = "-"
GZIP = b"\x1f\x8b"
"""How a gzipped file begins."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CHUNK = 1024 * 1024


class Oversized(NamedTuple):
    """A line longer than `MAX_LINE_BYTES`: what is left of it."""

    length: int
    sha256: str


class Line(NamedTuple):
    """A line without its newline. Numbers count from 1, blank lines included."""

    number: int
    content: bytes | Oversized


class UnreadableInput(Exception):
    """A file that is missing, may not be read, or is cut off in its compression."""


class Lines:
    """The non-blank lines of one file, in order. `read_bytes` and `size_bytes` tell how far it is."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._raw: BinaryIO | None = None
        self.size_bytes: int | None = None
        if path != STANDARD_INPUT:
            try:
                self.size_bytes = Path(path).stat().st_size
            except OSError as error:
                raise UnreadableInput(f"{path}: {error.strerror}. Does the file exist, and may you read it?") from error

    @property
    def read_bytes(self) -> int:
        """Position in the file as it lies on disk, compressed if it is; 0 before the start and on a pipe."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed and self.size_bytes else 0

    def __iter__(self) -> Iterator[Line]:
        try:
            if self.path == STANDARD_INPUT:
                with sys.stdin.buffer as self._raw:
                    yield from _lines(self._raw)
                return
            with self.opened() as raw:
                self._raw = raw
                yield from _lines(self._unpacked(raw) if self.path.endswith(".gz") else raw)
        except (OSError, EOFError, zlib.error) as error:
            remedy = "Is the file whole? What came before this point was read."
            raise UnreadableInput(f"{self.path}: {str(error) or type(error).__name__}. {remedy}") from error

    def opened(self) -> io.BufferedReader:
        """The file as bytes; UnreadableInput if it is a folder, or may not be read."""
        try:
            return Path(self.path).open("rb")
        except OSError as error:
            raise UnreadableInput(f"{self.path}: {error.strerror}. Name a file that you may read.") from error

    def _unpacked(self, raw: io.BufferedReader) -> io.BufferedReader:
        """Buffered once more: the lines of a bare GzipFile cost a Python call each."""
        if not GZIP.startswith(raw.peek(len(GZIP))[: len(GZIP)]):
            raise UnreadableInput(f"{self.path}: is not gzipped, whatever its name says. Take .gz off the name.")
        return io.BufferedReader(gzip.GzipFile(fileobj=raw), _CHUNK)


def _lines(file: BinaryIO | io.BufferedReader) -> Iterator[Line]:
    number = 0
    readline = file.readline
    while line := readline(MAX_LINE_BYTES + 1):
        number += 1
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            yield Line(number, _pass_over(file, line))
        elif not line.isspace():
            yield Line(number, line.removesuffix(b"\n"))


def _pass_over(file: BinaryIO | io.BufferedReader, start: bytes) -> Oversized:
    digest, length, piece = hashlib.sha256(), 0, start
    while piece:
        ended = piece.endswith(b"\n")
        content = piece.removesuffix(b"\n")
        digest.update(content)
        length += len(content)
        piece = b"" if ended else file.readline(_CHUNK)
    return Oversized(length, digest.hexdigest())
