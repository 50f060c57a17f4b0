"""`rapport replay`."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rapport.commands.moments import moment
from rapport.failure import FAILED, told
from rapport.teaching import Example

if TYPE_CHECKING:
    from rapport.settings import Settings

LIVE = "live"
STANDARD_OUTPUT = "-"
EXAMPLES = (
    Example("rapport replay archive --compare live", "does the engine say again what it said live?"),
    Example("rapport replay touchpoints.jsonl --customer example-chen --out -", "what a file says of one customer"),
    Example("rapport replay shop.jsonl --knowledge drafts/knowledge --out new.jsonl", "what other rules would say"),
)


def sources_by_name(incomplete: str) -> list[str]:
    """Sources that are no files."""
    return [name for name in ("archive", "kafka") if name.startswith(incomplete)]


def command(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files (JSON lines, plain or .gz; -), archive or kafka.",
            metavar="SOURCE",
            autocompletion=sources_by_name,
        ),
    ],
    from_: Annotated[str | None, typer.Option("--from", help="Print outputs from this time on (RFC 3339).")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Print outputs before this time.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="Print this customer's outputs only.")] = None,
    knowledge: Annotated[Path | None, typer.Option("--knowledge", help="A folder; its files replace ours.")] = None,
    compare: Annotated[str | None, typer.Option("--compare", help="live, or a file that --out wrote.")] = None,
    out: Annotated[str | None, typer.Option("--out", help="Outputs as JSON lines (-: standard output).")] = None,
    json: Annotated[bool, typer.Option("--json", help="The summary as JSON on standard error.")] = False,
) -> None:
    import msgspec
    from rich.console import Console

    from rapport.init import read_knowledge
    from replay.run import ReplayError, Selection, run

    found = settings_for(sources, compare)
    selection = Selection(moment("--from", from_), moment("--to", to), customer)
    console = Console(stderr=True)
    with told(ReplayError, OSError), _opened(out) as file:
        summary = run(
            sources, found, read_knowledge(found, knowledge), own_rules=knowledge is not None,
            selection=selection, out=file, compare=compare, console=console,
        )  # fmt: skip
    if json:
        typer.echo(msgspec.json.encode(summary.to_json()), err=True)
    else:
        summary.print(console)
    if summary.different:
        raise typer.Exit(FAILED)


def settings_for(sources: list[str], compare: str | None) -> Settings:
    """A replay from files needs nothing that runs; the archive and Kafka may belong to an `up`."""
    from rapport import running
    from rapport.commands.setting import settings

    found = settings()
    if "kafka" in sources:
        return running.located(found)
    if "archive" in sources or compare == LIVE:
        return running.with_store(found)
    return found


def _opened(out: str | None) -> contextlib.AbstractContextManager[BinaryIO | None]:
    if out is None:
        return contextlib.nullcontext()
    return contextlib.nullcontext(sys.stdout.buffer) if out == STANDARD_OUTPUT else Path(out).open("wb")
