"""Who is meant: an id as it stands in keys, or a clear e-mail or phone number, which is hashed as producers hash it."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from rapport.failure import WRONG_USAGE, Failure
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.keys import HASHED, IdentityKey, key_of
from schemas.records import EVERYONE

_HASH: Final = re.compile(rf"({'|'.join(HASHED)}):[^:]+:[0-9a-f]{{32}}", re.ASCII)
_CARRIER: Final = {
    "event_id": "asked", "type": "agent.noted", "channel": "system", "occurred_at": "2000-01-01T00:00:00Z",
}  # fmt: skip
"""Any touchpoint: the identifier travels in it the way that it travels from a producer."""


def customer_key(named: str, identity: IdentityKey) -> str:
    """The customer's key. Of `email:anna@example.com` only the hash is kept: the clear value is shown nowhere.

    Failure if the value identifies nobody.
    """
    if named.strip() in ("", EVERYONE):
        raise Failure(f"{named!r} is nobody; name a customer's id, or email:… or phone:…", WRONG_USAGE)
    kind, _, value = named.partition(":")
    if kind not in HASHED or _HASH.fullmatch(named):
        return named
    found = read_line(msgspec.json.encode(_CARRIER | {"identifiers": {kind: value}}))
    if isinstance(found, Fault):
        raise Failure(f"{kind}: {found.detail}", WRONG_USAGE)
    return key_of(found, identity)
