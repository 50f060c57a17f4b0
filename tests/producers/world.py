"""Small things that the tests of this room share: an identity key, an in-memory log, lines of touchpoints."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import structs

from producers.delivery import MemoryProducer
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.keys import IdentityKey
from schemas.records import Touchpoint
from schemas.sealing import KINDS, unsealed

IDENTITY = IdentityKey("k1", b"a secret of the tests")
PARTITIONS = 4


def memory() -> MemoryProducer:
    return MemoryProducer(lambda topic: PARTITIONS)


def line(event_id: str, customer: str = "c-1", **fields: object) -> bytes:
    """A touchpoint that keeps the contract, as a line without its newline."""
    content = {
        "event_id": event_id,
        "type": "web.viewed",
        "occurred_at": "2026-03-02T10:00:00.000+08:00",
        "channel": "web",
        "identifiers": {"customer_id": customer},
    }
    return json.dumps(content | fields, ensure_ascii=False).encode()


def write(path: Path, lines: Iterable[bytes]) -> Path:
    content = b"".join(each + b"\n" for each in lines)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def touchpoints(log: MemoryProducer) -> list[Touchpoint]:
    """All that stands on the raw topic; a record that is no touchpoint fails the test."""
    return decoded([record.value for record in log.records(topics.RAW)])


def decoded(values: Sequence[bytes]) -> list[Touchpoint]:
    """As who holds the identity key reads them: addresses and numbers in the clear."""
    found = decode_touchpoints(values)
    assert all(isinstance(one, Touchpoint) for one in found)
    return [in_the_clear(one) for one in found if isinstance(one, Touchpoint)]


def in_the_clear(touchpoint: Touchpoint) -> Touchpoint:
    given = {kind: getattr(touchpoint, kind) for kind in KINDS}
    clear = {kind: unsealed(kind, value, *IDENTITY) or value for kind, value in given.items() if value is not None}
    return structs.replace(touchpoint, **clear) if clear else touchpoint
