"""What the home of a key remembers of it, bounded, and how it is written."""

from __future__ import annotations

from struct import Struct
from typing import Final

import msgspec

MOST: Final = 16
"""Keys that one customer can collect; one more is a conflict for a human."""
STRONG: Final = 3
"""A key that meets so many others within `WINDOW_MS` belongs to a household or a shop's tablet: it stops linking."""
WINDOW_MS: Final = 30 * 86_400_000
PASSED_OVER: Final = 16
"""Refusals and bars that are remembered, the last ones."""

WHOLE: Final = b"="
"""Key of the record that says up to which position the entries are whole."""

_POSITION: Final = Struct(">xq")
_VERSION: Final = b"\x01"


class Entry(msgspec.Struct, array_like=True, gc=False):
    """`to`, `confidence`: where the key points. `shared`: it no longer links. `met`: stronger keys and when last.
    `barred`: where a person said it does not belong. `donors`: keys that point here, by the number of the permission
    that each has; `card`: the one loyalty card among them; `refused`: keys that asked in vain, and when. `grants`:
    permissions given so far; `grant`: the one by which this key points to `to`. By the number a late `release` is
    known to speak of an older link.
    """

    to: str = ""
    confidence: float = 0.0
    shared: bool = False
    met: dict[str, int] = {}
    barred: tuple[str, ...] = ()
    donors: dict[str, int] = {}
    card: str = ""
    refused: dict[str, int] = {}
    grants: int = 0
    grant: int = 0


class Standing(msgspec.Struct, array_like=True, gc=False):
    """How far a raw partition is done, and the highest (offset, n) taken of what others sent to it."""

    position: int = -1
    sources: dict[int, tuple[int, int]] = {}


_encode = msgspec.msgpack.Encoder().encode
_entry = msgspec.msgpack.Decoder(Entry).decode
_standing = msgspec.msgpack.Decoder(Standing).decode


def write(position: int, state: Entry | Standing) -> bytes:
    """A value of the links topic."""
    return _VERSION + position.to_bytes(8, "big", signed=True) + _encode(state)


class Unwhole(Exception):
    """A value of the links topic that this program cannot read."""


class Restoring:
    """Takes the changelog record by record; `result` is what was whole at the end."""

    def __init__(self) -> None:
        self._entries: dict[bytes, list[tuple[int, bytes]]] = {}
        self._standing = Standing()

    def take(self, key: bytes, value: bytes | None) -> None:
        if value is None or value[:1] != _VERSION:
            raise Unwhole(f"a link of {key!r} has version {value and value[:1]!r}; start the release that wrote it")
        (position,) = _POSITION.unpack_from(value)
        state = value[_POSITION.size :]
        if key == WHOLE:
            if position >= self._standing.position:
                self._standing = _standing(state)
            return
        self._entries.setdefault(key, []).append((position, state))

    def result(self) -> tuple[Standing, dict[bytes, Entry]]:
        """An entry above the last whole position is a chunk's that was not finished: it is done again."""
        whole = self._standing.position
        entries = {}
        for key, versions in self._entries.items():
            known = [version for version in versions if version[0] <= whole]
            if known:
                entries[key] = _entry(max(known, key=lambda version: version[0])[1])
        return self._standing, entries
