"""`rapport worker`."""

from __future__ import annotations

import typer

from rapport.commands.setting import with_kafka
from rapport.failure import told
from streams.app import worker
from streams.knowledge.load import KnowledgeError


def command() -> None:
    found = with_kafka("worker")
    with told(KnowledgeError):
        status = worker.run(found)
    raise typer.Exit(status)
