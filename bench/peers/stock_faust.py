"""The same identity and the same engine in Faust as its guide has it: one event at a time.

Agents over events, a table of packed states, outputs by `topic.send`. It is spared what a
stock program would leave out: no dead letters, no positions in the changelog, no tallies, no
acknowledgement waited for.
"""

from __future__ import annotations

import io
import os
from typing import Any, NamedTuple

import fastavro
import faust

from bench.peers.result import COUNT, KAFKA, NAME, TOPIC, Watch
from rapport.settings import PROJECT
from schemas import topics
from schemas.codec import encode_output
from schemas.records import EVERYONE, Record, Rejected, Touchpoint
from schemas.registry import FRAME, TOUCHPOINT
from streams.engine import Engine, Partition
from streams.engine.partition import CUSTOMER
from streams.identity.resolve import SOURCE, resolve, source_of
from streams.knowledge.load import load

PARTITIONS = 4


class Raw(NamedTuple):
    """A message of Faust as identity wants it."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


def decode(value: bytes) -> Touchpoint:
    """One touchpoint, by the quickest reader of single ones."""
    row: Any = fastavro.schemaless_reader(io.BytesIO(value[FRAME:]), TOUCHPOINT.parsed(), None)
    return Touchpoint(**row)


def build(watch: Watch) -> faust.App:
    """The app: raw topic, identity, resolved topic, engine with its table, one topic for all outputs."""
    name, source = os.environ[NAME], os.environ[TOPIC]
    app = faust.App(
        name, broker=f"kafka://{os.environ[KAFKA]}", store="memory://", web_enabled=False, autodiscover=False,
        topic_partitions=PARTITIONS, topic_replication_factor=1, table_standby_replicas=0,
        producer_linger=0, datadir=f"/tmp/{name}",
    )  # fmt: skip

    def topic(called: str) -> Any:
        return app.topic(called, key_serializer="raw", value_serializer="raw", value_type=bytes, partitions=PARTITIONS)

    raw, resolved, out = topic(source), topic(f"{name}-resolved"), topic(f"{name}-out")
    table = app.Table("states", default=bytes, key_type=bytes, value_type=bytes, partitions=PARTITIONS)
    engine = Engine(load(PROJECT / "knowledge"))
    states = [Partition(number) for number in range(PARTITIONS)]

    async def identity(stream: Any) -> None:
        async for event in stream.events():
            watch.begin()
            found = event.message
            one = Raw(found.partition, found.offset, int(found.timestamp * 1000), found.key, found.value)
            for partition, derived in enumerate(resolve([one], source, PARTITIONS).forwarded):
                for key, value, headers, _ in derived:
                    await resolved.send(key=key, value=value, headers=dict(headers), partition=partition)

    async def detect(stream: Any) -> None:
        async for event in stream.events():
            found = event.message
            key = found.key.decode()
            record = Record(found.offset, key, source_of(dict(found.headers)[SOURCE]), decode(found.value))
            outcome = engine.process([record], states[found.partition])
            for output in outcome.outputs:
                if not isinstance(output, Rejected):
                    _, whom = topics.route(output)
                    await out.send(key=whom, value=encode_output(output))
            for name, state in outcome.changes:
                if name.startswith(CUSTOMER):
                    table[name] = state
            if key != EVERYONE:
                watch.done()

    app.agent(raw, name="identity")(identity)
    app.agent(resolved, name="detect")(detect)
    return app


if __name__ == "__main__":
    build(Watch(int(os.environ[COUNT]))).main()
