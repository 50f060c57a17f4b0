"""Running totals of a resolved partition, by scope and hour (delivery.md, Once: measures)."""

from __future__ import annotations

import msgspec

from schemas.records import Measure, Touchpoint
from streams.customers.ids import output_id

HOUR_MS = 3_600_000


class Tally(msgspec.Struct, array_like=True, gc=False):
    """How many touchpoints of a type and channel happened in an hour.

    `position` is the offset of the last one counted, so that none counts twice after a
    crash; `sent` the total last sent.
    """

    type: str
    channel: str
    bucket: int
    total: int = 0
    position: int = -1
    sent: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Tally).decode


def pack(tally: Tally) -> bytes:
    """The canonical bytes of a tally."""
    return _encode(tally)


def unpack(state: bytes) -> Tally:
    """Inverse of `pack`."""
    return _decode(state)


Key = tuple[str, str, int]
"""Under which touchpoints are counted: type, channel, hour."""


def name_of(key: Key) -> bytes:
    """The key as the changelog has it."""
    return f"{key[0]}\x1f{key[1]}\x1f{key[2]}".encode()


def key_from(name: bytes) -> Key:
    """Inverse of `name_of`."""
    kind, channel, hour = name.decode().split("\x1f")
    return kind, channel, int(hour)


def start(touchpoint: Touchpoint) -> Tally:
    """The empty tally of a touchpoint's hour."""
    return Tally(touchpoint.type, touchpoint.channel, touchpoint.occurred_at // HOUR_MS * HOUR_MS)


def measure(tally: Tally, at: int, partition: int, offset: int, knowledge: str) -> Measure:
    """The running total as it stands when a tick passes."""
    scope = {"channel": tally.channel, "type": tally.type}
    whom = f"{tally.type}|{tally.channel}"
    cause = f"{partition}|{tally.bucket}|{tally.total}"
    return Measure(
        id=output_id("measure", "touchpoints", 1, whom, "", "", cause),
        at=at, partition=partition, offset=offset, knowledge=knowledge,
        scope=scope, bucket=tally.bucket, total=tally.total,
    )  # fmt: skip
