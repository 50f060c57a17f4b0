"""`rapport init`."""

from __future__ import annotations

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport init", "at the broker that runs here; a second time changes nothing"),
    Example("RAPPORT_KAFKA=kafka:9092 rapport init", "at a broker of your own"),
)


def command() -> None:
    from rapport.commands.setting import with_kafka
    from rapport.init import init

    found = with_kafka()
    done = init(found, lambda text: typer.echo(text, err=True))
    typer.echo(f"topics made: {', '.join(done.made) or 'none, all are there'}")
    for difference in done.different:
        typer.echo(f"left as it is: {difference}", err=True)
    if done.activated:
        typer.echo(f"first knowledge: {done.activated}")
