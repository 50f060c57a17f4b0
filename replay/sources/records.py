"""Records of the resolved topic as the engine takes them, from whatever kept them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from schemas.codec import decode_touchpoints
from schemas.records import Record, Source, Touchpoint, Undecodable

NO_SOURCE: Final = -1
"""Raw partition of a record that nobody derived from the raw topic."""


def records_of(
    offsets: Sequence[int], keys: Sequence[bytes | None], sources: Sequence[Source], values: Sequence[bytes | None]
) -> list[Record]:
    """One record a place, decoded as a chunk."""
    bodies = decode_touchpoints(values)
    return [
        Record(offset, (key or b"").decode(errors="replace"), _source(source, offset), _body(source, value, body))
        for offset, key, source, value, body in zip(offsets, keys, sources, values, bodies, strict=True)
    ]


def _source(source: Source, offset: int) -> Source:
    return source if source.partition != NO_SOURCE else Source(NO_SOURCE, offset, 0)


def _body(source: Source, value: bytes | None, body: Touchpoint | Undecodable) -> Touchpoint | Undecodable:
    if source.partition != NO_SOURCE:
        return body
    return Undecodable("no_source", "the record has no 'source' header", value or b"")
