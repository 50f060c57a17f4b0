"""`rapport console`."""

from __future__ import annotations

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport console", "what staff see: inbox, customers, live pictures; accounts: rapport user add"),
    Example("RAPPORT_CONSOLE_PORT=9000 rapport console", "at another port"),
)


def command() -> None:
    from console import server
    from rapport.commands.setting import with_kafka

    raise typer.Exit(server.run(with_kafka("console")))
