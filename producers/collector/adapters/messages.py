"""Chats and social networks of any maker, in one documented form; of their own have WeChat and WeCom (wechat.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import msgspec

from producers.collector.adapter import Request, Route, Source, Taken
from producers.collector.keys import WriteKey
from producers.collector.naming import digest
from producers.collector.outcome import outcome
from producers.collector.reading import read_as
from producers.collector.webhooks import Door, pieces
from schemas import times
from schemas.contract import read_object
from schemas.faults import Fault
from schemas.records import Touchpoint

NAME: Final = "messages"
_TYPES: Final = {
    "message": "chat.message", "post": "social.posted", "mention": "social.mentioned", "share": "social.shared",
}  # fmt: skip


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`keys` or `secrets`: which programs may send."""

    keys: tuple[WriteKey, ...] = ()
    secrets: tuple[str, ...] = ()


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`id`: the network's own, unique in it. `by`: who wrote; what staff or a program write answers the customer.

    `handle`: the customer's name in the network; `identifiers`: whatever else is known of them.
    """

    id: str
    network: str
    kind: Literal["message", "post", "mention", "share"]
    by: Literal["customer", "staff", "system"] = "customer"
    channel: Literal["chat", "app", "web", "social", "dm"] | None = None
    at: str | None = None
    handle: str | None = None
    identifiers: dict[str, Any] = {}
    text: str | None = None
    language: str | None = None
    conversation: str | None = None
    staff_id: str | None = None
    location_id: str | None = None
    order_id: str | None = None
    complaint_id: str | None = None
    reach: float | None = None
    url: str | None = None


class Messages:
    """`POST /v1/messages`: one, an array of them or `{"events": […]}`. Each stands alone; the same `id` counts once."""

    name = NAME
    routes: Sequence[Route] = (Route("POST", "/v1/messages"),)

    def __init__(self, config: Config) -> None:
        self._door = Door(config.keys, config.secrets)

    def take(self, request: Request) -> Taken:
        quota = self._door.admit(request)
        bodies, many = pieces(request.body)
        read = [_read(body, request.received_at) for body in bodies]
        return Taken(read, outcome(read, many=many), quota)


def _read(body: bytes, now: int) -> Touchpoint | Fault:
    message = read_as(Message, body)
    if isinstance(message, Fault):
        return message
    social = {"social": f"{message.network}:{message.handle}"} if message.handle else {}
    facts = {"network": message.network, "reach": message.reach, "url": message.url}
    if message.by != "customer":
        facts["by"] = message.by
    content = {
        "event_id": f"{message.network}:{digest(message.kind, message.id)}",
        "type": _TYPES[message.kind],
        "channel": message.channel or ("chat" if message.kind == "message" else "social"),
        "initiator": "customer" if message.by == "customer" else "company",
        "occurred_at": message.at or times.write(now),
        "identifiers": message.identifiers | social,
        "text": message.text,
        "language": message.language,
        "session_id": message.conversation,
        "staff_id": message.staff_id,
        "location_id": message.location_id,
        "order_id": message.order_id,
        "complaint_id": message.complaint_id,
        "properties": {name: value for name, value in facts.items() if value is not None},
    }
    return read_object(content, body)


SOURCE: Final = Source(NAME, Config, Messages)
