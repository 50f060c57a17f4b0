"""The store's door: read-only SQL, health, metrics.

Standard library's threading server: a query is one blocking call that lets other
threads run, so a thread a request is all that is needed; aiohttp would only add
an event loop in front of the same threads.
"""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from sinks import metrics
from sinks.clickhouse.client import FORMATS, Limits, Store, StoreAway, StoreError
from sinks.clickhouse.remote import HOST
from sinks.store.guard import LONGEST, Refused, checked

AT_ONCE: Final = 3
"""Queries that run at one time; with `Limits` this bounds what strangers may use."""
WAIT_S: Final = 5.0
"""How long a further one waits before it is told to come back."""
MOST_BYTES: Final = 4 * LONGEST
"""Of one statement: no character takes more than four."""
IDLE_S: Final = 30
"""After which a connection that says nothing is closed."""

_TYPES: Final[Mapping[str, str]] = {
    "JSONEachRow": "application/x-ndjson",
    "TSV": "text/tab-separated-values; charset=utf-8",
    "Arrow": "application/vnd.apache.arrow.stream",
    "ArrowBytes": "application/vnd.apache.arrow.stream",
}
_TEXT: Final = "text/plain; charset=utf-8"

log = logging.getLogger(__name__)


class SqlServer(ThreadingHTTPServer):
    """Serves on this machine only, unless another address is named. `health` says in a few words how the process is."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(
        self,
        port: int,
        token: str,
        store: Store,
        health: Callable[[], dict[str, object]],
        limits: Limits | None = None,
        host: str = HOST,
    ) -> None:
        if not token:
            raise ValueError("store_token is empty: the SQL of the store is never open to everybody")
        self.token = token.encode()
        self.store = store
        self.health = health
        self.limits = limits or Limits()
        self.places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__((host, port), _Door)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def answer(self, sql: str, form: str) -> tuple[HTTPStatus, str, bytes]:
        """Status, content type and body; nothing that is asked ends the process."""
        if form not in FORMATS:
            return _said(HTTPStatus.BAD_REQUEST, f"format is one of {', '.join(FORMATS)}, not {form!r}")
        try:
            statement = checked(sql)
        except Refused as refusal:
            metrics.QUERIES.labels("refused").inc()
            return _said(HTTPStatus.FORBIDDEN, f"refused: {refusal}")
        if not self.places.acquire(timeout=WAIT_S):
            metrics.QUERIES.labels("busy").inc()
            return _said(HTTPStatus.SERVICE_UNAVAILABLE, f"{AT_ONCE} queries are running; ask again in a moment")
        started = time.monotonic()
        try:
            body = self.store.rendered(statement, form, self.limits)
        except StoreError as error:
            metrics.QUERIES.labels("failed").inc()
            away = isinstance(error, StoreAway)
            return _said(HTTPStatus.SERVICE_UNAVAILABLE if away else HTTPStatus.BAD_REQUEST, str(error))
        finally:
            self.places.release()
            metrics.QUERY.observe(time.monotonic() - started)
        if len(body) > self.limits.result:
            metrics.QUERIES.labels("failed").inc()
            return _said(HTTPStatus.BAD_REQUEST, f"an answer has at most {self.limits.result} bytes; ask for less")
        metrics.QUERIES.labels("answered").inc()
        return HTTPStatus.OK, _TYPES[form], body


def _said(status: HTTPStatus, text: str) -> tuple[HTTPStatus, str, bytes]:
    return status, _TEXT, f"{text}\n".encode()


class _Door(BaseHTTPRequestHandler):
    server: SqlServer
    server_version = "rapport"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        match path.path:
            case "/health":
                health = self.server.health()
                status = HTTPStatus.OK if health["well"] else HTTPStatus.SERVICE_UNAVAILABLE
                self._send(status, "application/json", json.dumps(health).encode())
            case "/metrics":
                self._send(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest())
            case "/sql":
                self._sql(parse_qs(path.query), b"")
            case _:
                self._send(*_said(HTTPStatus.NOT_FOUND, "here are /sql, /health and /metrics"))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._send(*_said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Content-Length is at most {MOST_BYTES} bytes"))
            return
        body = self.rfile.read(int(length))
        path = urlsplit(self.path)
        if path.path != "/sql":
            self._send(*_said(HTTPStatus.NOT_FOUND, "POST goes to /sql"))
            return
        self._sql(parse_qs(path.query), body)

    def _sql(self, asked: dict[str, list[str]], body: bytes) -> None:
        shown = self.headers.get("Authorization", "").encode("latin-1", "replace")
        if not hmac.compare_digest(shown, b"Bearer " + self.server.token):
            self._send(*_said(HTTPStatus.UNAUTHORIZED, "show the token: Authorization: Bearer <store_token>"))
            return
        try:
            sql = body.decode() or asked.get("query", [""])[0]
        except UnicodeDecodeError:
            self._send(*_said(HTTPStatus.BAD_REQUEST, "the statement is not UTF-8"))
            return
        self._send(*self.server.answer(sql, asked.get("format", ["JSONEachRow"])[0]))

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are counted, not written down: a query may hold what is personal."""
