"""`rapport store`."""

from __future__ import annotations

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport store", "embedded, in the data folder"),
    Example("RAPPORT_CLICKHOUSE=clickhouse://me:pw@db:9000/rapport rapport store", "into a server of your own"),
)


def command() -> None:
    from rapport.commands.setting import with_kafka
    from sinks import store

    raise typer.Exit(store.run(with_kafka("store")))
