"""From a touchpoint or a fault to the record that goes to Kafka: validated, normalised, keyed. No transport in it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from producers.delivery import Headers
from producers.privacy import discreet
from schemas import catalogue, hints, topics
from schemas.codec import encode_touchpoint
from schemas.contract import clamp
from schemas.keys import COMPANY, IdentityKey, partition_for
from schemas.letters import attempt_of, customer_in, fields_of, further
from schemas.records import EVERYONE, Touchpoint

STAGE: Final = "producer"

MAX_DETAIL: Final = 4_000
"""Characters of a dead letter's detail: many faults of one record, and no second copy of it."""

_EVERYONE: Final = EVERYONE.encode()


class Ready(NamedTuple):
    """A record and where it goes."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    headers: Headers = ()


class Refusal(NamedTuple):
    """What was refused, where it stood, why, and its original bytes."""

    place: str
    line: int
    reason: str
    detail: str
    original: bytes

    @property
    def id(self) -> str:
        """The same for the same bytes at the same place, so that a run that resumes knows what it has sent."""
        return dead_letter_id(self.place, self.line, self.original)


class Preparing:
    """The path that every producer shares, whatever sends: `partitions` tells how many a topic has."""

    def __init__(self, partitions: Callable[[str], int], identity: IdentityKey) -> None:
        self._partitions = partitions
        self._identity = identity
        self._company_wide = catalogue.standard().company_wide()
        self._particular = self._company_wide | hints.TELLING

    def received(self, touchpoint: Touchpoint, now: int) -> Touchpoint:
        """With the time of receipt, where it has none and is not history; not in the future of that."""
        if touchpoint.received_at is None and touchpoint.history is None:
            touchpoint = msgspec.structs.replace(touchpoint, received_at=now, received_offset=0)
        return clamp(touchpoint)

    def touchpoint(self, touchpoint: Touchpoint, headers: Headers = (), partition: int | None = None) -> Ready:
        """Its record; at its own `partition`, or that of its key. Raises if a text holds a lone surrogate."""
        touchpoint = discreet(touchpoint, self._identity)
        identifiers = hints.identifiers_of(touchpoint)
        if touchpoint.type in self._particular or identifiers == hints.NO_ONE:
            key, hint = self._by_all(touchpoint)
        else:
            key, hint = hints.known_by(identifiers, self._identity)
        if partition is None:
            spread = f"{COMPANY}:{touchpoint.event_id}".encode() if key == _EVERYONE else key
            partition = partition_for(spread, self._partitions(topics.RAW))
        if hint is not None and key != _EVERYONE:
            headers = [*headers, (hints.HEADER, hint)]
        # As `Ready(…)`, whose own way through Python takes three times as long.
        return tuple.__new__(Ready, (topics.RAW, partition, key, encode_touchpoint(touchpoint), headers))

    def _by_all(self, touchpoint: Touchpoint) -> tuple[bytes, bytes | None]:
        """Key and hint of one that its identifiers alone do not say them of."""
        company_wide = touchpoint.type in self._company_wide
        key = hints.raw_key(touchpoint, self._identity, company_wide=company_wide)
        return key.encode(), None if company_wide else hints.hint_of(touchpoint, self._identity)

    def letter(self, refusal: Refusal, now: int, headers: Headers = ()) -> Ready:
        """The dead letter of what was refused."""
        letter = refusal.id
        said = {
            "id": letter, "stage": STAGE, "reason": refusal.reason, "detail": refusal.detail[:MAX_DETAIL],
            "topic": "", "partition": "-1", "offset": "-1", "at": str(now),
            "file": refusal.place, "line": str(refusal.line),
        }  # fmt: skip
        fields = fields_of(refusal.original)
        said |= further(
            refusal.reason, attempt_of(headers), customer=customer_in(fields, self._identity),
            because=fields.get("event_id"), knowledge="",
        )  # fmt: skip
        encoded = [(name, value.encode("utf-8", "backslashreplace")) for name, value in said.items()]
        partition = partition_for(letter.encode(), self._partitions(topics.DLQ))
        return Ready(topics.DLQ, partition, _EVERYONE, refusal.original, [*encoded, *headers])


def dead_letter_id(place: str, line: int, original: bytes) -> str:
    """See `Refusal.id`."""
    return blake2b(
        f"{STAGE}\0{place}\0{line}\0".encode("utf-8", "surrogateescape") + original, digest_size=16
    ).hexdigest()
