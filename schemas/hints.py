"""What a producer tells identity beside the key: the weaker identifiers of a touchpoint, links, consent to the camera.

It stands in the header `identity`, as hashes; a touchpoint that has nothing to tell has no such header.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import attrgetter
from typing import Final, Literal, TypeAlias

import msgspec

from schemas.keys import IdentityKey, key_for, key_of, keyed
from schemas.records import EVERYONE, IDENTIFIERS, Touchpoint
from schemas.sealing import NAMES, sealed, sealed_inside
from schemas.wire import properties

HEADER: Final = "identity"
LINKED: Final = "identity.linked"
UNLINKED: Final = "identity.unlinked"
ERASED: Final = "customer.erased"
"""Who is to be forgotten: the record's key."""
FACE: Final = "face_token"

Op: TypeAlias = Literal["", "said", "unlink", "claim", "link", "refused", "release", "erase"]
"""`said`, `unlink`, `erase`: a person's word. The others go between the homes of two keys
(docs/decisions/0010-identity.md)."""

_BELOW_ID: Final = tuple(kind for kind in IDENTIFIERS if kind != FACE)
_ALONE: Final = len(_BELOW_ID) - 1
_values: Final = attrgetter(*_BELOW_ID)
identifiers_of: Final = attrgetter(*IDENTIFIERS)
NO_ONE: Final = (None,) * len(IDENTIFIERS)
CONSENT: Final = "consent.changed"
PEOPLES: Final = frozenset({LINKED, UNLINKED})
"""A person's word on who is who."""
TELLING: Final = PEOPLES | {CONSENT}
"""Types whose properties, too, tell identity something."""


class Hint(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`also`: the weaker keys, strongest first. `face`: the key of a face token in the body. `camera`: consent given
    or withdrawn by this touchpoint. `hops`: links followed so far. `people`: the word of a person, not an inference.
    `grant`: which of the stronger key's permissions is spoken of."""

    op: Op = ""
    also: tuple[str, ...] = ()
    face: str | None = None
    camera: bool | None = None
    from_: str = ""
    to: str = ""
    confidence: float = 1.0
    via: tuple[str, ...] = ()
    hops: int = 0
    people: bool = False
    grant: int = 0


_NAMED: Final = re.compile(f'"(?:{"|".join(NAMES)})"\\s*:')
_json = msgspec.json.Encoder().encode
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Hint).decode


def pack(hint: Hint) -> bytes:
    """The header's value."""
    return _encode(hint)


def unpack(header: bytes) -> Hint:
    """Inverse of `pack`; ValueError where it is none."""
    return _decode(header)


def raw_key(touchpoint: Touchpoint, identity: IdentityKey, *, company_wide: bool = False) -> str:
    """The key on the raw topic: as `key_of`, but a link goes to its weaker end, a lone face to the home of its link."""
    if touchpoint.type in PEOPLES:
        return keyed(str(properties(touchpoint).get("from", "")), identity)
    key = key_of(touchpoint, identity, company_wide=company_wide)
    if touchpoint.face_token is not None and key != EVERYONE and key.startswith("none:"):
        return key_for(FACE, touchpoint.face_token, identity)
    return key


@lru_cache(maxsize=65_536)
def known_by(identifiers: tuple[str | None, ...], identity: IdentityKey) -> tuple[bytes, bytes | None]:
    """`raw_key` and `hint_of` of a touchpoint with these identifiers (strongest first, at least one), if it is neither

    company-wide nor `TELLING`. Who comes once comes again under the same identifiers.
    """
    *below, face_token = identifiers
    values = tuple(below)
    strongest = next(((kind, value) for kind, value in zip(_BELOW_ID, values, strict=True) if value is not None), None)
    key = key_for(*(strongest or (FACE, str(face_token))), identity)
    alone = face_token is None and values.count(None) == _ALONE
    return key.encode(), None if alone else _told(values, face_token, None, identity)


def hint_of(touchpoint: Touchpoint, identity: IdentityKey) -> bytes | None:
    """The header's value, or None where there is nothing to tell, as for most."""
    if touchpoint.type in PEOPLES:
        return pack(_of_people(touchpoint, identity))
    values = _values(touchpoint)
    consent = touchpoint.type == CONSENT
    if values.count(None) >= _ALONE and touchpoint.face_token is None and not consent:
        return None
    return _told(values, touchpoint.face_token, _camera(touchpoint) if consent else None, identity)


def _told(
    values: tuple[str | None, ...], face_token: str | None, camera: bool | None, identity: IdentityKey
) -> bytes | None:  # fmt: skip
    found = [key_for(kind, value, identity) for kind, value in zip(_BELOW_ID, values, strict=True) if value is not None]
    face = None if face_token is None else key_for(FACE, face_token, identity)
    also = tuple(found[1:])
    return pack(Hint(also=also, face=face, camera=camera)) if also or face or camera is not None else None


def private(touchpoint: Touchpoint, identity: IdentityKey) -> Touchpoint:
    """Addresses and phone numbers are sealed. A person's word on a link names keys only: what is clear is hashed."""
    touchpoint = _sealed(touchpoint, identity)
    if touchpoint.type not in PEOPLES:
        return touchpoint
    facts = properties(touchpoint)
    named = {name: keyed(str(facts[name]), identity) for name in ("from", "to") if name in facts}
    return msgspec.structs.replace(touchpoint, properties=_json({**facts, **named}).decode())


def _sealed(touchpoint: Touchpoint, identity: IdentityKey) -> Touchpoint:
    changes: dict[str, str] = {}
    if touchpoint.email is not None:
        changes["email"] = sealed("email", touchpoint.email, *identity)
    if touchpoint.phone is not None:
        changes["phone"] = sealed("phone", touchpoint.phone, *identity)
    said = touchpoint.properties
    if said is not None and _NAMED.search(said):
        facts = properties(touchpoint)
        changes["properties"] = _json(sealed_inside(facts, lambda kind, value: sealed(kind, value, *identity))).decode()
    return msgspec.structs.replace(touchpoint, **changes) if changes else touchpoint


def _of_people(touchpoint: Touchpoint, identity: IdentityKey) -> Hint:
    facts = properties(touchpoint)
    sure = facts.get("confidence")
    return Hint(
        op="said" if touchpoint.type == LINKED else "unlink",
        from_=keyed(str(facts.get("from", "")), identity), to=keyed(str(facts.get("to", "")), identity),
        confidence=float(sure) if isinstance(sure, int | float) else 1.0, people=True,
    )  # fmt: skip


def _camera(touchpoint: Touchpoint) -> bool | None:
    facts = properties(touchpoint)
    granted = facts.get("granted")
    return granted if facts.get("scope") == "camera" and isinstance(granted, bool) else None
