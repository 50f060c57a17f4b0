"""`rapport worker`."""

from __future__ import annotations

import typer

from rapport.failure import told
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport worker", "one more worker beside those of `rapport up`"),
    Example("RAPPORT_KAFKA=kafka:9092 RAPPORT_METRICS_PORT=9465 rapport worker", "at a broker of your own"),
)


def command() -> None:
    from rapport.commands.setting import with_kafka
    from streams.app import worker
    from streams.knowledge.load import KnowledgeError

    found = with_kafka("worker")
    with told(KnowledgeError):
        status = worker.run(found)
    raise typer.Exit(status)
