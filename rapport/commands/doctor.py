"""`rapport doctor`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.failure import FAILED
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport doctor", "what is wrong, the worst first, each with its remedy"),
    Example(
        "rapport doctor --json | jq '.findings[] | select(.severity == \"action\")'", "for a program; status 1: act"
    ),
    Example("rapport doctor --worker w1:9464 --worker w2:9464", "workers on other machines"),
)


def command(
    worker: Annotated[
        list[str] | None,
        typer.Option("--worker", help="Where a worker's metrics are, HOST:PORT; may be repeated.", metavar="ADDRESS"),
    ] = None,
    look: Annotated[float, typer.Option("--look", min=1.0, help="Seconds between the two looks.")] = 4.0,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    import sys

    import msgspec
    from rich.console import Console

    from rapport.commands.setting import settings
    from rapport.doctoring.examining import examine
    from rapport.doctoring.place import place
    from rapport.doctoring.report import report, show

    told = report(examine(place(settings(secrets=False), worker or (), look)))
    if json:
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
    else:
        show(told, Console(highlight=False))
    if told.worst == "action":
        raise typer.Exit(FAILED)
