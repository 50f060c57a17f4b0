"""The collector under load: a bounded open-loop client, each answer counted only with Kafka's acknowledgement."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Final, cast
from urllib.request import urlopen

import uvloop
from kafka import KafkaConsumer, TopicPartition
from msgspec.structs import replace

from bench.line import Line, cpu_seconds
from bench.report import Cell, Report, quantile
from deploy.local.broker import free_port
from rapport.settings import environment_of
from schemas import topics

KEY: Final = "a key of the benchmarks"
CONNECTIONS: Final = 64
BATCH: Final = 100
"""Calls of a batch: what Segment's server SDKs send by default."""
DISTINCT: Final = 4_000
WARM_UP_S: Final = 3.0
PAUSE_S: Final = 0.0005
READY_S: Final = 30.0
WANTED: Final = {"single": 3_000.0, "batch": 30_000.0}
WANTED_P99_MS: Final = 50.0


@dataclass(slots=True)
class Told:
    """What came back: statuses, and from the due moment of each request to its answer, in milliseconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    took_ms: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list)
    """How long after its due moment the client itself came to each request: of its time, and not the collector's."""
    seconds: float = 0.0
    cores: float = 0.0
    """Of the collector."""

    @property
    def accepted(self) -> int:
        return self.statuses[200]


class Caller(asyncio.Protocol):
    """One connection that is kept; one request at a time."""

    def __init__(self, idle: Callable[[Caller], None], told: Told) -> None:
        self._idle = idle
        self.told = told
        self._transport: asyncio.Transport | None = None
        self._due = 0.0
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass

    def ask(self, request: bytes, due: float) -> None:
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._held += data
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        if len(body) < length:
            return
        self._held = b""
        self.told.took_ms.append((time.monotonic() - self._due) * 1000)
        self.told.statuses[int(head[9:12])] += 1
        self._idle(self)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Load:
    """Requests to the collector over a fixed number of connections: memory and sockets are bounded."""

    def __init__(self, port: int, requests: Sequence[bytes], pid: int) -> None:
        self._port = port
        self._next: Iterator[bytes] = cycle(requests)
        self._pid = pid
        self._callers: list[Caller] = []
        self._free: deque[Caller] = deque()
        self._waiting: deque[float] = deque()
        self._closed_until = 0.0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(CONNECTIONS):
            _, caller = await loop.create_connection(lambda: Caller(self._idle, Told()), "127.0.0.1", self._port)
            self._callers.append(caller)
            self._free.append(caller)

    def stop(self) -> None:
        for caller in self._callers:
            caller.close()

    async def as_fast_as_it_goes(self, seconds: float) -> Told:
        """Every connection asks again as soon as it is answered."""
        told, began, used = self._begin()
        self._closed_until = began + seconds
        while self._free:
            self._free.popleft().ask(next(self._next), time.monotonic())
        return await self._end(told, began, used)

    async def at(self, rate: float, seconds: float) -> Told:
        """Each request at its moment, whatever became of those before; its time counts from that moment."""
        told, began, used = self._begin()
        self._closed_until = 0.0
        sent, count = 0, int(rate * seconds)
        while sent < count:
            now = time.monotonic()
            due = min(count, int((now - began) * rate) + 1)
            for number in range(sent, due):
                told.late_ms.append((now - began - number / rate) * 1000)
                self._ask(began + number / rate)
            sent = due
            await asyncio.sleep(PAUSE_S)
        return await self._end(told, began, used)

    def _begin(self) -> tuple[Told, float, float]:
        told = Told()
        for caller in self._callers:
            caller.told = told
        return told, time.monotonic(), cpu_seconds(self._pid)

    async def _end(self, told: Told, began: float, used: float) -> Told:
        while len(self._free) < CONNECTIONS or self._waiting:
            await asyncio.sleep(PAUSE_S)
        told.seconds = time.monotonic() - began
        told.cores = (cpu_seconds(self._pid) - used) / told.seconds
        return told

    def _ask(self, due: float) -> None:
        if self._free:
            self._free.popleft().ask(next(self._next), due)
        else:
            self._waiting.append(due)

    def _idle(self, caller: Caller) -> None:
        now = time.monotonic()
        if self._waiting:
            caller.ask(next(self._next), self._waiting.popleft())
        elif now < self._closed_until:
            caller.ask(next(self._next), now)
        else:
            self._free.append(caller)


def run(seconds: int, partitions: int, profile: bool, say: Callable[[str], None]) -> Report:
    """Singles and batches, as fast as they go and at half of what is wanted; the collector has a core of its own."""
    with Line(partitions, "driven", say) as line:
        port = free_port()
        settings = replace(line.settings, collector_port=port, write_key=KEY, trace_share=0.01)
        words = (
            ("pyinstrument", "-o", "/tmp/collect.txt", "-m", "rapport.cli", "collect")
            if profile
            else ("rapport.cli", "collect")
        )
        process = line.start("collector", words, environment_of(settings))
        _apart(process.pid)
        line.wait(process, "collector", lambda: _well(port), READY_S)
        before = _ends(settings.kafka, partitions)
        found = uvloop.run(_measure(port, process.pid, seconds, say))
        stored = _ends(settings.kafka, partitions) - before
        line.end(process)
    return _report(found, stored)


