"""`rapport complete`: what the shells' scripts of `rapport completion` ask when Tab is pressed."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport complete -- ta", "commands that begin so, each with its line of help behind a tab"),
    Example("rapport complete -- tail --team ''", "what may follow; the last word is the one that is being written"),
)


def command(
    words: Annotated[list[str], typer.Argument(help="The words behind `rapport` up to the cursor.", metavar="WORD")],
) -> None:
    from rapport.completing import candidates

    for candidate in candidates(words):
        typer.echo("\t".join(candidate))
