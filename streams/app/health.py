"""How a worker is, for whoever watches it: `/health`, and `/metrics` beside it."""

from __future__ import annotations

import asyncio
import json
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Final, Protocol

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

BEAT_S: Final = 1.0
STUCK_S: Final = 15.0
"""A loop that has not come round for so long hangs: the longest chunk takes a fraction of a second."""
IDLE_S: Final = 30


class Health:
    """`beat` runs in the worker's loop; `seen` may be asked from any thread."""

    def __init__(self) -> None:
        self._state = "starting"
        self._beaten = monotonic()

    def is_now(self, state: str) -> None:
        """`starting`, `running` or `stopping`."""
        self._state = state

    async def beat(self) -> None:
        """Until cancelled."""
        while True:
            self._beaten = monotonic()
            await asyncio.sleep(BEAT_S)

    def seen(self) -> dict[str, object]:
        """`well` while it runs and its loop comes round."""
        stuck = monotonic() - self._beaten > STUCK_S
        return {"well": self._state == "running" and not stuck, "worker": "stuck" if stuck else self._state}


class Watched(Protocol):
    """What can be asked how it is, from any thread; `well` is true or false."""

    def seen(self) -> dict[str, object]: ...


class Door(ThreadingHTTPServer):
    """Serves on a thread of its own, until the process ends."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, host: str, port: int, health: Watched) -> None:
        self.health = health
        super().__init__((host, port), _Request)
        threading.Thread(target=self.serve_forever, name="health", daemon=True).start()


class _Request(BaseHTTPRequestHandler):
    server: Door
    server_version = "rapport"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/health":
                seen = self.server.health.seen()
                status = HTTPStatus.OK if seen["well"] else HTTPStatus.SERVICE_UNAVAILABLE
                self._send(status, "application/json", json.dumps(seen).encode())
            case "/metrics":
                self._send(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest())
            case _:
                self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"here are /health and /metrics\n")

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Probes are no news."""
