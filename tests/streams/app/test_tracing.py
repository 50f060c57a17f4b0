"""A trace goes from the raw record to what it causes, and changes nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from aiokafka import AIOKafkaProducer
from msgspec.structs import replace
from structlog.contextvars import get_contextvars

from rapport.connection import Kafka
from rapport.sending import new_producer
from schemas import topics
from schemas.codec import decode_outputs, encode_output, encode_touchpoint
from schemas.records import EVERYONE, Alert, Emitted, Touchpoint
from schemas.traces import TRACEPARENT
from streams.app.detect import batched, read
from streams.app.tracing import Traces, tell_refused
from streams.engine import Engine, Partition
from streams.identity.resolve import SOURCE, resolve
from tests.streams.app.running import line, terminate
from tests.streams.lab import MINUTE, knowledge, tick, touchpoint

RECORDED = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CUSTOMER = b"c-1"
QUIET = RECORDED[:-2] + b"00"
Headers = Sequence[tuple[str, bytes]]


class Record(NamedTuple):
    offset: int
    timestamp: int
    key: bytes
    value: bytes | None
    headers: Headers = ()
    partition: int = 0


CONSENT = touchpoint("consent.changed", 0, properties={"scope": "camera", "granted": True})
ARRIVAL = touchpoint("store.entered", MINUTE, channel="camera", location_id="bei-01", properties={"confidence": 0.97})
QUESTION = touchpoint("chat.message", 2 * MINUTE, session_id="s", text="hello")
STORY = (CONSENT, tick(0), ARRIVAL, QUESTION, tick(10 * MINUTE))


def raw(story: Sequence[Touchpoint], trace: bytes | None) -> list[Record]:
    """As producers write it; ticks have no trace."""
    headers = () if trace is None else ((TRACEPARENT, trace),)
    places = [(EVERYONE.encode(), ()) if each.type == "clock.tick" else (CUSTOMER, headers) for each in story]
    return [
        Record(offset, each.occurred_at, key, encode_touchpoint(each), carried)
        for offset, (each, (key, carried)) in enumerate(zip(story, places, strict=True))
    ]


def run(trace: bytes | None) -> tuple[list[Record], list[Emitted], Partition, Traces]:
    """The story through identity and engine, in one chunk."""
    derived = resolve(raw(STORY, trace), topics.RAW, 1).forwarded[0]
    records = [Record(n, at, key, value, headers) for n, (key, value, headers, at) in enumerate(derived)]
    chunk, states = read(records), Partition(0)
    states.ready()
    outcome = Engine(knowledge()).process(chunk, states)
    return records, outcome.outputs, states, Traces(records, chunk)


def test_identity_passes_it_on_behind_the_source() -> None:
    records, *_ = run(RECORDED)
    names = {record.key: [name for name, _ in record.headers] for record in records}
    assert names == {b"*": [SOURCE], CUSTOMER: [SOURCE, TRACEPARENT]}


def test_an_alert_carries_the_trace_of_its_touchpoint_and_a_timer_that_of_none() -> None:
    _, outputs, _, traces = run(RECORDED)
    found = {(each.signals, each.because[0].event_id): traces.of(each) for each in outputs if isinstance(each, Alert)}
    causes = {event for _, event in found}
    assert causes == {ARRIVAL.event_id, QUESTION.event_id}, "the story has an alert of each kind"
    for (_, event), headers in found.items():
        assert headers == ([(TRACEPARENT, RECORDED)] if event == ARRIVAL.event_id else [])


def test_what_is_sent_differs_in_that_header_alone() -> None:
    _, outputs, _, traces = run(RECORDED)
    for entries in batched(outputs, {}, 0, 1, traces.of).values():
        assert all([name for name, _ in headers] in ([], [TRACEPARENT]) for _, _, headers, _ in entries)
    carriers = [h for (topic, _), e in batched(outputs, {}, 0, 1, traces.of).items() for _, _, h, _ in e if h]
    assert carriers


def test_states_and_outputs_are_the_same_with_other_traces_and_without() -> None:
    told = []
    for trace in (None, QUIET, RECORDED, b"x" * 55):
        _, outputs, states, _ = run(trace)
        told.append(([encode_output(each) for each in outputs], states.fingerprint()))
    assert all(each == told[0] for each in told)


class Said(logging.Handler):
    """Lines, each with the trace that was bound when it was written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, object]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.getMessage(), get_contextvars().get(TRACEPARENT)))


@pytest.fixture
def said() -> Said:
    handler = Said()
    log = logging.getLogger("streams.app.tracing")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    return handler


@pytest.mark.parametrize(
    ("trace", "lines"),
    [
        pytest.param(RECORDED, 1, id="recorded"),
        pytest.param(QUIET, 0, id="not recorded"),
        pytest.param(b"x" * 55, 0, id="not understood"),
        pytest.param(None, 0, id="none"),
    ],
)
def test_the_log_names_alerts_whose_trace_is_recorded(said: Said, trace: bytes | None, lines: int) -> None:
    _, outputs, _, traces = run(trace)
    traces.tell(outputs)
    assert [bound for _, bound in said.lines] == [RECORDED.decode()] * lines
    assert get_contextvars() == {}


def test_the_dead_letters_of_a_chunk_are_one_line_with_the_trace_of_the_first(said: Said) -> None:
    records = [Record(n, 0, b"", b"x", [(TRACEPARENT, RECORDED)]) for n in range(5)]
    rejected = resolve(records, topics.RAW, 1).rejected
    tell_refused(rejected, records, topics.RAW)
    ((line, bound),) = said.lines
    assert line.startswith(f"5 of 5 records of {topics.RAW}[0] are dead letters; the first at offset 0: empty_key")
    assert bound == RECORDED.decode()


@pytest.mark.kafka
def test_from_a_producers_header_to_the_alert_on_its_topic_and_the_workers_log(kafka: str, tmp_path: Path) -> None:
    with line(kafka, tmp_path) as fresh:

        async def scenario() -> None:
            customer = [replace(each, customer_id="c-1") for each in (CONSENT, ARRIVAL)]
            await fresh.write(customer[:1])
            worker = fresh.worker()
            await fresh.drained()
            async with _started(new_producer(Kafka(kafka), "test")) as producer:
                place, key, value = fresh._record(customer[1])
                await (await producer.send(
                    topics.RAW, value, key, partition=place, headers=[(TRACEPARENT, RECORDED)]
                ))  # fmt: skip
            await fresh.drained()
            assert terminate(worker) == 0
            alerts = [record for log in await fresh.read(topics.alert_topic("store")) for record in log]
            assert [list(record.headers) for record in alerts] == [[(TRACEPARENT, RECORDED)]]
            (alert,) = decode_outputs([record.value for record in alerts])
            assert isinstance(alert, Alert)
            assert f"alert {alert.id} to store" in fresh.logs()

        asyncio.run(scenario())


@asynccontextmanager
async def _started(producer: AIOKafkaProducer) -> AsyncIterator[AIOKafkaProducer]:
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()