def _apart(pid: int) -> None:
    """The collector on the last core, everything else on the others."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(pid, cores[-1:])
        os.sched_setaffinity(0, cores[:-1])


async def _measure(port: int, pid: int, seconds: int, say: Callable[[str], None]) -> dict[str, tuple[Told, Told, int]]:
    """By kind: as fast as it goes, at half of what is wanted, events a request; every answer of the warm-up counts."""
    found = {}
    for kind, requests, events in (("single", _singles(), 1), ("batch", _batches(), BATCH)):
        load = Load(port, requests, pid)
        await load.start()
        try:
            say(f"{kind}: {WARM_UP_S:.0f} s to warm up, {seconds} s as fast as it goes, {seconds} s at a rate")
            warm = await load.as_fast_as_it_goes(WARM_UP_S)
            fast = await load.as_fast_as_it_goes(seconds)
            paced = await load.at(WANTED[kind] / events / 2, seconds)
        finally:
            load.stop()
        found[kind] = (fast, paced, events)
        found[f"{kind}, warm-up"] = (warm, Told(), events)
    return found


def _report(found: dict[str, tuple[Told, Told, int]], stored: int) -> Report:
    lines: list[list[Cell]] = []
    facts: dict[str, Any] = {"connections": CONNECTIONS, "batch": BATCH, "stored": stored}
    accepted = sum((fast.accepted + paced.accepted) * events for fast, paced, events in found.values())
    for kind, wanted in WANTED.items():
        fast, paced, events = found[kind]
        rate = fast.accepted * events / fast.seconds
        took = sorted(paced.took_ms)
        p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
        late = quantile(sorted(paced.late_ms), 0.99)
        lines.append([
            kind, wanted, rate, fast.cores, rate / fast.cores, wanted / 2, p50, p99, max(took), late, paced.cores,
        ])  # fmt: skip
        facts[kind] = {
            "events_per_s": rate, "cores": fast.cores, "p50_ms": p50, "p99_ms": p99, "late_p99_ms": late,
            "paced_cores": paced.cores,
            "statuses": {str(status): n for status, n in (fast.statuses + paced.statuses).items()},
        }  # fmt: skip
    facts["accepted"] = accepted
    columns = (
        "events/s", "wanted", "reached", "cores", "a core", "at rate", "p50 ms", "p99 ms", "max ms", "client p99 ms",
        "cores",
    )  # fmt: skip
    same = "the same" if accepted == stored else "NOT THE SAME"
    notes = [
        f"{CONNECTIONS} connections, batches of {BATCH}; the collector has one core, client and broker share the rest",
        f"{accepted:,} events answered with 200; {stored:,} on the topic: {same}",
        f"wanted: p99 at most {WANTED_P99_MS:.0f} ms at that rate; client: how late it was itself, which is in them",
    ]
    return Report("collect", columns, lines, facts, notes)


def _singles() -> list[bytes]:
    return [_request("/v1/track", json.dumps(_call(number)).encode()) for number in range(DISTINCT)]


def _batches() -> list[bytes]:
    calls = [{"type": "track", **_call(number)} for number in range(DISTINCT)]
    parts = [calls[at : at + BATCH] for at in range(0, DISTINCT, BATCH)]
    return [_request("/v1/batch", json.dumps({"batch": part, "sentAt": _now()}).encode()) for part in parts]


def _call(number: int) -> dict[str, Any]:
    """A product put into a basket, as Segment's Node SDK writes it."""
    return {
        "messageId": f"node-next-1732550400000-{number:032x}", "timestamp": _now(), "event": "Product Added",
        "userId": f"customer-{number % 997}", "anonymousId": f"9d1c1f0a-0000-4000-8000-{number % 991:012d}",
        "properties": {
            "cart_id": f"cart-{number % 997}", "product_id": f"p-{number % 311}", "sku": f"G-{number % 311}",
            "category": "Games", "name": "Monopoly: 3rd Edition", "brand": "Hasbro", "variant": "200 pieces",
            "price": 18.99, "quantity": 1, "currency": "EUR", "position": 3, "url": "https://shop.example/p/monopoly",
        },
        "context": {"library": {"name": "@segment/analytics-node", "version": "2.2.1"}}, "integrations": {},
        "_metadata": {"nodeVersion": "20.20.2", "jsRuntime": "node"}, "sentAt": _now(),
    }  # fmt: skip


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def _request(path: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nUser-Agent: bench\r\n"
        f"Authorization: Basic {base64.b64encode(f'{KEY}:'.encode()).decode()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _well(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _ends(kafka: str, partitions: int) -> int:
    """Records that the raw topic holds, dead letters with them."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.split(","))
    try:
        places = [TopicPartition(topic, p) for topic in (topics.RAW, topics.DLQ) for p in range(partitions)]
        return sum(consumer.end_offsets(places).values())
    finally:
        consumer.close()
