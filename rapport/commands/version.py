"""`rapport version`."""

from __future__ import annotations

import platform

import typer

from rapport.teaching import Example

EXAMPLES = (Example("rapport version", "of Rapport and of Python, for a report"),)


def command() -> None:
    from importlib.metadata import version

    typer.echo(f"rapport {version('rapport')}, Python {platform.python_version()}")
