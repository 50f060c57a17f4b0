"""Webhooks, signed as Standard Webhooks 1.0 defines it (https://www.standardwebhooks.com).

`webhook-id` is the same at each attempt: a receiver that keeps the ids of a day gets everything once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO, Final
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from sinks.frontline.config import key_of
from sinks.frontline.ways import Away, Message, Refused

TIMEOUT_S: Final = 15.0
LONGEST_WAIT_S: Final = 3600.0
"""More than an hour of `Retry-After` is not heeded."""
_AGAIN: Final = frozenset({401, 403, 404, 408, 409, 410, 423, 425, 429})
"""Of the refusals those that are not about the message: time mends them, or somebody who mends secret or URL."""


class Hook:
    """To one URL."""

    def __init__(self, url: str, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._key = key_of(secret)
        self._clock = clock
        self._opener = build_opener(_Stay)

    def send(self, message: Message) -> None:
        """Taken when it has answered 2xx."""
        body = msgspec.json.encode(message.payload)
        headers = {"Content-Type": "application/json", "User-Agent": "Rapport"}
        headers |= signed(self._key, message.id, int(self._clock()), body)
        request = Request(self._url, body, headers, method="POST")
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                answer.read(1)
        except HTTPError as error:
            with error:
                raise _failed(error.code, error.headers.get("Retry-After", "")) from error
        except (OSError, HTTPException) as error:
            raise Away(f"{type(error).__name__}: {error}") from error


def signed(key: bytes, webhook_id: str, at: int, body: bytes) -> dict[str, str]:
    """The three headers; `at` in seconds, of this very attempt."""
    digest = hmac.digest(key, f"{webhook_id}.{at}.".encode() + body, hashlib.sha256)
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": webhook_id, "webhook-timestamp": str(at), "webhook-signature": signature}


class _Stay(HTTPRedirectHandler):
    """What is signed for one place is not taken to another: a redirect is an answer like any other."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _failed(code: int, retry_after: str) -> Away | Refused:
    if code >= 500 or code < 400 or code in _AGAIN:
        return Away(f"it answers {code}", _seconds(retry_after))
    return Refused(f"it answers {code}")


def _seconds(text: str) -> float:
    return min(float(text), LONGEST_WAIT_S) if text.isascii() and text.isdigit() and len(text) < 9 else 0.0
