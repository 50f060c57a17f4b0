"""Who is it? Sends every raw record to the partition of its customer, body untouched.

Pure and cheap: the key decides, a body is decoded only where the record concerns
everyone. Each derived record says in the header `source` which raw record it comes
from, so that the receiver can skip what a restarted station sends again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from struct import Struct
from typing import Final, TypeAlias

from schemas import keys
from schemas.codec import decode_touchpoints
from schemas.recorded import Recorded
from schemas.records import EVERYONE, Rejected, Source, Touchpoint, Undecodable
from schemas.traces import carried
from streams.customers.ids import output_id

SOURCE: Final = "source"
"""Header of every derived record: raw partition, raw offset, n of the copies, then the topic's name."""
TICK_AHEAD_MS: Final = 60_000
"""A tick further past its record's broker timestamp comes from a clock that is wrong."""

_POSITION: Final = Struct(">iqi")
SOURCE_BYTES: Final = _POSITION.size
"""A `source` header has at least so many."""

_EVERYONE: Final = EVERYONE.encode()
_EMPTY, _SENTINEL, _UNREADABLE, _ALL = -1, -2, -3, -4
_FAULTS: Final = {
    _EMPTY: ("empty_key", "the record has no key; its producer must write the strongest identifier as key"),
    _SENTINEL: ("sentinel_identifier", "the key holds a placeholder that identifies nobody; leave the identifier out"),
    _UNREADABLE: ("bad_encoding", "the key is not UTF-8"),
}


Derived: TypeAlias = tuple[bytes, bytes | None, list[tuple[str, bytes]], int]
"""Key, value, headers, timestamp in milliseconds: the raw record's own; the headers are its source and its trace."""


@dataclass(slots=True)
class Resolution:
    """What a chunk becomes: by resolved partition the derived records in order, and the dead letters."""

    forwarded: list[list[Derived]]
    copied: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def resolve(records: Sequence[Recorded], topic: str, partitions: int) -> Resolution:
    """Every record once: forwarded, copied to all `partitions`, or rejected. Any chunk size gives the same."""
    forwarded: list[list[Derived]] = [[] for _ in range(partitions)]
    resolution = Resolution(forwarded)
    name = topic.encode()
    pack = _POSITION.pack
    wide = _wide(records)
    for record in records:
        key = record.key
        place = _place(key, partitions)
        if place >= 0:
            source = [(SOURCE, pack(record.partition, record.offset, 0) + name)]
            if record.headers and (trace := carried(record.headers)) is not None:
                source.append(trace)
            forwarded[place].append((key, record.value, source, record.timestamp))  # type: ignore[arg-type]
        elif place == _ALL:
            _broadcast(record, wide[record.offset], name, resolution)
        else:
            resolution.rejected.append(_rejection(record, *_FAULTS[place]))
    return resolution


def source_of(header: bytes) -> Source:
    """The position that a `source` header holds."""
    return tuple.__new__(Source, _POSITION.unpack_from(header))


@lru_cache(maxsize=1 << 18)
def _place(key: bytes | None, partitions: int) -> int:
    if not key:
        return _EMPTY
    if key == _EVERYONE:
        return _ALL
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return _UNREADABLE
    return _SENTINEL if keys.key_is_sentinel(text) else keys.partition_for(key, partitions)


def _wide(records: Iterable[Recorded]) -> dict[int, Touchpoint | Undecodable]:
    wide = [record for record in records if record.key == _EVERYONE]
    bodies = decode_touchpoints([record.value for record in wide]) if wide else []
    return {record.offset: body for record, body in zip(wide, bodies, strict=True)}


def _broadcast(record: Recorded, body: Touchpoint | Undecodable, name: bytes, resolution: Resolution) -> None:
    if isinstance(body, Undecodable):
        resolution.rejected.append(_rejection(record, body.reason, body.detail))
        return
    ahead = body.occurred_at - record.timestamp
    if body.type == "clock.tick" and ahead > TICK_AHEAD_MS:
        detail = f"the tick is {ahead / 1000:.1f} s ahead of the broker; set the clock of the worker that wrote it"
        resolution.rejected.append(_rejection(record, "tick_from_future", detail))
        return
    resolution.copied += 1
    trace = carried(record.headers)
    for n, records in enumerate(resolution.forwarded):
        source = _POSITION.pack(record.partition, record.offset, n) + name
        headers = [(SOURCE, source)] if trace is None else [(SOURCE, source), trace]
        records.append((_EVERYONE, record.value, headers, record.timestamp))


def _rejection(record: Recorded, reason: str, detail: str) -> Rejected:
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
