"""The smallest durable Faust program: a count a key in a table."""

from __future__ import annotations

import os
from typing import Any

import faust

from bench.peers.result import COUNT, KAFKA, NAME, TOPIC, Watch

PARTITIONS = 4


def build(watch: Watch) -> faust.App:
    """One agent, one table."""
    name = os.environ[NAME]
    app = faust.App(
        name, broker=f"kafka://{os.environ[KAFKA]}", store="memory://", web_enabled=False, autodiscover=False,
        topic_partitions=PARTITIONS, topic_replication_factor=1, table_standby_replicas=0, datadir=f"/tmp/{name}",
    )  # fmt: skip
    source = app.topic(
        os.environ[TOPIC], key_serializer="raw", value_serializer="raw", value_type=bytes, partitions=PARTITIONS
    )
    table = app.Table("counts", default=int, key_type=bytes, partitions=PARTITIONS)

    async def count(stream: Any) -> None:
        async for key, _ in stream.items():
            watch.begin()
            table[key] += 1
            watch.done()

    app.agent(source, name="count")(count)
    return app


if __name__ == "__main__":
    build(Watch(int(os.environ[COUNT]))).main()
