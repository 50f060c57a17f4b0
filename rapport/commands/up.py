"""`rapport up`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport up --feed example", "everything, with an example that goes on by itself"),
    Example("rapport up --feed touchpoints.jsonl", "everything, with touchpoints of your own"),
    Example("rapport up", "only listen; `rapport send` and others bring touchpoints"),
)


def fed(incomplete: str) -> list[str]:
    """What can be fed by name; a file is completed by the shell."""
    from rapport.feed import EXAMPLE, NONE

    return [name for name in (EXAMPLE, NONE) if name.startswith(incomplete)]


def command(
    feed: Annotated[
        str,
        typer.Option(
            "--feed", help="example, none, or a file of touchpoints (JSON lines).", metavar="FEED", autocompletion=fed
        ),
    ] = "none",
) -> None:
    from rich.console import Console

    from rapport.commands.setting import settings
    from rapport.up import up

    up(settings(), feed, Console())
