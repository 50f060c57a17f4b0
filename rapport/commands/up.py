"""`rapport up`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from rapport.commands.setting import settings
from rapport.up import up


def command(
    feed: Annotated[str, typer.Option("--feed", help="example, none, or a file of touchpoints (JSON lines).")] = "none",
) -> None:
    up(settings(), feed, Console())
