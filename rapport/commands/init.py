"""`rapport init`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport init", "at the broker that runs here; a second time changes nothing"),
    Example("RAPPORT_KAFKA=kafka:9092 rapport init", "at a broker of your own"),
)


def command(
    json: Annotated[bool, typer.Option("--json", help="What was done, as JSON on standard output.")] = False,
) -> None:
    import msgspec

    from rapport.commands.setting import with_kafka
    from rapport.init import init

    found = with_kafka()
    done = init(found, lambda text: typer.echo(text, err=True))
    if json:
        told = {"made": done.made, "different": list(map(str, done.different)), "activated": done.activated}
        typer.echo(msgspec.json.encode(told).decode())
        return
    typer.echo(f"topics made: {', '.join(done.made) or 'none, all are there'}")
    for difference in done.different:
        typer.echo(f"left as it is: {difference}", err=True)
    if done.activated:
        typer.echo(f"first knowledge: {done.activated}")
