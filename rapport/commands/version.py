"""`rapport version`."""

from __future__ import annotations

import platform
from importlib.metadata import version

import typer


def command() -> None:
    typer.echo(f"rapport {version('rapport')}, Python {platform.python_version()}")
