"""`rapport schema check|freeze`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.failure import FAILED
from rapport.teaching import Example, epilog

CHECK = (
    Example("rapport schema check", "the schemas of this tree against all releases"),
    Example("rapport schema check drafts/avro --json", "drafts of the same files, for a program"),
)
FREEZE = (Example("rapport schema freeze 0.2.0", "at a release: keep the schemas that it writes"),)
EXAMPLES = (CHECK[0], FREEZE[0])

command = typer.Typer(rich_markup_mode=None)


@command.command(help="Refuse changes that released records or programs do not survive.", epilog=epilog(CHECK))
def check(
    folder: Annotated[Path | None, typer.Argument(help="Of *.avsc; without it schemas/avro.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Faults as JSON lines.")] = False,
) -> None:
    import msgspec

    from rapport import contracts
    from schemas.registry import FOLDER

    faults = contracts.check(folder or FOLDER)
    for fault in faults:
        typer.echo(msgspec.json.encode(fault._asdict()).decode() if json else str(fault), err=not json)
    if faults:
        raise typer.Exit(FAILED)
    if not json:
        released = ", ".join(dict.fromkeys(each.release for each in contracts.releases()))
        typer.echo(f"{folder or FOLDER}: {f'compatible with {released}' if released else 'nothing is released yet'}")


@command.command(help="Keep the present schemas as those of a release.", epilog=epilog(FREEZE))
def freeze(version: Annotated[str, typer.Argument(help="Of the release.", metavar="VERSION")]) -> None:
    from rapport import contracts

    files = contracts.freeze(version)
    typer.echo(f"kept {len(files)} schemas in {files[0].parent}")
