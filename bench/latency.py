"""From a producer's send to the receipt of the alert, two hops later, under load."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from msgspec.structs import replace

from bench.line import Gauge, Line, cpu_seconds
from bench.report import Cell, Report, quantile
from bench.stream import keyed, touchpoints
from schemas import keys, topics
from schemas.codec import decode_outputs, encode_touchpoint
from schemas.records import Alert, Touchpoint

TEAM: Final = "store"
VISITORS: Final = 500
EVERY: Final = 5
"""One touchpoint in so many is an arrival, and makes an alert; the others are the simulated shop's."""
WARM_UP_S: Final = 30
SETTLE_S: Final = 10.0
"""How long alerts may be under way after the last send before they count as missing."""
PAUSE_S: Final = 0.0005
WANTED_MS: Final = {0.5: 8.0, 0.99: 40.0}
SHARES: Final = (0.5, 0.95, 0.99, 0.999)
HOP, RESOLVED, ALERT = "one hop: produce to consume", "to the resolved topic", "touchpoint to alert: two hops"


@dataclass(slots=True)
class Times:
    """When what was sent came back, in seconds of the monotonic clock, by `event_id`."""

    sent: dict[str, float] = field(default_factory=dict)
    arrivals: set[str] = field(default_factory=set)
    hops: dict[str, float] = field(default_factory=dict)
    resolved: dict[str, float] = field(default_factory=dict)
    alerts: dict[str, float] = field(default_factory=dict)
    alerted: set[str] = field(default_factory=set)
    """All that became an alert, also on the partitions that nobody reads while it is measured."""
    cores: dict[str, float] = field(default_factory=dict)

    def complete(self) -> bool:
        """Whether every arrival has become an alert."""
        return self.arrivals <= self.alerted

    def milliseconds(self, back: dict[str, float], names: set[str]) -> list[float]:
        """Sorted delays of those that came back."""
        return sorted((back[name] - self.sent[name]) * 1000 for name in names if name in back)


def run(rate: int, seconds: int, partitions: int, say: Callable[[str], None]) -> Report:
    """Sends `rate` touchpoints a second for `seconds` after a warm-up; a worker with the leader's clock is at work."""
    others = touchpoints(rate * (seconds + WARM_UP_S), max(1000, rate))
    with Line(partitions, "leader", say) as line:
        gauge = Gauge(line.settings)
        try:
            process = line.worker()
            line.wait(process, "worker", lambda: gauge.committed(topics.RESOLVED) > 0, 90)
        finally:
            gauge.close()
        say(f"{rate} a second, {WARM_UP_S} s to warm up and {seconds} s")
        processes = {"worker": process.pid, "broker": line.broker.pid or 0, "this measurement": os.getpid()}
        times, measured = asyncio.run(_measure(line.settings.kafka, partitions, others, rate, seconds, processes))
    return _report(times, measured, rate)


async def _measure(
    kafka: str, partitions: int, others: Sequence[Touchpoint], rate: int, seconds: int, processes: dict[str, int]
) -> tuple[Times, set[str]]:
    times = Times()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=0, acks="all", enable_idempotence=True)
    await producer.start()
    team = topics.alert_topic(TEAM)
    # One partition is sample enough; all of them would use up the processors that are to be measured.
    sampled = ((topics.RAW, _passing(times.hops)), (topics.RESOLVED, _passing(times.resolved)), (team, _alert(times)))
    ready = asyncio.Barrier(len(sampled) + 1)
    readers = [asyncio.create_task(_read(kafka, TopicPartition(topic, 0), take, ready)) for topic, take in sampled]
    try:
        await asyncio.wait_for(ready.wait(), 60)
        for consent in (_consent(number) for number in range(VISITORS)):
            await (await _send(producer, consent, partitions, times))
        feed = _feed(others)
        await _pace(producer, islice(feed, rate * WARM_UP_S), rate, partitions, times)
        before = set(times.sent)
        used, began = {name: cpu_seconds(pid) for name, pid in processes.items()}, time.monotonic()
        await _pace(producer, islice(feed, rate * seconds), rate, partitions, times)
        wall = time.monotonic() - began
        times.cores = {name: (cpu_seconds(pid) - used[name]) / wall for name, pid in processes.items()}
        await _settle(kafka, [TopicPartition(team, number) for number in range(partitions)], times)
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        await producer.stop()
    return times, times.sent.keys() - before


async def _pace(
    producer: AIOKafkaProducer, feed: Iterator[Touchpoint], rate: int, partitions: int, times: Times
) -> None:
    """Each touchpoint at its moment; what a late loop has missed follows at once."""
    began, sent = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - began) * rate) + 1 - sent
        batch = list(islice(feed, due))
        for touchpoint in batch:
            await _send(producer, touchpoint, partitions, times)
        sent += len(batch)
        if len(batch) < due:
            return
        await asyncio.sleep(PAUSE_S)


