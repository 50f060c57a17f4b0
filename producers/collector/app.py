"""The collector as an ASGI application: read a request whole, ask its adapter, write, answer."""

from __future__ import annotations

import asyncio
import logging
import time
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from producers.collector import metrics
from producers.collector.adapter import Adapter, Answer, Refused, Request, Taken
from producers.collector.decisions import Decisions
from producers.collector.limits import Limits
from producers.collector.routing import Found, Router
from producers.collector.turns import Turns
from producers.collector.writing import Log, Unavailable
from producers.delivery import Headers, wall_clock
from producers.preparing import Preparing, Ready, Refusal
from rapport.sending import RECORD_BYTES
from schemas.keys import IdentityKey
from schemas.records import Touchpoint
from schemas.traces import TRACEPARENT, is_traceparent
from schemas.wire import output_to_json

MAX_BODY: Final = 4 * 1024 * 1024
"""Bytes of a request, unpacked; a source may allow less."""
BODY_S: Final = 20.0
"""How long a caller may take to send a body."""
PATIENCE_S: Final = 1.0
"""How long a person waits for Kafka before they get their page regardless."""
MAX_READING_BYTES: Final = 64 * 1024 * 1024
"""Of all bodies that are being read, or wait for their turn, at a time."""

JSON: Final = ("content-type", "application/json")
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

log = logging.getLogger(__name__)


class Gone(Exception):
    """The caller has left."""


def refusal(status: int, reason: str, detail: str, *more: tuple[str, str]) -> Answer:
    """An answer that says why."""
    return Answer(status, msgspec.json.encode({"error": reason, "detail": detail}), (JSON, *more))


