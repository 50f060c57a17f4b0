"""Runs of replay that are kept: how one is kept, and `rapport replay runs|show|diff|remove`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rapport.failure import FAILED, told
from rapport.teaching import Example

if TYPE_CHECKING:
    from rapport.settings import Settings
    from replay.keeping import Keeper
    from replay.summary import Summary
    from sinks.clickhouse.runs import Kept

STANDARD_OUTPUT = "-"
RUNS = (
    Example("rapport replay runs", "what is kept: over what, by which rules, with which end"),
    Example("rapport replay runs --json | jq -r .id", "for a program"),
)
SHOW = (
    Example("rapport replay show last", "one run, with what it said, counted"),
    Example("rapport replay show 20260301 --out -", "the outputs themselves, as JSON lines"),
)
DIFF = (Example("rapport replay diff 20260228 last", "what the second says and the first does not, and so on"),)
REMOVE = (Example("rapport replay remove 20260228", "it and what it said, here and in the archive"),)

Run = Annotated[str, typer.Argument(help="An id, the beginning of one, or last.", metavar="RUN")]
Json = Annotated[bool, typer.Option("--json", help="As JSON on standard output.")]


def runs(json: Json = False) -> None:
    """The runs that are kept, the last one at the end."""
    import msgspec

    from rapport.commands.setting import settings
    from replay import keeping

    found = keeping.runs(settings().data)
    for kept in found:
        typer.echo(msgspec.json.encode(kept) if json else keeping.told(kept))
    if not found and not json:
        typer.echo("no run is kept; `rapport replay SOURCE --keep` keeps one")


def show(
    name: Run,
    out: Annotated[str | None, typer.Option("--out", help="Outputs as JSON lines (-: standard output).")] = None,
    json: Json = False,
) -> None:
    """One run: what it said, counted; with --out all of it."""
    from collections import Counter

    import msgspec

    from rapport.commands.setting import settings
    from replay import keeping
    from replay.compare import group_of
    from replay.source import ReplayError
    from schemas.wire import output_line

    data = settings().data
    with told(ReplayError, OSError), opened(out) as file:
        kept = keeping.one(data, name)
        counts: Counter[tuple[str, str]] = Counter()
        for output in keeping.outputs(data, kept.id):
            counts[group_of(output)] += 1
            if file is not None:
                file.write(output_line(output) + b"\n")
    if json:
        typer.echo(msgspec.json.encode(kept), err=out == STANDARD_OUTPUT)
        return
    typer.echo(keeping.told(kept), err=True)
    for (kind, group), count in sorted(counts.items()):
        typer.echo(f"  {kind:<14}{group:<28}{count:>10,}", err=out == STANDARD_OUTPUT)


def diff(before: Run, after: Run, json: Json = False) -> None:
    """What the second of two runs says differently; exit status 1 if anything."""
    import msgspec
    from rich.console import Console

    from rapport.commands.setting import settings
    from replay import keeping
    from replay.compare import Comparison
    from replay.source import ReplayError
    from replay.summary import Summary

    data = settings().data
    with told(ReplayError, OSError):
        one, other = keeping.one(data, before), keeping.one(data, after)
        comparison = Comparison()
        for output in keeping.outputs(data, other.id):
            comparison.add(output)
        found = comparison.against(keeping.outputs(data, one.id))
    summary = Summary(records=other.records, seconds=other.seconds, fingerprint=other.digest, compared_with=one.id)
    summary.differences = found
    if json:
        typer.echo(msgspec.json.encode(summary.to_json()["differences"]))
    else:
        summary.print_differences(Console())
    if found:
        raise typer.Exit(FAILED)


def remove(name: Run) -> None:
    """Forget a run and what it said."""
    from rapport.commands.setting import settings
    from replay import keeping
    from replay.source import ReplayError

    found = settings()
    with told(ReplayError, OSError):
        kept = keeping.one(found.data, name)
        keeping.remove(found.data, kept.id)
    _archived(found, kept.id)
    typer.echo(f"removed {kept.id}")


COMMANDS = ((runs, RUNS), (show, SHOW), (diff, DIFF), (remove, REMOVE))
"""Each with its examples, as `replay` registers them."""


@contextlib.contextmanager
def keeper_for(settings: Settings, wanted: bool) -> Iterator[Keeper | None]:
    """A keeper whose half-made run goes where something fails."""
    import time

    from replay.keeping import Keeper

    keeper = Keeper(settings.data, time.time_ns() // 1_000_000) if wanted else None
    with contextlib.ExitStack() as broken_off:
        if keeper is not None:
            broken_off.callback(keeper.drop)
        yield keeper
        broken_off.pop_all()


def finish(
    keeper: Keeper, purpose: str, sources: list[str], version: str, summary: Summary, settings: Settings
) -> Kept:  # fmt: skip
    """Keeps the run, and puts it into the archive."""
    run = keeper.finish(purpose, sources, version, summary)
    _archived(settings, run.id)
    return run


def _archived(settings: Settings, run: str) -> None:
    """Into a ClickHouse server at once; the embedded one belongs to the store, which looks at the folder itself."""
    from contextlib import closing

    from replay.keeping import shelf
    from sinks.clickhouse.client import StoreError
    from sinks.clickhouse.connect import owned
    from sinks.clickhouse.runs import take

    folder = shelf(settings.data) / run
    if settings.clickhouse and folder.exists():
        with told(StoreError), closing(owned(settings)) as store:
            take(store, folder)


def opened(out: str | None) -> contextlib.AbstractContextManager[BinaryIO | None]:
    if out is None:
        return contextlib.nullcontext()
    return contextlib.nullcontext(sys.stdout.buffer) if out == STANDARD_OUTPUT else Path(out).open("wb")