async def _send(producer: AIOKafkaProducer, touchpoint: Touchpoint, partitions: int, times: Times) -> Awaitable[object]:
    """Sends it with the present as its time; what this returns waits for the acknowledgement."""
    ((key, now),) = keyed([replace(touchpoint, occurred_at=time.time_ns() // 1_000_000)])
    value, name = encode_touchpoint(now), touchpoint.event_id
    place = key if key != "*" else f"{keys.COMPANY}:{name}"
    if _arrives(touchpoint):
        times.arrivals.add(name)
    times.sent[name] = time.monotonic()
    partition = keys.partition_for(place.encode(), partitions)
    acknowledged: Awaitable[object] = await producer.send(topics.RAW, value, key.encode(), partition=partition)
    return acknowledged


def _feed(others: Sequence[Touchpoint]) -> Iterator[Touchpoint]:
    """Arrivals among the simulated shop's touchpoints, without end of the former."""
    rest = iter(others)
    for number, _ in enumerate(repeat(None)):
        if number % EVERY == 0:
            yield _arrival(number)
        else:
            yield next(rest)


def _arrival(number: int) -> Touchpoint:
    visitor, scanned = f"visitor-{number // EVERY % VISITORS}", number // EVERY % 2
    return Touchpoint(
        event_id=f"arrival-{number}", type="qr.scanned" if scanned else "store.entered", occurred_at=0,
        occurred_offset=0, channel="store" if scanned else "camera", initiator="customer", customer_id=visitor,
        location_id="bei-01", properties='{"code":"shelf-7"}' if scanned else '{"confidence":0.97}',
    )  # fmt: skip


def _arrives(touchpoint: Touchpoint) -> bool:
    return touchpoint.event_id.startswith("arrival-")


def _consent(number: int) -> Touchpoint:
    return Touchpoint(
        event_id=f"consent-{number}", type="consent.changed", occurred_at=0, occurred_offset=0, channel="store",
        initiator="customer", customer_id=f"visitor-{number}", properties='{"scope":"camera","granted":true}',
    )  # fmt: skip


async def _settle(kafka: str, alerts: Sequence[TopicPartition], times: Times) -> None:
    """Reads all alerts until every arrival has become one, for `SETTLE_S` seconds at most."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(alerts)
        limit = time.monotonic() + SETTLE_S
        while not times.complete() and time.monotonic() < limit:
            for records in (await consumer.getmany(timeout_ms=50)).values():
                for record in records:
                    times.alerted.update(_arrivals_of(record.value))
    finally:
        await consumer.stop()


Take = Callable[[bytes, float], None]


async def _read(kafka: str, place: TopicPartition, take: Take, ready: asyncio.Barrier) -> None:
    """One partition by a consumer of its own: aiokafka's fetch of several waits for those that are silent."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, fetch_max_wait_ms=100)
    await consumer.start()
    try:
        consumer.assign([place])
        await consumer.seek_to_end(place)
        await ready.wait()
        while True:
            fetched = await consumer.getmany(place, timeout_ms=1000)
            now = time.monotonic()
            for record in fetched.get(place, ()):
                take(record.value, now)
    finally:
        await consumer.stop()


def _passing(back: dict[str, float]) -> Take:
    """A touchpoint on its way. Its `event_id` is the first field, right behind the frame and its length."""

    def take(value: bytes, now: float) -> None:
        length = value[5] >> 1
        back.setdefault(value[6 : 6 + length].decode(errors="replace"), now)

    return take


def _alert(times: Times) -> Take:
    def take(value: bytes, now: float) -> None:
        for name in _arrivals_of(value):
            times.alerts.setdefault(name, now)

    return take


def _arrivals_of(value: bytes) -> list[str]:
    """The touchpoints that made an alert."""
    (found,) = decode_outputs([value])
    return [because.event_id for because in found.because] if isinstance(found, Alert) else []


def _report(times: Times, measured: set[str], rate: int) -> Report:
    arrivals = times.arrivals & measured
    hops, alerts = times.milliseconds(times.hops, measured), times.milliseconds(times.alerts, arrivals)
    resolved = times.milliseconds(times.resolved, measured)
    lines: list[list[Cell]] = [
        [name, len(found), *(quantile(found, share) for share in SHARES)]
        for name, found in ((HOP, hops), (RESOLVED, resolved), (ALERT, alerts))
    ]
    facts = {
        "rate": rate,
        "sent": len(measured),
        "arrivals": len(arrivals),
        "missing": len(arrivals - times.alerted),
        "wanted_ms": {str(share): wanted for share, wanted in WANTED_MS.items()},
        "cores": times.cores,
        "ms": {
            name: {str(share): quantile(found, share) for share in SHARES}
            for name, found in (("hop", hops), ("resolved", resolved), ("alert", alerts))
        },
    }
    notes = [
        f"{len(measured):,} touchpoints at {rate:,}/s, {len(arrivals):,} of them arrivals; alerts that did not come:"
        f" {len(arrivals - times.alerted)}",
        "processors in use: " + ", ".join(f"{name} {cores:.2f}" for name, cores in times.cores.items()),
        f"wanted of the two hops on a quiet machine: p50 {WANTED_MS[0.5]:.0f} ms, p99 {WANTED_MS[0.99]:.0f} ms",
    ]
    return Report("latency", ("ms", "count", "p50", "p95", "p99", "p99.9"), lines, facts, notes)
