"""Requests as senders sign them, for tests: moments, Standard Webhooks, Twilio."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from producers.collector.adapter import Request, Route

NOW = datetime(2026, 11, 25, 2, 2, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
KEY = "a-key-of-the-tests"
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def request(path: str, body: bytes, headers: dict[str, str] | None = None, **more: Any) -> Request:
    """A POST with the write key, unless headers say otherwise."""
    return Request(
        route=Route("POST", path), url=f"https://in.shop.example{path}", received_at=NOW_MS, body=body,
        headers={"authorization": f"Bearer {KEY}"} if headers is None else headers, **more,
    )  # fmt: skip


def signed(body: bytes, at: datetime = NOW, id_: str = "msg_1", secret: str = SECRET) -> dict[str, str]:
    """The headers by which the reference implementation signs."""
    signature = Webhook(secret).sign(id_, at, body.decode())
    return {
        "webhook-id": id_, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature,
    }  # fmt: skip
