"""Samples of every codec version that this program reads: `<version>.states`, and how one is made (README.md)."""

from __future__ import annotations

import zlib
from pathlib import Path

import msgspec

from streams.engine import Partition, codec
from streams.engine import world as worlds
from streams.engine.partition import CUSTOMER, WORLD

FOLDER = Path(__file__).parent

Changelog = list[tuple[bytes, bytes]]


def sample(version: int) -> Changelog:
    """Keys and values of a partition's changelog as that version wrote them."""
    return msgspec.msgpack.decode(zlib.decompress(_file(version).read_bytes()), type=Changelog)


def restored(changelog: Changelog) -> Partition:
    """The states that a worker would take up."""
    states = Partition(0)
    for key, value in changelog:
        states.restore(key, value)
    states.ready()
    return states


def write(version: int) -> None:
    """The sample of the version before, as `version` writes it."""
    made = [(key, codec.CODECS[version].write(*_parts(key, value))) for key, value in sample(version - 1)]
    _file(version).write_bytes(zlib.compress(msgspec.msgpack.encode(made), 9))


def _parts(key: bytes, value: bytes) -> tuple[int, int, bytes]:
    position, _, state = codec.read(value, 0)
    due = restored([(key, value)]).next_due() if key[:1] == CUSTOMER else None
    states = restored([(key, value)])
    if key[:1] == CUSTOMER:
        state = states.snapshot(key[1:].decode())
    elif key[:1] == WORLD:
        state = worlds.pack(states.world)
    return position, codec.NEVER if due is None else due, state


def _file(version: int) -> Path:
    return FOLDER / f"{version}.states"
