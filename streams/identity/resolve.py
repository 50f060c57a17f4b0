"""Who is it? Sends every raw record to the partition of its customer, body untouched.

Pure and cheap: the key decides, and the links that are known of it; a body is decoded only
where the record concerns everyone, tells of a new link, or holds a face token, which is
taken out. Each derived record says in the header `source` which raw record it comes
from, so that the receiver can skip what a restarted station sends again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from schemas import keys
from schemas.codec import decode_touchpoints
from schemas.hints import FACE
from schemas.recorded import Recorded
from schemas.records import EVERYONE, Touchpoint, Undecodable
from streams.identity.deriving import (
    POSITION,
    SOURCE,
    SOURCE_BYTES,
    Derived,
    Resolution,
    along,
    packed_source,
    rejection,
    source_of,
)
from streams.identity.linking import Linking, concerns_links
from streams.identity.links import Links

__all__ = ["SOURCE", "SOURCE_BYTES", "TICK_AHEAD_MS", "Derived", "Resolution", "packed_source", "resolve", "source_of"]

TICK_AHEAD_MS: Final = 60_000
"""A tick further past its record's broker timestamp comes from a clock that is wrong."""

_EVERYONE: Final = EVERYONE.encode()
_EMPTY, _SENTINEL, _UNREADABLE, _ALL = -1, -2, -3, -4
_FAULTS: Final = {
    _EMPTY: ("empty_key", "the record has no key; its producer must write the strongest identifier as key"),
    _SENTINEL: ("sentinel_identifier", "the key holds a placeholder that identifies nobody; leave the identifier out"),
    _UNREADABLE: ("bad_encoding", "the key is not UTF-8"),
}
_FACE: Final = f"{FACE}:".encode()


def resolve(records: Sequence[Recorded], topic: str, partitions: int, links: Links | None = None) -> Resolution:
    """Every record once: forwarded, passed on, copied to all `partitions`, or rejected. Any chunk size gives the same.

    `links` are those of this raw partition, and go on with the records; records at or below their position are done.
    """
    links = links or Links.new()
    forwarded: list[list[Derived]] = [[] for _ in range(partitions)]
    resolution = Resolution(forwarded)
    entries, done = links.entries, links.standing.position
    linking = Linking(links, resolution, topic.encode(), partitions)
    name = topic.encode()
    pack = POSITION.pack
    wide = _wide(records)
    for record in records:
        key = record.key
        place = _place(key, partitions)
        if record.offset <= done:
            continue
        headers = record.headers
        if key is None:
            resolution.rejected.append(rejection(record, *_FAULTS[place]))
            continue
        if place >= 0 and (key in entries or (headers and concerns_links(headers)) or key.startswith(_FACE)):
            whom = linking.known(record)
            if whom is None:
                linking.take(record, key.decode(), place)
                continue
            if whom is not key:
                key, place = whom, keys.partition_for(whom, partitions)
                resolution.counts["linked"] += 1
        if place >= 0:
            source = [(SOURCE, pack(record.partition, record.offset, 0) + name)]
            if headers:
                source += along(headers)
            forwarded[place].append((key, record.value, source, record.timestamp))
        elif place == _ALL:
            _broadcast(record, wide[record.offset], name, resolution)
        else:
            resolution.rejected.append(rejection(record, *_FAULTS[place]))
    if records:
        resolution.changes = links.changes(max(done, records[-1].offset))
    return resolution


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
        resolution.rejected.append(rejection(record, body.reason, body.detail))
        return
    ahead = body.occurred_at - record.timestamp
    if body.type == "clock.tick" and ahead > TICK_AHEAD_MS:
        detail = f"the tick is {ahead / 1000:.1f} s ahead of the broker; set the clock of the worker that wrote it"
        resolution.rejected.append(rejection(record, "tick_from_future", detail))
        return
    resolution.copied += 1
    more = along(record.headers)
    for n, records in enumerate(resolution.forwarded):
        headers = [(SOURCE, packed_source((record.partition, record.offset, n), name)), *more]
        records.append((_EVERYONE, record.value, headers, record.timestamp))
