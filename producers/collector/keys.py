"""Who may send: keys with names, looked up without telling by the time it takes how near a guess was."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Final

import msgspec

from producers.collector.adapter import Quota, Refused

USUAL_RATE: Final = 100_000.0
"""Events a second of a key that names no rate: a bound against accidents, above what one collector takes."""


class WriteKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A caller: its name (for metrics and words), its key, and how many events a second it may send."""

    name: str
    key: Annotated[str, msgspec.Meta(min_length=8)]
    events_per_s: Annotated[float, msgspec.Meta(gt=0)] = USUAL_RATE


class Keys:
    """The callers of one source. `ValueError` if two have the same key or name."""

    def __init__(self, keys: Sequence[WriteKey]) -> None:
        self._quotas = {_digest(each.key): Quota(each.name, each.events_per_s) for each in keys}
        if not keys:
            raise ValueError("keys: is empty; name at least one")
        if len(self._quotas) < len(keys) or len({each.name for each in keys}) < len(keys):
            raise ValueError("keys: two are the same; give each a name and a key of its own")

    def known(self, key: str) -> Quota | None:
        return self._quotas.get(_digest(key))

    def caller(self, headers: Mapping[str, str]) -> Quota:
        """By `Authorization`: Basic with the key as user (as Segment's SDKs send) or as password, or Bearer."""
        quota = self.known(shown(headers))
        if quota is None:
            raise Refused(
                401, "wrong_key", "no such write key: send it as `Authorization: Bearer KEY`, or as Basic's user"
            )
        return quota


def shown(headers: Mapping[str, str]) -> str:
    """The key that a request shows; empty if none, or if it cannot be read."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    match kind.lower():
        case "bearer":
            return value.strip()
        case "basic":
            try:
                user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
            except (binascii.Error, UnicodeDecodeError, ValueError):
                return ""
            return user or password
    return ""


def _digest(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogateescape"), digest_size=16).digest()
