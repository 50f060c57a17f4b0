"""How WeChat and WeCom sign their callbacks, and how they encrypt them.

https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/api/Before_Develop/Technical_Plan.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_RANDOM: Final = 16
_LENGTH: Final = 4
_BLOCK: Final = 32
"""Bytes to which the text is filled up; more than the 16 of AES itself."""


class Undecipherable(ValueError):
    """It was not encrypted with this key for this receiver."""


def signature(*parts: str) -> str:
    """SHA-1 over the parts in sorted order, as both networks have it."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass")).hexdigest()


def is_signed(given: str, *parts: str) -> bool:
    return hmac.compare_digest(signature(*parts).encode(), given.encode("utf-8", "surrogatepass"))


def key_of(text: str) -> bytes:
    """The 32 bytes of an EncodingAESKey; `ValueError` if it is none."""
    try:
        key = base64.b64decode(f"{text}=", validate=len(text) == 43)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"aes_key: is no EncodingAESKey ({error})") from error
    if len(text) != 43 or len(key) != 32:
        raise ValueError("aes_key: an EncodingAESKey has 43 letters and digits")
    return key


def decrypt(key: bytes, text: str, receiver: str) -> bytes:
    """What was encrypted for this receiver (an AppID or a CorpID); `Undecipherable` if it was not."""
    try:
        closed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Undecipherable(f"is no base64: {error}") from error
    if not closed or len(closed) % 16:
        raise Undecipherable("has the wrong length")
    engine = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    filled = engine.update(closed) + engine.finalize()
    if not 1 <= filled[-1] <= _BLOCK:
        raise Undecipherable("is filled up wrongly; is the key the account's?")
    plain = filled[_RANDOM : -filled[-1]]
    end = _LENGTH + int.from_bytes(plain[:_LENGTH], "big")
    if plain[end:] != receiver.encode() or len(plain) < end:
        raise Undecipherable("is for another receiver; is app_id the account's?")
    return plain[_LENGTH:end]


def encrypt(key: bytes, content: bytes, receiver: str, random: bytes) -> str:
    """As the networks do it; `random` are 16 bytes."""
    plain = random + len(content).to_bytes(_LENGTH, "big") + content + receiver.encode()
    more = _BLOCK - len(plain) % _BLOCK
    engine = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(engine.update(plain + bytes([more]) * more) + engine.finalize()).decode()
