"""What identity makes of a raw record: derived records, each with its source, and dead letters."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from struct import Struct
from typing import Final, TypeAlias

from schemas.letters import tried
from schemas.recorded import Headers, Recorded
from schemas.records import Rejected, Source
from schemas.traces import carried
from streams.customers.ids import output_id

SOURCE: Final = "source"
"""Header of every derived record: raw partition, raw offset, n of the copies, then the topic's name."""
POSITION: Final = Struct(">iqi")
SOURCE_BYTES: Final = POSITION.size
"""A `source` header has at least so many."""

Derived: TypeAlias = tuple[bytes, bytes | None, list[tuple[str, bytes]], int]
"""Key, value, headers, timestamp in milliseconds: the raw record's own; the headers are its source and its trace."""


@dataclass(slots=True)
class Resolution:
    """What a chunk becomes: by resolved partition the derived records in order, and the dead letters.

    `passed`: what goes on to the homes of other keys, by raw partition. `changes`: of the links' changelog.
    `counts`: records by what became of them, besides `forwarded`.
    """

    forwarded: list[list[Derived]]
    passed: dict[int, list[Derived]] = field(default_factory=lambda: defaultdict(list))
    copied: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    changes: list[tuple[bytes, bytes]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def source_of(header: bytes) -> Source:
    """The position that a `source` header holds."""
    return tuple.__new__(Source, POSITION.unpack_from(header))


def packed_source(source: Source | tuple[int, int, int], topic: bytes) -> bytes:
    """The header of what derives from this position of the topic."""
    return POSITION.pack(*source) + topic


def along(headers: Headers) -> list[tuple[str, bytes]]:
    """What goes on with all that derives from a record: its trace, and how often it has been tried."""
    trace = carried(headers)
    found = [] if trace is None else [trace]
    return found + tried(headers) if len(headers) > 1 else found


def rejection(record: Recorded, reason: str, detail: str) -> Rejected:
    """The dead letter of a raw record."""
    return Rejected(
        id=output_id("rejected", "identity", 1, "", reason, "", f"{record.partition}|{record.offset}|0"),
        at=record.timestamp,
        partition=record.partition,
        offset=record.offset,
        knowledge="",
        stage="identity",
        reason=reason,
        detail=detail,
        original=record.value or b"",
    )
