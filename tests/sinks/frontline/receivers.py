"""Real receivers on this machine: a mail server, a place that takes webhooks, and one that Apprise can reach."""

from __future__ import annotations

import base64
import email
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

from deploy.local.broker import free_port

SECRET: Final = "whsec_" + base64.b64encode(b"a secret of this test, long").decode()


class Mailbox:
    """What came by SMTP. `answers` are said to the next mails instead of 250."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []
        self.port = free_port()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        content = envelope.original_content or b""
        letter = email.message_from_bytes(content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 2.0.0 taken"

    def ids(self) -> Counter[str]:
        """How often each message id came, without its domain."""
        return Counter(str(each["Message-ID"]).strip("<>").partition("@")[0] for each in self.letters)


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


class Hooks(ThreadingHTTPServer):
    """Takes webhooks (`/hook`), verified by the reference implementation, and what Apprise sends (`/chat`).

    `answers`: statuses of the next webhooks, with their headers. `slow_s`: how long it takes to say that it has one.
    Cleared, `speaks` holds back those answers, and nothing else.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Door)
        self.taken: list[tuple[str, dict[str, Any]]] = []
        self.said: list[dict[str, Any]] = []
        self.forged: list[str] = []
        self.answers: list[tuple[int, Mapping[str, str]]] = []
        self.slow_s = 0.0
        self.speaks = threading.Event()
        self.speaks.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    @property
    def chat(self) -> str:
        return f"json://127.0.0.1:{self.server_address[1]}/chat"

    def ids(self) -> Counter[str]:
        """How often each webhook id came."""
        return Counter(name for name, _ in self.taken)

    def once(self) -> dict[str, dict[str, Any]]:
        """What a receiver that looks at the id has: the first of each."""
        return dict(reversed(self.taken))


class _Door(BaseHTTPRequestHandler):
    server: Hooks

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/chat":
            self.server.said.append(json.loads(body))
            self._answer(200, {})
            return
        if self.server.answers:
            answer = self.server.answers.pop(0)
            self.server.speaks.wait()
            self._answer(*answer)
            return
        try:
            content = Webhook(SECRET).verify(body, dict(self.headers.items()))
        except Exception as error:
            self.server.forged.append(str(error))
            raise
        self.server.taken.append((self.headers["webhook-id"], content))
        time.sleep(self.server.slow_s)
        self._answer(204, {})

    def _answer(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""

    def handle_error(self, *_: object) -> None:
        """Who was killed while it waited hears no answer."""


@contextmanager
def hooks() -> Iterator[Hooks]:
    server = Hooks()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
