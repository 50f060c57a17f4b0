"""What a file is called in the ids of its touchpoints: another file of the same name must be another one there, too."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

import msgspec

from producers.lines import UnreadableInput
from streams.customers.ids import RING

FILE: Final = "imported.json"
"""In the folder of checkpoints."""
DIGITS: Final = 6
"""Of the digest of a later file's content, behind its name."""
LINES: Final = 200
"""By so many a version of a file is known."""
_PIECE: Final = 1 << 20


class Content(msgspec.Struct, frozen=True):
    """What a file held, unpacked: its digest, and a checksum of each of its first lines."""

    digest: str
    lines: tuple[int, ...]

    def resembles(self, other: Content) -> bool:
        """Whether they are versions of one file, one corrected or grown: most lines that both have are the same."""
        pairs = list(zip(self.lines[1:], other.lines[1:], strict=False))
        return sum(one == another for one, another in pairs) * 2 > len(pairs)


class Earlier(msgspec.Struct, frozen=True):
    """An import that came to its end (`at`, ms)."""

    name: str
    content: Content
    at: int


class Named(NamedTuple):
    """A file's name in ids. `note` says, where it is so, what a person should know before it is sent."""

    name: str
    content: Content
    note: str | None = None


class Names:
    """Remembers, in `folder`, what was imported under which name.

    A file is called by its name without folder and compression. Another one of the same name (a daily export) would
    have the ids of the first: what a customer has on the same line would be taken for a repetition. So it gets a few
    digits of its content behind its name. The same file keeps its ids, also when it was corrected or has grown.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE

    def of(self, path: str, beside: Sequence[Named] = (), now: int = 0) -> Named:
        """The name of the file at `path`, `beside` others of the same run. Raises UnreadableInput."""
        plain = source_name(path)
        known = [*self._earlier(), *(Earlier(each.name, each.content, now) for each in beside)]
        ours = [each for each in known if each.name.split("~")[0] == plain]
        try:
            content = _read(path)
        except (OSError, EOFError, zlib.error) as error:
            raise UnreadableInput(f"{path}: {str(error) or type(error).__name__}. Is the file whole?") from error
        same = next((each for each in reversed(ours) if each.content.digest == content.digest), None)
        alike = same or next((each for each in reversed(ours) if each.content.resembles(content)), None)
        if alike is not None:
            return Named(alike.name, content, _again(alike, changed=same is None))
        return Named(f"{plain}~{content.digest[:DIGITS]}" if ours else plain, content)

    def called(self, path: str) -> str:
        """The name under which the file at `path` was imported, or would be; it need not be there any more."""
        try:
            return self.of(path).name
        except UnreadableInput:
            return source_name(path)

    def note(self, named: Named, at: int) -> None:
        """The file so named has been imported."""
        kept = [each for each in self._earlier() if each.name != named.name]
        self._file.parent.mkdir(parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        part.write_bytes(msgspec.json.encode([*kept, Earlier(named.name, named.content, at)]))
        part.replace(self._file)

    def _earlier(self) -> list[Earlier]:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=list[Earlier])
        except FileNotFoundError:
            return []


def source_name(path: str) -> str:
    """The file's name without folder and compression: the same before and after it is packed."""
    return Path(path).name.removesuffix(".gz")


def _again(earlier: Earlier, *, changed: bool) -> str:
    day = datetime.fromtimestamp(earlier.at / 1000, UTC).strftime("%Y-%m-%d")
    what = "another version of it was" if changed else "it was"
    return (
        f"{earlier.name}: {what} imported before ({day}). What stands on the same line has the same id: the archive"
        f" keeps it once, a customer knows their last {RING}, and older ones count again."
    )


def _read(path: str) -> Content:
    hashed, lines = hashlib.blake2b(digest_size=16), list[int]()
    with _opened(path) as file:
        while piece := file.readline(_PIECE):
            hashed.update(piece)
            if len(lines) < LINES:
                lines.append(zlib.crc32(piece.rstrip()))
    return Content(hashed.hexdigest(), tuple(lines))


def _opened(path: str) -> IO[bytes]:
    opened: Callable[[str, str], object] = gzip.open if path.endswith(".gz") else open
    return cast("IO[bytes]", opened(path, "rb"))
