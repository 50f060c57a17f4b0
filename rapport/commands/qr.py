"""`rapport qr make`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.failure import WRONG_USAGE, Failure
from rapport.teaching import Example, epilog

MAKE = (
    Example("rapport qr make poster-7", "poster-7.svg for the printer, poster-7.png for screens"),
    Example("rapport qr make --all --out codes", "every code of the sources file"),
)
EXAMPLES = (MAKE[0],)

command = typer.Typer(rich_markup_mode=None)


@command.callback()
def _group() -> None:
    """Keeps `make` a word of its own, though it is the only one."""


@command.command(help="Print codes as SVG and PNG. What each leads to stands in the sources file.", epilog=epilog(MAKE))
def make(
    codes: Annotated[list[str] | None, typer.Argument(help="Names under qr.codes.", metavar="CODE...")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All codes.")] = False,
    out: Annotated[Path, typer.Option(help="Folder of the files.")] = Path(),
    scale: Annotated[int, typer.Option(help="Pixels of a module in the PNG.", min=1, max=100)] = 10,
) -> None:
    import segno

    from producers.collector.adapters.qr import NAME, Qr
    from rapport.commands.setting import settings
    from rapport.sourcing import address_of, source_of
    from schemas.catalogue import nearest

    if bool(codes) == everything:
        raise Failure("name the codes, or say --all", WRONG_USAGE)
    found = settings()
    address, known = address_of(found), source_of(found, Qr, NAME).codes
    wanted = list(known) if everything else codes or []
    for name in wanted:
        if name not in known:
            close = nearest(name, tuple(known))
            remedy = f"did you mean {close}?" if close else "add it under qr.codes"
            raise Failure(f"{found.sources}: no code is called {name}; {remedy}", WRONG_USAGE)
    out.mkdir(parents=True, exist_ok=True)
    for name in wanted:
        code = segno.make(f"{address}/q/{name}", error="m", micro=False)
        for ending in ("svg", "png"):
            code.save(str(out / f"{name}.{ending}"), scale=scale, border=4)
        typer.echo(f"{out / name}.svg, .png: {address}/q/{name} -> {known[name].target}")
