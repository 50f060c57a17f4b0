"""What is fetched beside the requests: once, and from nowhere else than it was asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from producers.collector.fetching import Web

ASKED: list[str] = []


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ASKED.append(self.path)
        moved = self.path == "/moved"
        self.send_response(302 if moved else 200)
        self.send_header("location" if moved else "x-page", "/page")
        self.end_headers()
        self.wfile.write(b"page")

    def log_message(self, *_: object) -> None:
        """No line a request."""


@pytest.fixture
def site() -> Iterator[str]:
    ASKED.clear()
    server = HTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fetched(web: Web, url: str, within_s: float = 60.0) -> bytes | None:
    web.get(url)
    limit = time.monotonic() + within_s
    while web.busy and time.monotonic() < limit:
        time.sleep(0.01)
    assert not web.busy
    return web.get(url)


def test_what_is_asked_for_is_there_when_it_is_asked_for_again(site: str) -> None:
    web = Web()
    assert web.get(f"{site}/page") is None
    assert fetched(web, f"{site}/page") == b"page"
    assert ASKED == ["/page"]


def test_no_redirect_is_followed_and_no_failure_kept(site: str) -> None:
    assert fetched(Web(), f"{site}/moved") is None
    assert "/page" not in ASKED
    assert fetched(Web(), "https://127.0.0.1:1/") is None
    assert fetched(Web(), "no address") is None
