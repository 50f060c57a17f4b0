"""`rapport collect`."""

from __future__ import annotations

import typer

from rapport.failure import told
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport collect", "the sources that need no secrets, under the write key of the data folder"),
    Example("RAPPORT_SOURCES=sources.yaml rapport collect", "those that the file names; see docs/collector.md"),
)


def command() -> None:
    from producers.collector import server
    from producers.collector.config import SourcesError
    from rapport.commands.setting import with_kafka

    found = with_kafka("collect")
    with told(SourcesError):
        status = server.run(found)
    raise typer.Exit(status)
