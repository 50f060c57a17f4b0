"""The table of a stock Faust program, read back from its changelog."""

from __future__ import annotations

import os
from typing import Any

import faust

from bench.peers.result import COUNT, KAFKA, NAME, TOPIC, Watch

TABLE = "states"


def build(watch: Watch) -> faust.App:
    """One agent on an idle topic, so that there is an assignment, and one table."""
    name = os.environ[NAME]
    app = faust.App(
        name, broker=f"kafka://{os.environ[KAFKA]}", store="memory://", web_enabled=False, autodiscover=False,
        topic_partitions=1, topic_replication_factor=1, table_standby_replicas=0, datadir=f"/tmp/{name}",
    )  # fmt: skip
    source = app.topic(os.environ[TOPIC], key_serializer="raw", value_serializer="raw", partitions=1)

    async def recovered(event: Any) -> None:
        watch.begin()
        watch.done()

    changelog = app.topic(
        f"{name}-{TABLE}-changelog", key_serializer="raw", value_serializer="raw", value_type=bytes, partitions=1
    )
    app.Table(TABLE, default=bytes, partitions=1, changelog_topic=changelog, on_changelog_event=recovered)

    async def idle(stream: Any) -> None:
        async for _ in stream:
            """Nothing comes."""

    app.agent(source, name="idle")(idle)
    return app


if __name__ == "__main__":
    build(Watch(int(os.environ[COUNT]))).main()
