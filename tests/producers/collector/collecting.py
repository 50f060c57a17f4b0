"""The collector without a network: the application itself, over a log in memory that can be away or full."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from producers.collector import openapi
from producers.collector.adapter import Adapter, Request, Route
from producers.collector.app import Collector
from producers.collector.config import parse
from producers.collector.server import OPEN
from producers.collector.sources import SOURCES
from producers.collector.writing import Log, Unavailable
from producers.delivery import MemoryProducer
from producers.preparing import Ready
from schemas import topics
from schemas.faults import Fault
from schemas.records import Touchpoint
from tests.producers.world import IDENTITY, decoded, memory

KEY: Final = "a key of the tests"
NOW: Final = 1_780_000_000_000
BASIC: Final = {"authorization": "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()}
BEARER: Final = {"authorization": f"Bearer {KEY}"}


class MemoryLog(Log):
    """Kafka by its promise: `state` says whether it is there, `fails` whether it acknowledges."""

    def __init__(self) -> None:
        self.log: MemoryProducer = memory()
        self.now = "running"
        self.fails = False

    @property
    def state(self) -> str:
        return self.now

    @property
    def waiting_bytes(self) -> int:
        return 0

    def partitions(self, topic: str) -> int:
        return self.log.partitions(topic)

    def put(self, records: Sequence[Ready]) -> Awaitable[None]:
        if self.now != "running":
            raise Unavailable(self.now)
        return self._put(records)

    async def _put(self, records: Sequence[Ready]) -> None:
        if self.fails:
            raise Unavailable("not acknowledged")
        for record in records:
            self.log.send(*record)


@dataclass(frozen=True)
class Reply:
    """What a caller got."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def adapters(sources: str = OPEN, **environment: str) -> tuple[Adapter, ...]:
    return parse(sources, "sources.yaml", SOURCES, {"RAPPORT_WRITE_KEY": KEY, **environment})


@dataclass
class Service:
    """An application with its log."""

    sources: str = OPEN
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        made = adapters(self.sources)
        self.written = MemoryLog()
        self.app = Collector(
            made, self.written, IDENTITY, clock=lambda: NOW, pages=openapi.pages(made, "1.2.3"), **self.options
        )

    def ask(
        self, method: str, path: str, body: bytes | Sequence[bytes] = b"", headers: Mapping[str, str] = BASIC
    ) -> Reply:
        """One request; a body of several parts comes in as many pieces."""
        return asyncio.run(self.asked(method, path, body, headers))

    async def asked(
        self, method: str, path: str, body: bytes | Sequence[bytes], headers: Mapping[str, str]
    ) -> Reply:  # fmt: skip
        parts = [body] if isinstance(body, bytes) else list(body)
        sent: list[Mapping[str, Any]] = []

        async def receive() -> Mapping[str, Any]:
            part = parts.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(parts)}

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        path, _, query = path.partition("?")
        length = {"content-length": str(sum(map(len, parts)))} if any(parts) else {}
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "scheme": "http",
            "query_string": query.encode(), "client": ("127.0.0.1", 1), "headers": [
                (name.encode(), value.encode("latin-1"))
                for name, value in {"host": "collector.example", **length, **headers}.items()
            ],
        }  # fmt: skip
        await self.app(scope, receive, send)
        start, content = sent
        found = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(start["status"], found, content["body"])

    @property
    def touchpoints(self) -> list[Touchpoint]:
        return decoded([record.value for record in self.written.log.records(topics.RAW)])

    @property
    def letters(self) -> list[tuple[dict[str, str], bytes]]:
        found = self.written.log.records(topics.DLQ)
        return [({name: value.decode() for name, value in each.headers}, each.value) for each in found]


def request(route: Route, body: bytes, headers: Mapping[str, str] = BASIC, url: str = "") -> Request:
    """A request as an adapter gets it."""
    return Request(
        route=route, url=url or f"https://collector.example{route.path}", received_at=NOW, headers=headers, body=body
    )


def taken(adapter: Adapter, path: str, content: Any, headers: Mapping[str, str] = BASIC) -> list[Touchpoint | Fault]:
    """What an adapter makes of a JSON body."""
    route = next(each for each in adapter.routes if each.path == path)
    return list(adapter.take(request(route, json.dumps(content).encode(), headers)).touchpoints)
