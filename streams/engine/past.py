"""The past of somebody who is known by a weaker key only, kept until a link says whose it is (promise 8).

A key that is no customer's id and no card keeps its last 64 touchpoints, at most 8 KB of them; what leaves them is
folded into a state of its own, the `older` part. When the key is linked the past is handed over, numbered, and
the key keeps only where it has moved to.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from schemas.keys import HASHED, NO_KEY
from schemas.records import Source, Touchpoint
from schemas.wire import properties
from streams.engine.partition import Live

KEPT: Final = 64
"""Touchpoints that are handed over one by one."""
KEPT_BYTES: Final = 8 * 1024
DONORS: Final = 16
"""Donors whose hand-overs a customer remembers, the last ones."""
MERGED: Final = "identity.merged"
MEMORY: Final = "past.1"
"""Where it lies in a customer's memory: beside the detectors' states, so that both are written at once."""

UNIDENTIFIED: Final = tuple(f"{kind}:" for kind in (*HASHED, NO_KEY))
"""How the keys begin that keep a past."""
_NOT_RAW: Final = 2
"""Numbers of donors begin below those of the raw partitions and of records without a source."""


class Past(msgspec.Struct, array_like=True, gc=False):
    """`items`: the last touchpoints, encoded. `older`: the packed state that earlier ones make. `moved`: to whom the
    key was linked.
    """

    moved: str = ""
    items: list[bytes] = []
    older: bytes = b""


class Handed(NamedTuple):
    """A record for the resolved partition of another customer."""

    donor: str
    key: str
    source: Source
    body: Touchpoint


def seen(live: Live) -> Past | None:
    """The past of a customer, for looking."""
    past: Past | None = live.states.get(MEMORY)
    if past is None and (packed := live.customer.memory.get(MEMORY)) is not None:
        past = live.states[MEMORY] = msgspec.msgpack.decode(packed, type=Past)
    return past


def of(live: Live) -> Past:
    """The past of a customer, for changing."""
    past = seen(live)
    if past is None:
        past = live.states[MEMORY] = Past()
    live.changed.add(MEMORY)
    return past


def number_of(donor: str) -> int:
    """What stands for a donor in the place of a raw partition: 31 bits of a hash, negative.

    Two of the sixteen that a customer remembers collide once in twenty million.
    """
    return -(int.from_bytes(blake2b(donor.encode(), digest_size=4).digest(), "big") >> 1) - _NOT_RAW


def is_handed(source: Source) -> bool:
    """Whether the record was handed over by another customer."""
    return is_donor(source.partition)


def is_donor(partition: int) -> bool:
    """Whether what stands in the place of a raw partition is a customer who handed something over."""
    return partition <= -_NOT_RAW


def forget_donors(sources: dict[int, tuple[int, int]]) -> None:
    """Keeps the number of donors bounded: the one that was met first goes."""
    donors = list(filter(is_donor, sources))
    for partition in donors[: max(0, len(donors) - DONORS)]:
        del sources[partition]


def merging(donor: str, at: int, link: str, state: bytes) -> Touchpoint:
    """The last record of a hand-over: what the touchpoints themselves do not tell."""
    facts = {"from": donor, "older": b2a_base64(state, newline=False).decode()}
    return Touchpoint(
        event_id=f"merged:{link}", type=MERGED, occurred_at=at, occurred_offset=0, channel="system",
        initiator="company", properties=msgspec.json.encode(facts).decode(),
    )  # fmt: skip


def merged_state(body: Touchpoint) -> bytes:
    """The state that `merging` packed."""
    return a2b_base64(str(properties(body).get("older", "")))
