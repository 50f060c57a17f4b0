"""`rapport store`."""

from __future__ import annotations

import typer

from rapport.commands.setting import with_kafka
from sinks import store


def command() -> None:
    raise typer.Exit(store.run(with_kafka("store")))
