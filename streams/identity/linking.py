"""Records that have to do with links: told to the homes of keys, forwarded to whom a key points, without faces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, cast

import msgspec

from schemas import keys
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.hints import FACE, HEADER, LINKED, UNLINKED, Hint, Op, pack, unpack
from schemas.recorded import Recorded
from schemas.records import Source, Touchpoint, Undecodable
from streams.customers.ids import output_id
from streams.identity.deriving import SOURCE, SOURCE_BYTES, Resolution, along, packed_source, rejection, source_of
from streams.identity.links import HOPS, Links, Told

BY: Final = "identity"
"""Who says it: a link that holds, in contrast to a person's word on one that may be refused."""
CONFLICTED: Final = "identity.conflicted"
_TYPES: Final = {"linked": LINKED, "unlinked": UNLINKED, "conflicted": CONFLICTED}
_FACE: Final = f"{FACE}:".encode()
_TOO_LONG: Final = (
    "chain_too_long",
    f"more than {HOPS} links lead from this key to a customer; link it to the customer itself: rapport identity link",
)


class Linking:
    """Takes the records that have to do with links."""

    def __init__(self, links: Links, resolution: Resolution, name: bytes, partitions: int) -> None:
        self._links = links
        self._resolution = resolution
        self._name = name
        self._partitions = partitions

    def known(self, record: Recorded) -> bytes | None:
        """The customer's key where nothing is new; None: `take` has to look closer, also at a broken header."""
        key = record.key
        if key is None or key.startswith(_FACE):
            return None
        try:
            return _known(self._links, key, record.headers)
        except msgspec.MsgspecError:
            return None

    def take(self, record: Recorded, key: str, home: int) -> None:
        try:
            hint, sender = _read(record.headers)
        except msgspec.MsgspecError as error:
            detail = f"the header {HEADER!r} is no hint of a producer of this release: {error}"
            self._resolution.rejected.append(rejection(record, "bad_hint", detail))
            return
        if sender is not None and self._links.taken(*sender):
            self._resolution.counts["resent"] += 1
            return
        if hint.op in ("claim", "link", "refused", "release") or (hint.op == "unlink" and sender is not None):
            self._tell(record, self._links.hear(hint, self._moment(record)))
            self._resolution.counts["between"] += 1
            return
        told: list[Told] = []
        if hint.op:
            told = self._links.hear(hint, self._moment(record))
        elif self._links.news(key.encode(), hint):
            told = self._links.seen(key, hint, self._moment(record))
        # A person's word stays with the key that it is about, a face's, too; everything else goes where the key points.
        to = "" if hint.op else self._links.target(key.encode())
        self._forward(record, key, to, home, hint)
        self._tell(record, told, first=1)

    def _forward(self, record: Recorded, key: str, to: str, home: int, hint: Hint) -> None:
        value, headers = record.value, self._headers(record, 0)
        if hint.face is not None or key.startswith(f"{FACE}:"):
            value, event_id = _without_face(value)
            if not to and not hint.op and key.startswith(f"{FACE}:"):
                key = f"{keys.NOBODY}:{event_id}"
                home = keys.partition_for(key.encode(), self._partitions)
                self._resolution.counts["faceless"] += 1
        hops = hint.hops + bool(to)
        if hops > HOPS:
            self._resolution.rejected.append(rejection(record, *_TOO_LONG))
            return
        target = (to or key).encode()
        if to:
            home = keys.partition_for(target, self._partitions)
            self._resolution.counts["linked"] += 1
        derived = (target, value, headers, record.timestamp)
        if to and keys.kind_of(to) != keys.AS_IT_IS:
            headers.append((HEADER, pack(Hint(hops=hops))))
            self._resolution.passed[home].append(derived)
        else:
            self._resolution.forwarded[home].append(derived)

    def _tell(self, record: Recorded, told: Sequence[Told], first: int = 0) -> None:
        if not told:
            return
        moment = self._moment(record)
        for n, each in enumerate(told, first):
            kind = _TYPES.get(each.kind)
            headers = self._headers(record, n)
            home = keys.partition_for(each.whom.encode(), self._partitions)
            body = _said(each, kind or LINKED, moment)
            derived = (each.whom.encode(), encode_touchpoint(body), headers, record.timestamp)
            if kind is not None:
                self._resolution.forwarded[home].append(derived)
                self._resolution.counts[each.kind] += 1
            else:
                hint = Hint(
                    op=cast(Op, each.kind), from_=each.from_, to=each.to, confidence=each.confidence,
                    via=each.via, people=each.people, grant=each.grant,
                )  # fmt: skip
                headers.append((HEADER, pack(hint)))
                self._resolution.passed[home].append(derived)

    def _headers(self, record: Recorded, n: int) -> list[tuple[str, bytes]]:
        return [(SOURCE, packed_source((record.partition, record.offset, n), self._name)), *along(record.headers)]

    @staticmethod
    def _moment(record: Recorded) -> int:
        """When it happened, by its own word; by the broker's where the body cannot be read."""
        (body,) = decode_touchpoints([record.value])
        return record.timestamp if isinstance(body, Undecodable) else body.occurred_at


def concerns_links(headers: Iterable[tuple[str, bytes | None]]) -> bool:
    """Whether a producer or another home says something in them."""
    return any(name in (HEADER, SOURCE) for name, _ in headers)


@lru_cache(maxsize=1 << 16)
def _hint(header: bytes) -> Hint:
    """The same customer comes with the same identifiers again and again."""
    return unpack(header)


def _known(links: Links, key: bytes, headers: Iterable[tuple[str, bytes | None]]) -> bytes | None:
    """The key of the customer where all is known: to be forwarded at once. None: there is more to it."""
    entry = links.entries.get(key)
    to = "" if entry is None else entry.to
    if to and keys.kind_of(to) != keys.AS_IT_IS:
        return None
    for name, value in headers:
        if name == SOURCE:
            return None
        if name == HEADER:
            hint = _hint(value) if value else Hint()
            if hint.op or hint.face is not None or hint.hops or links.news(key, hint):
                return None
    return to.encode() if to else key


def _read(headers: Iterable[tuple[str, bytes | None]]) -> tuple[Hint, Source | None]:
    """What a producer or another home says, and which record of the raw topic it derives from."""
    hint, sender = Hint(), None
    for name, value in headers:
        if name == HEADER and value:
            hint = _hint(value)
        elif name == SOURCE and value is not None and len(value) >= SOURCE_BYTES:
            sender = source_of(value)
    return hint, sender


def _without_face(value: bytes | None) -> tuple[bytes | None, str]:
    (body,) = decode_touchpoints([value])
    if isinstance(body, Undecodable):
        return value, "unreadable"
    return encode_touchpoint(msgspec.structs.replace(body, face_token=None)), body.event_id


def _said(told: Told, kind: str, at: int) -> Touchpoint:
    """What the archive and the engine read of it. The id is a hash of what it says, so that a repetition is known."""
    facts = {"from": told.from_, "to": told.to, "confidence": told.confidence, "reason": told.reason, "by": BY}
    cause = f"{at}|{told.reason}|{told.grant}"
    return Touchpoint(
        event_id=f"link:{output_id('identity', told.kind, 1, told.whom, told.from_, told.to, cause)}",
        type=kind, occurred_at=at, occurred_offset=0, channel="system", initiator="company",
        properties=msgspec.json.encode(facts).decode(),
    )  # fmt: skip
