"""Who a touchpoint is about, as a Kafka key, and the partition that key goes to."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Final, NamedTuple

from schemas.identifiers import normalised
from schemas.records import EVERYONE, IDENTIFIERS, Touchpoint
from schemas.sealing import KINDS, SEALED, unsealed

SENTINELS: Final[frozenset[str]] = frozenset(
    {"null", "undefined", "none", "0", "anonymous", "n/a", "-", "", "nil", "nan", "<na>", r"\n"}
)
"""Values, in lower case and trimmed, that producers send for want of an identifier. They identify nobody.

Tables have some of their own: NaN and <NA> of pandas, \\N of Hive and MySQL.
"""

AS_IT_IS: Final = "customer_id"
NAMED: Final = "loyalty_card"
HASHED: Final[tuple[str, ...]] = ("email", "phone", "account", "social", "device", "cookie")
NO_KEY: Final = "face_token"
"""A face makes no key: consent for it is the link to a stronger identifier."""

NOBODY: Final = "none"
COMPANY: Final = "company"
RESERVED: Final[tuple[str, ...]] = tuple(f"{kind}:" for kind in (NAMED, *HASHED, NO_KEY, NOBODY, COMPANY))
"""How no `customer_id` may begin: such a key would be taken for another customer's."""

_IS_KEY: Final = re.compile(rf"({'|'.join((*HASHED, NO_KEY))}):[^:]+:[0-9a-f]{{32}}", re.ASCII)
_DIGEST: Final = 16
_SEED: Final = 0x9747B28C
_M: Final = 0x5BD1E995
_WORD: Final = 0xFFFFFFFF


class IdentityKey(NamedTuple):
    """The secret under which identifiers are hashed, and its name, which stands in every hash."""

    id: str
    secret: bytes


def is_sentinel(value: str) -> bool:
    """Whether an identifier says nothing about who it is."""
    return value.strip().lower() in SENTINELS


def key_of(touchpoint: Touchpoint, identity: IdentityKey, *, company_wide: bool = False) -> str:
    """The key of a touchpoint by its strongest identifier; `EVERYONE` for what is company-wide.

    `customer_id` as it is, `loyalty_card:<value>`, else `<kind>:<key id>:<keyed hash>`, else `none:<event_id>`.
    """
    if company_wide:
        return EVERYONE
    for kind in IDENTIFIERS:
        value: str | None = getattr(touchpoint, kind)
        if value is not None and kind != NO_KEY:
            return key_for(kind, value, identity)
    return f"{NOBODY}:{touchpoint.event_id}"


@lru_cache(maxsize=65_536)
def key_for(kind: str, value: str, identity: IdentityKey) -> str:
    """The key of one identifier, in the clear or sealed."""
    if kind == AS_IT_IS:
        return value
    if kind == NAMED:
        return f"{NAMED}:{value}"
    if value.startswith(SEALED) and kind in KINDS:
        value = unsealed(kind, value, *identity) or value
    return f"{kind}:{identity.id}:{keyed_hash(kind, normalised(kind, value), identity.secret)}"


def keyed(named: str, identity: IdentityKey) -> str:
    """The key that `named` means: a key as it is, `email:anna@example.com` hashed, else a customer's id."""
    kind, _, value = named.strip().partition(":")
    if kind not in (*HASHED, NO_KEY) or _IS_KEY.fullmatch(named.strip()):
        return named.strip()
    return key_for(kind, value, identity)


def kind_of(key: str) -> str:
    """The kind of identifier that a key is made from."""
    kind, _, value = key.partition(":")
    return kind if value and kind in (NAMED, *HASHED, NO_KEY, NOBODY, COMPANY) else AS_IT_IS


def keyed_hash(kind: str, value: str, secret: bytes) -> str:
    """32 hexadecimal digits that only the holder of the secret can make from the value (blake2b).

    The secret has at most 64 bytes. The kind is part of it: the same text as e-mail and as account differ.
    """
    return blake2b(f"{kind}:{value}".encode(), digest_size=_DIGEST, key=secret).hexdigest()


def key_is_sentinel(key: str) -> bool:
    """Whether the value part of a key identifies nobody, for a key that did not pass the contract."""
    kind, _, value = key.partition(":")
    return is_sentinel(value if kind in (NAMED, *HASHED, NO_KEY) else key)


@lru_cache(maxsize=65_536)
def partition_for(key: bytes, partitions: int) -> int:
    """The partition of a key, as Java's default partitioner has it."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """Kafka's murmur2, as an unsigned number of 32 bits."""
    length = len(data)
    h = _SEED ^ length
    for word in _words(length >> 2)(data):
        k = word * _M & _WORD
        h = (h * _M ^ (k ^ k >> 24) * _M) & _WORD
    if length & 3:
        h = (h ^ int.from_bytes(data[length & ~3 :], "little")) * _M & _WORD
    h = (h ^ h >> 13) * _M & _WORD
    return h ^ h >> 15


@lru_cache(maxsize=256)
def _words(count: int) -> Callable[[bytes], tuple[int, ...]]:
    """Reads so many words of 32 bits from the beginning."""
    return Struct(f"<{count}I").unpack_from
