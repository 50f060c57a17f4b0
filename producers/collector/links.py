"""Links in mails: sealed, so that nobody can make one, change one, or read in it who it was sent to.

A seal is AES-SIV (RFC 5297): it authenticates as an HMAC does, and hides the address besides, which
proxies and logs would else show. No randomness is in it, and no clock: the time it lasts stands inside
and is held against the time of the request.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Annotated, Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from producers.collector.adapter import Refused

LONGEST: Final = 4_096
"""Characters of a seal: mail programs cut longer addresses."""
Use = Literal["o", "c", "u", "f"]
"""Opened, clicked, unsubscribed; a form. A seal of one use is worth nothing for another."""
_WEB: Final = ("https://", "http://")


class LinkKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key by its id, which stands in every link that it seals."""

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,8}$")]
    secret: Annotated[str, msgspec.Meta(min_length=32)]


class Letter(msgspec.Struct, frozen=True, array_like=True):
    """What a link knows: which message, until when it holds (seconds since 1970), whose, of what campaign, whereto."""

    message: str
    until: int
    identifiers: dict[str, str] = {}
    campaign: str | None = None
    target: str | None = None


class Seals:
    """The first key seals, all of them open: to change keys put the new one before the old. `ValueError` if none."""

    def __init__(self, keys: Sequence[LinkKey]) -> None:
        if not keys or len({key.id for key in keys}) < len(keys):
            raise ValueError("keys: name at least one, each with an id of its own")
        self._first = keys[0].id
        self._ciphers = {
            key.id: AESSIV(blake2b(key.secret.encode(), digest_size=64, person=b"rapport-links").digest())
            for key in keys
        }

    def seal(self, use: Use, content: bytes) -> str:
        closed = self._ciphers[self._first].encrypt(content, [use.encode(), self._first.encode()])
        return f"{self._first}.{base64.urlsafe_b64encode(closed).decode().rstrip('=')}"

    def unseal(self, use: Use, sealed: str) -> bytes | None:
        """What was sealed for this use; None for anything else."""
        name, _, text = sealed.partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None or len(sealed) > LONGEST or not text.isascii():
            return None
        try:
            closed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return cipher.decrypt(closed, [use.encode(), name.encode()])
        except (binascii.Error, InvalidTag, ValueError):
            return None


class Links:
    """The addresses of one mail, below `base`: where the collector is reached from outside."""

    def __init__(self, seals: Seals, base: str = "") -> None:
        self._seals = seals
        self.base = base.rstrip("/")

    def picture(self, letter: Letter) -> str:
        return f"{self.base}/m/o/{self._sealed('o', letter)}.gif"

    def click(self, letter: Letter, target: str) -> str:
        """`ValueError` where the target is no address of the web."""
        if not target.lower().startswith(_WEB):
            raise ValueError(f"{target[:80]!r} is no address of the web")
        return f"{self.base}/m/c/{self._sealed('c', msgspec.structs.replace(letter, target=target))}"

    def unsubscribe(self, letter: Letter) -> str:
        return f"{self.base}/m/u/{self._sealed('u', letter)}"

    def headers(self, letter: Letter) -> Mapping[str, str]:
        """Those of RFC 8058, by which mail programs offer to unsubscribe at one click."""
        return {
            "List-Unsubscribe": f"<{self.unsubscribe(letter)}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }

    def letter(self, use: Use, sealed: str, now: int) -> Letter:
        """What a link of ours says; `Refused` if it is none, or no longer holds."""
        content = self._seals.unseal(use, sealed)
        try:
            letter = None if content is None else msgspec.msgpack.decode(content, type=Letter)
        except msgspec.DecodeError:
            letter = None
        if letter is None:
            raise Refused(404, "wrong_signature", "this link is not ours or was changed on its way; use the mail's own")
        if letter.until * 1000 <= now:
            raise Refused(410, "expired", "this link no longer holds; go to our site, or write to us")
        return letter

    def _sealed(self, use: Use, letter: Letter) -> str:
        sealed = self._seals.seal(use, msgspec.msgpack.encode(letter))
        if len(sealed) > LONGEST:
            raise ValueError(f"the link has {len(sealed)} characters, {LONGEST} are the most: shorten its target")
        return sealed
