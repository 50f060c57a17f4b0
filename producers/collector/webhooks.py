"""The door of a documented webhook: a write key, or signatures as Standard Webhooks 1.0 defines them.

The sender of a signed request puts in `webhook-id`, `webhook-timestamp` (seconds since 1970) and
`webhook-signature`: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; several, with
blanks between, while a secret is being changed. https://www.standardwebhooks.com
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

import msgspec

from producers.collector.adapter import Quota, Refused, Request
from producers.collector.keys import Keys, WriteKey
from producers.collector.outcome import bad_json

TOLERANCE_S: Final = 300
"""How far the time of a signature may be from ours: what is older is somebody's copy."""
PREFIX: Final = "whsec_"

_ARRAY: Final = msgspec.json.Decoder(list[msgspec.Raw])
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_EVENTS: Final = "events"


class Door:
    """Who may send: `keys` for senders that can show a key, `secrets` (`whsec_…`) for those that sign.

    With secrets every request without a known key must be signed. `ValueError` if there is neither,
    or a secret that is none.
    """

    def __init__(self, keys: Sequence[WriteKey], secrets: Sequence[str]) -> None:
        if not keys and not secrets:
            raise ValueError("name a key in `keys`, or a secret in `secrets` for senders that sign")
        self._keys = Keys(keys) if keys else None
        self._secrets = [_secret(each) for each in secrets]

    def admit(self, request: Request) -> Quota | None:
        """The caller by its key, None by its signature; raises `Refused` for anybody else."""
        signed = "webhook-signature" in request.headers
        if self._secrets and (signed or self._keys is None):
            self._check(request)
            return None
        if self._keys is None:
            raise Refused(401, "unsigned", "this source takes no signatures: name a secret in `secrets`")
        return self._keys.caller(request.headers)

    def _check(self, request: Request) -> None:
        given = {name: request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature")}
        for name, value in given.items():
            if not value:
                raise Refused(401, "unsigned", f"header webhook-{name} is missing; sign as Standard Webhooks 1.0 says")
        content = f"{given['id']}.{given['timestamp']}.".encode("latin-1", "replace") + request.body
        wanted = [base64.b64encode(hmac.digest(secret, content, hashlib.sha256)) for secret in self._secrets]
        shown = [each.removeprefix("v1,").encode("latin-1", "replace") for each in given["signature"].split()]
        if not any(hmac.compare_digest(one, other) for one in wanted for other in shown):
            words = "webhook-signature is not of this body, id and time; is the secret the one of the sources file?"
            raise Refused(401, "wrong_signature", words)
        if abs(_seconds(given["timestamp"]) - request.received_at / 1000) > TOLERANCE_S:
            words = f"webhook-timestamp is more than {TOLERANCE_S} s from our clock; sign each attempt anew"
            raise Refused(401, "replayed", words)


def pieces(body: bytes) -> tuple[list[bytes], bool]:
    """The events of a body, each as it came: one object, an array, or `{"events": […]}`; and whether it is a batch."""
    body = body.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if body.startswith(b"["):
            return [bytes(each) for each in _ARRAY.decode(body)], True
        content = _OBJECT.decode(body)
        if content.keys() == {_EVENTS}:
            return [bytes(each) for each in _ARRAY.decode(content[_EVENTS])], True
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        bad_json(body)
    return [body], False


def _secret(text: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"secrets: one is no base64 after {PREFIX} ({error})") from error


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0.0
