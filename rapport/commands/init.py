"""`rapport init`."""

from __future__ import annotations

import typer

from rapport.commands.setting import with_kafka
from rapport.init import init


def command() -> None:
    found = with_kafka()
    done = init(found, lambda text: typer.echo(text, err=True))
    typer.echo(f"topics made: {', '.join(done.made) or 'none, all are there'}")
    for difference in done.different:
        typer.echo(f"left as it is: {difference}", err=True)
    if done.activated:
        typer.echo(f"first knowledge: {done.activated}")
