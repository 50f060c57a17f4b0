"""Around every request: who it is, whether its form is ours, and the headers that keep a browser on our side."""

from __future__ import annotations

import asyncio
import hmac
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.accounts.people import Person, csrf_of
from console.accounts.roles import Right

SESSION: Final = "rapport_session"
BODY: Final = 64 * 1024
"""Bytes of the largest form."""
BODY_S: Final = 10.0
"""How long it may take to come."""
FIELDS: Final = 30
HEADERS: Final = (
    ("content-security-policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
     " font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("x-frame-options", "DENY"),
)  # fmt: skip


class Stop(Exception):
    """The request ends here with this status; `said` is a name in the catalogue of words."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


class LogIn(Exception):
    """Nobody is logged in; they come back to where they wanted to go."""


class Headers:
    """Security headers on every answer; nothing but files of ours may be kept by a cache."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app = app
        hsts = (("strict-transport-security", "max-age=31536000"),) if secure else ()
        self._always = [(name.encode(), value.encode()) for name, value in (*HEADERS, *hsts)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = scope["path"].startswith("/static/")
                cache = b"public, max-age=3600" if kept else b"no-store"
                message["headers"] = [*message["headers"], *self._always, (b"cache-control", cache)]
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def same_origin(request: HTTPConnection) -> bool:
    """Whether a browser says that the request comes from a page of ours; every browser of today says something."""
    origin = request.headers.get("origin") or request.headers.get("referer", "")
    if origin:
        return bool(urlsplit(origin).netloc == request.headers.get("host", ""))
    return request.headers.get("sec-fetch-site", "") in ("same-origin", "none")


async def form_of(request: Request, token: str) -> dict[str, str]:
    """The fields of a form that this session's own page sent, without NUL; `Stop` for any other."""
    if not same_origin(request):
        raise Stop(403, "refused.origin")
    length = whole(request.headers.get("content-length", ""))
    if length is None or length > BODY:
        raise Stop(413, "refused.too_large")
    try:
        async with asyncio.timeout(BODY_S):
            body = await request.body()
        fields = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=FIELDS)
    except TimeoutError:
        raise Stop(408, "refused.too_slow") from None
    except ValueError:
        raise Stop(413, "refused.too_large") from None
    form = {name: value.replace("\0", "") for name, value in fields}
    if token and not hmac.compare_digest(form.get("csrf", "").encode(), csrf_of(token).encode()):
        raise Stop(403, "refused.form")
    return form


def whole(text: str) -> int | None:
    """The number that these digits write; None for anything else, however much of it somebody sends."""
    return int(text) if len(text) < 16 and text.isascii() and text.isdigit() else None


def local(path: str) -> str:
    """The path if it leads to a page of ours, else the inbox: whoever made the link does not choose another site."""
    parts = urlsplit(path)
    if not path.startswith("/") or path.startswith(("//", "/\\")) or parts.scheme or parts.netloc:
        return "/"
    return "/" if any(ord(letter) < 32 or letter == "\\" for letter in path) else path


def need(person: Person | None, right: Right) -> Person:
    """The person, if they may; `LogIn` or `Stop` if not."""
    if person is None:
        raise LogIn
    if not person.may(right):
        raise Stop(403, "refused.right")
    return person