class Collector:
    """The application. `pages` are what it answers itself, by path."""

    def __init__(
        self, adapters: Sequence[Adapter], writer: Log, identity: IdentityKey, *, base_url: str = "",
        origins: str = "*", pages: Mapping[str, Answer] | None = None, clock: Callable[[], int] = wall_clock,
        decisions: Decisions | None = None,
    ) -> None:  # fmt: skip
        self._router = Router(adapters)
        self._writer = writer
        self._preparing = Preparing(writer.partitions, identity)
        self._base_url = base_url.rstrip("/")
        self._origins = frozenset(origins.split())
        self._pages = pages or {}
        self._clock = clock
        self._decisions = decisions
        self._limits = Limits()
        self._reading = 0
        self._turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "the server is told that there are no websockets and no lifespan"
        began = time.perf_counter()
        method, path = scope["method"], scope["path"]
        found = self._router.find(method, path)
        source = "" if found is None else found.adapter.name
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        whole = "content-length" not in headers and "transfer-encoding" not in headers
        try:
            if found is None:
                answer = self._own(method, path, headers)
            else:
                body = await self._body(headers, receive)
                whole = True
                answer = await self._taken(found, scope, headers, body)
        except Refused as error:
            answer = refusal(error.status, error.reason, error.detail)
        except Unavailable as error:
            answer = refusal(503, "unavailable", f"nothing was accepted: {error}; send it again", ("retry-after", "1"))
        except Gone:
            return
        except Exception:  # whatever one request does must not end the others
            log.exception("%s %s failed", method, path)
            answer = refusal(500, "fault_of_ours", "the collector's log says more; send it again later")
        if source:
            metrics.REQUESTS.labels(source, str(answer.status)).inc()
            metrics.SECONDS.labels(source).observe(time.perf_counter() - began)
        if not whole:  # who goes on sending what nobody reads holds no connection
            answer = Answer(answer.status, answer.body, (*answer.headers, ("connection", "close")))
        await self._answer(answer, headers, send, body=method != "HEAD")

    def _own(self, method: str, path: str, headers: Mapping[str, str]) -> Answer:
        """What no source answers: pages, preflights, and who asks for what is not there."""
        if method in ("GET", "HEAD"):
            if path == "/health":
                state = self._writer.state
                well = state == "running"
                return Answer(200 if well else 503, msgspec.json.encode({"well": well, "kafka": state}), (JSON,))
            if path == "/metrics":
                metrics.WAITING.set(self._writer.waiting_bytes)
                return Answer(200, generate_latest(), (("content-type", CONTENT_TYPE_LATEST),))
            if path in self._pages:
                return self._pages[path]
        methods = self._router.methods(path)
        if method == "OPTIONS" and methods:
            asked = headers.get("access-control-request-headers", "authorization, content-type")
            return Answer(204, b"", (
                ("access-control-allow-methods", ", ".join(methods)), ("access-control-allow-headers", asked),
                ("access-control-max-age", "86400"), ("allow", ", ".join([*methods, "OPTIONS"])),
            ))  # fmt: skip
        if methods:
            return refusal(405, "method", f"{path} takes {', '.join(methods)}", ("allow", ", ".join(methods)))
        return refusal(404, "unknown_path", f"nothing is at {path[:200]}; /docs says what there is")

    async def _taken(self, found: Found, scope: Scope, headers: Mapping[str, str], body: bytes) -> Answer:
        query = scope["query_string"].decode("latin-1")
        request = Request(
            route=found.route,
            url=self._url(scope, headers, query),
            received_at=self._clock(),
            args=found.args,
            query=dict(parse_qsl(query, keep_blank_values=True)) if query else {},
            headers=headers,
            body=body,
            remote=scope["client"][0] if scope.get("client") else "",
        )
        await self._turns.come(len(body))
        taken = found.adapter.take(request)
        if taken.quota is not None:
            wait_s = self._limits.take(found.adapter.name, taken.quota, len(taken.touchpoints), time.monotonic())
            if wait_s:
                words = f"{taken.quota.name} may send {taken.quota.events_per_s:g} events a second"
                return refusal(429, "too_many", words, ("retry-after", str(wait_s)))
        if not taken.touchpoints:
            return taken.answer
        if taken.decision_for is not None:
            return await self._decided(taken, taken.decision_for, request, found.adapter.name)
        try:
            if self._writer.state != "running":
                raise Unavailable(self._writer.state)
            written = self._writer.put(self._records(taken, request, found.adapter.name))
            await (written if taken.otherwise is None else asyncio.wait_for(written, PATIENCE_S))
        except (Unavailable, TimeoutError) as error:
            if taken.otherwise is None:
                raise Unavailable(str(error) or "Kafka does not answer") from error
            if taken.otherwise.status < 400:
                metrics.EVENTS.labels(found.adapter.name, "lost").inc(len(taken.touchpoints))
            return taken.otherwise
        return taken.answer

    async def _decided(self, taken: Taken, event_id: str, request: Request, source: str) -> Answer:
        """The line's own answer, or none at all."""
        if self._decisions is None or self._writer.state != "running":
            raise Unavailable("nobody hears decisions here" if self._decisions is None else self._writer.state)
        decision = asyncio.ensure_future(self._decisions.expect(event_id))
        try:
            await self._writer.put(self._records(taken, request, source))
            return Answer(200, msgspec.json.encode(output_to_json(await decision)), (JSON,))
        finally:
            decision.cancel()

    def _records(self, taken: Taken, request: Request, source: str) -> list[Ready]:
        traceparent = request.headers.get(TRACEPARENT, "").encode("latin-1")
        trace: Headers = ((TRACEPARENT, traceparent),) if is_traceparent(traceparent) else ()
        now, records, accepted = request.received_at, [], 0
        received, prepared = self._preparing.received, self._preparing.touchpoint
        places = taken.places if taken.places is not None else range(len(taken.touchpoints))
        for index, each in zip(places, taken.touchpoints, strict=True):
            if isinstance(each, Touchpoint):
                try:
                    record = prepared(received(each, now), trace)
                except UnicodeEncodeError as error:
                    record = self._letter(request, index, "bad_encoding", str(error), request.body, trace)
                else:
                    if len(record.value) < RECORD_BYTES:
                        accepted += 1
                    else:
                        record = self._letter(request, index, "too_large", "no topic takes it", request.body, trace)
            else:
                record = self._letter(request, index, each.reason, each.detail, each.original, trace)
            records.append(record)
        metrics.EVENTS.labels(source, "accepted").inc(accepted)
        if accepted < len(records):
            metrics.EVENTS.labels(source, "rejected").inc(len(records) - accepted)
        return records

    def _letter(self, request: Request, index: int, reason: str, detail: str, original: bytes, trace: Headers) -> Ready:
        place = f"{request.route.method} {request.route.path}"
        return self._preparing.letter(Refusal(place, index, reason, detail, original), request.received_at, trace)

    async def _body(self, headers: Mapping[str, str], receive: Receive) -> bytes:
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > MAX_BODY:
            raise Refused(413, "too_large", f"{length} bytes; a request has at most {MAX_BODY}: send less at a time")
        held = 0
        parts: list[bytes] = []
        try:
            async with asyncio.timeout(BODY_S):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    part: bytes = message.get("body", b"")
                    parts.append(part)
                    held += len(part)
                    self._reading += len(part)
                    if held > MAX_BODY:
                        raise Refused(413, "too_large", f"a request has at most {MAX_BODY} bytes: send less at a time")
                    if self._reading + self._turns.waiting_bytes > MAX_READING_BYTES:
                        raise Unavailable("too many requests are being read")
                    if not message.get("more_body", False):
                        break
        except TimeoutError as error:
            raise Refused(408, "too_slow", f"the body took more than {BODY_S:.0f} s") from error
        finally:
            self._reading -= held
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        encoding = headers.get("content-encoding", "identity").strip().lower()
        return body if encoding in ("identity", "") else unpacked(body, encoding)

    def _url(self, scope: Scope, headers: Mapping[str, str], query: str) -> str:
        base = self._base_url or f"{scope.get('scheme', 'http')}://{headers.get('host', '')}"
        path = scope["raw_path"].decode("latin-1") if scope.get("raw_path") else scope["path"]
        return f"{base}{path}?{query}" if query else f"{base}{path}"

    async def _answer(self, answer: Answer, headers: Mapping[str, str], send: Send, *, body: bool) -> None:
        content = [(b"content-length", str(len(answer.body)).encode())]
        content += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        origin = headers.get("origin")
        if origin is not None:
            if "*" in self._origins:
                content.append((b"access-control-allow-origin", b"*"))
            elif origin in self._origins:
                content += [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"origin")]
        await send({"type": "http.response.start", "status": answer.status, "headers": content})
        await send({"type": "http.response.body", "body": answer.body if body else b""})


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body of a packed request, never more than `MAX_BODY` of it."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise Refused(415, "bad_encoding", f"content-encoding {encoding[:40]!r} is not known: use gzip")
    engine = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        found = engine.decompress(body, MAX_BODY + 1)
    except zlib.error as error:
        raise Refused(400, "bad_encoding", f"the body is not {encoding}: {error}") from error
    if len(found) > MAX_BODY:
        raise Refused(413, "too_large", f"a request has at most {MAX_BODY} bytes unpacked: send less at a time")
    if not engine.eof:
        raise Refused(400, "bad_encoding", f"the body is cut off in its {encoding}")
    return found
