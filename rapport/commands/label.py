"""`rapport label`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.commands.moments import moment
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport label S12 --type buddy --from 2026-01-05T00:00:00Z --out l.jsonl", "what the timeline tells you"),
    Example("rapport label S12 --type enemy --from 2026-06-01T00:00:00Z --out l.jsonl", "and the period after it"),
)


def types(incomplete: str) -> list[str]:
    """The relationships there are."""
    from rapport.quality.truth import TYPES

    return [each for each in TYPES if each.startswith(incomplete)]


def command(
    customer: Annotated[str, typer.Argument(help="The customer_id.", metavar="ID")],
    type_: Annotated[str, typer.Option("--type", help="Of the 29 relationships.", autocompletion=types)],
    from_: Annotated[str, typer.Option("--from", help="Since when (RFC 3339).")],
    out: Annotated[Path, typer.Option("--out", help="The file of labels; a line is added.")],
    cause: Annotated[str, typer.Option("--cause", help="What brought it about, if you saw it.")] = "",
) -> None:
    import msgspec

    from rapport.failure import WRONG_USAGE, Failure, told
    from rapport.quality.truth import TYPES, Line
    from schemas import times

    if type_ not in TYPES:
        raise Failure(f"--type {type_}: there is no such relationship; take one of {', '.join(TYPES)}", WRONG_USAGE)
    since = moment("--from", from_)
    assert since is not None
    line = Line(type_, times.write(since), customer, cause=cause)
    with told(OSError), out.open("ab") as file:
        file.write(msgspec.json.encode(line) + b"\n")
    typer.echo(f"{customer} {type_} since {line.since}: added to {out}", err=True)
