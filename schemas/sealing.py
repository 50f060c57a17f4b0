"""Addresses and phone numbers, sealed: whoever holds the identity key can read them, and nobody else.

A seal is AES-SIV (RFC 5297) without any randomness: the same value has the same seal, so that a record which is
sent again is the same record. It is written in lower case, which is all that some fields keep.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

SEALED: Final = "sealed:"
"""How a seal begins; the id of the key follows."""
KINDS: Final = ("email", "phone")
"""Identifiers that are sealed: by them somebody can be written to, or called."""
NAMES: Final = {
    "email": "email", "e_mail": "email", "e-mail": "email", "mail": "email", "email_address": "email",
    "emailAddress": "email", "phone": "phone", "phone_number": "phone", "phoneNumber": "phone", "mobile": "phone",
    "telephone": "phone", "tel": "phone",
}  # fmt: skip
"""Properties, at any depth, under which sources write an address or a number."""


@lru_cache(maxsize=65_536)
def sealed(kind: str, value: str, key_id: str, secret: bytes) -> str:
    """The seal of a value; a seal itself stays as it is."""
    if value.startswith(SEALED):
        return value
    closed = _cipher(secret).encrypt(value.encode(), [kind.encode(), key_id.encode()])
    return f"{SEALED}{key_id}:{base64.b32encode(closed).decode().rstrip('=').lower()}"


@lru_cache(maxsize=65_536)
def unsealed(kind: str, value: str, key_id: str, secret: bytes) -> str | None:
    """What was sealed; None where it is no seal of this kind under this key."""
    named, _, text = value.removeprefix(SEALED).partition(":")
    if not value.startswith(SEALED) or named != key_id:
        return None
    try:
        closed = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
        return _cipher(secret).decrypt(closed, [kind.encode(), key_id.encode()]).decode()
    except (InvalidTag, binascii.Error, ValueError):
        return None


def sealed_inside(facts: dict[str, Any], seal: Callable[[str, str], str]) -> dict[str, Any]:
    """The same with every text under one of `NAMES` sealed; `seal` takes kind and value."""
    return {name: _sealed(name, value, seal) for name, value in facts.items()}


def _sealed(name: str, value: Any, seal: Callable[[str, str], str]) -> Any:
    match value:
        case str() if value and name in NAMES:
            return seal(NAMES[name], value)
        case dict():
            return sealed_inside(value, seal)
        case list():
            return [_sealed(name, each, seal) for each in value]
    return value


@lru_cache(maxsize=8)
def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(blake2b(secret, digest_size=64, person=b"rapport-contact").digest())
