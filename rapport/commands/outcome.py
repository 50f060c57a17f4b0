"""What commands that send say at their end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rapport.failure import Failure

if TYPE_CHECKING:
    from producers.counts import Counts

Restart = Annotated[bool, typer.Option("--restart", help="Forget where an interrupted run stood; send all again.")]
LETTERS = "rapport dlq ls"
"""How a person sees what was rejected."""
Json = Annotated[bool, typer.Option("--json", help="The counts as JSON on standard output.")]


def report(counts: Counts, acknowledged: int, json: bool) -> None:
    """The counts, for a program or for a person. Exit status 1 where there was something and all of it was rejected."""
    import msgspec

    if json:
        typer.echo(msgspec.json.encode({**counts.to_json(), "acknowledged": acknowledged}).decode())
    else:
        typer.echo(counts.summary(acknowledged))
        if counts.dead_lettered:
            typer.echo(f"each with what is wrong: {LETTERS}", err=True)
    if not counts.accepted + counts.present + counts.refused:
        typer.echo("there was nothing to send: no line with anything in it", err=True)
    if counts.nothing:
        raise Failure(f"nothing was accepted, all {counts.refused:,} were rejected. Is it the right file? {LETTERS}")
