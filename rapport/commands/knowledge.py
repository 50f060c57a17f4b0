"""`rapport knowledge check|activate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from rapport.commands.setting import settings, with_kafka
from rapport.failure import FAILED
from rapport.init import activate as activate_knowledge
from rapport.init import read_knowledge
from rapport.settings import Settings
from streams.knowledge.load import check as check_folder

command = typer.Typer()

Folder = Annotated[Path | None, typer.Argument(help="The folder; without it the one of the settings.")]


@command.command(help="Say what is wrong in the files, with file and line.")
def check(folder: Folder = None) -> None:
    found = _of(settings(), folder)
    faults = check_folder(found.knowledge)
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(FAILED)
    typer.echo(f"{found.knowledge}: all is well, version {read_knowledge(found).version}")


@command.command(help="Write the knowledge into the log; it holds from there on, for live and for replay.")
def activate(folder: Folder = None) -> None:
    found = _of(with_kafka(), folder)
    typer.echo(f"activated {activate_knowledge(found, read_knowledge(found))}")


def _of(found: Settings, folder: Path | None) -> Settings:
    return found if folder is None else msgspec.structs.replace(found, knowledge=folder)
