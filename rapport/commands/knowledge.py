"""`rapport knowledge check|activate`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rapport.failure import FAILED
from rapport.teaching import Example, epilog

if TYPE_CHECKING:
    from rapport.settings import Settings

CHECK = (
    Example("rapport knowledge check", "the folder of the settings"),
    Example("rapport knowledge check drafts/knowledge", "another folder, before it is used"),
    Example("rapport knowledge check --json | jq .faults", "for a program: file, line and what is wrong"),
)
ACTIVATE = (
    Example("rapport knowledge activate", "the folder of the settings holds from now on"),
    Example("rapport knowledge activate drafts/knowledge", "another folder holds from now on"),
)
EXAMPLES = (CHECK[0], ACTIVATE[0])

command = typer.Typer(rich_markup_mode=None)

Folder = Annotated[Path | None, typer.Argument(help="The folder; without it the one of the settings.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON on standard output.")]

_PLACED: Final = re.compile(r"(?P<file>.+?):(?P<line>\d+): (?P<what>.+)", re.DOTALL)


@command.command(help="Say what is wrong in the files and RAPPORT_DELIVERY, with file and line.", epilog=epilog(CHECK))
def check(folder: Folder = None, json: Json = False) -> None:
    import msgspec

    from rapport.commands.setting import settings
    from rapport.knowing import read_knowledge
    from streams.knowledge.load import check as check_folder

    found = _of(settings(), folder)
    faults = check_folder(found.knowledge)
    if not faults and found.delivery is not None:
        from sinks.frontline.config import faults as delivery_faults

        faults = delivery_faults(found.delivery, found.knowledge)
    version = None if faults else read_knowledge(found).version
    if json:
        told = {"folder": str(found.knowledge), "version": version, "faults": list(map(_placed, faults))}
        typer.echo(msgspec.json.encode(told).decode())
    else:
        for fault in faults:
            typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(FAILED)
    if not json:
        typer.echo(f"{found.knowledge}: all is well, version {version}")


@command.command(
    help="Write the knowledge into the log; it holds from there on, for live and for replay.", epilog=epilog(ACTIVATE)
)
def activate(folder: Folder = None, json: Json = False) -> None:
    import msgspec

    from rapport.commands.setting import with_kafka
    from rapport.init import activate as activate_knowledge
    from rapport.knowing import read_knowledge

    found = _of(with_kafka(), folder)
    version = activate_knowledge(found, read_knowledge(found))
    typer.echo(msgspec.json.encode({"activated": version}).decode() if json else f"activated {version}")


def _placed(fault: str) -> dict[str, str | int]:
    """A fault for a program: file, line, what; of one that stands nowhere only what."""
    place = _PLACED.fullmatch(fault)
    return {"what": fault} if place is None else place.groupdict() | {"line": int(place["line"])}


def _of(found: Settings, folder: Path | None) -> Settings:
    import msgspec

    return found if folder is None else msgspec.structs.replace(found, knowledge=folder)
