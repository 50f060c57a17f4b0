"""`rapport replay`, its runs, and its verification."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer
from typer._click.core import Context
from typer._click.shell_completion import CompletionItem
from typer.core import TyperGroup

from rapport.commands.moments import moment
from rapport.commands.values import languages
from rapport.failure import FAILED, WRONG_USAGE, Failure, told
from rapport.teaching import Example, epilog

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.settings import Settings
    from replay.keeping import Keeper
    from replay.selection import Selection
    from replay.summary import Summary
    from sinks.clickhouse.runs import Kept
    from streams.knowledge.model import Knowledge

LIVE = "live"
STANDARD_OUTPUT = "-"
JUDGED = (
    "macro_f1", "family_f1", "tense_precision", "tense_recall", "shifts_found", "false_shifts", "flaps", "ece",
)  # fmt: skip
"""Figures of `rapport evaluate` that stand in a report."""
RUN = (
    Example("rapport replay run archive --compare live", "does the engine say again what it said live?"),
    Example("rapport replay run touchpoints.jsonl --customer example-chen --out -", "what a file says of one customer"),
    Example("rapport replay run shop.jsonl --knowledge drafts --report drafts.html", "what other rules would change"),
)
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
VERIFY = (
    Example("rapport replay verify", "nightly: does the log still say what was said live?"),
    Example("rapport replay verify --source kafka", "by the log in Kafka instead of the archive"),
)
EXAMPLES = (
    Example("rapport replay archive --compare live", "does the engine say again what it said live?"),
    Example(
        "rapport replay kafka --set signals.repeat_contact.window=3d --report r.html", "what would change, and why"
    ),
    Example("rapport replay shop.jsonl --keep", "keep what it says; `rapport replay runs` lists it"),
    VERIFY[0],
)


class _Replay(TyperGroup):
    """`run` may be left out: what is no command of these is a source."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["run", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Context, incomplete: str) -> list[CompletionItem]:
        sources = [CompletionItem(name) for name in sources_by_name(incomplete)]
        return [*sources, *super().shell_complete(ctx, incomplete)]


command = typer.Typer(cls=_Replay, rich_markup_mode=None)

Run = Annotated[str, typer.Argument(help="An id, the beginning of one, or last.", metavar="RUN")]
Json = Annotated[bool, typer.Option("--json", help="As JSON on standard output.")]


def sources_by_name(incomplete: str) -> list[str]:
    """Sources that are no files."""
    return [name for name in ("archive", "kafka") if name.startswith(incomplete)]


@command.command("run", help="Run the engine on history (`run` may be left out).", epilog=epilog(RUN))
def run_(
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
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PLACE=VALUE", help="Another value in knowledge; repeatable.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", help="What the other rules change: FILE.html, and FILE.md beside it.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option("--truth", help="For the report: figures of `evaluate` before and after.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="zh|en", help="Of the report.", autocompletion=languages),
    ] = None,
    compare: Annotated[str | None, typer.Option("--compare", help="live, or a file that --out wrote.")] = None,
    out: Annotated[str | None, typer.Option("--out", help="Outputs as JSON lines (-: standard output).")] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes: one a partition at a time.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="With --jobs: go on where one that was killed stood.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep what it says, here and in the archive.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The summary as JSON on standard error.")] = False,
) -> None:
    import msgspec
    from rich.console import Console

    from rapport.init import read_knowledge
    from rapport.voice import spoken
    from replay.run import ReplayError, Selection, run

    found = settings_for(sources, compare)
    selection = Selection(moment("--from", from_), moment("--to", to), customer)
    console = Console(stderr=True)
    rules = read_knowledge(found, knowledge, set_ or ())
    if report is not None:
        if compare or out:
            raise Failure("--report compares two rules side by side; leave out --compare and --out", WRONG_USAGE)
        with told(ReplayError, OSError):
            _report(sources, found, rules, selection, report, truth, spoken(language), console)
        return
    with told(ReplayError, OSError), _opened(out) as file, _kept(found, keep) as keeper:
        summary = run(
            sources, found, rules, own_rules=knowledge is not None or bool(set_),
            selection=selection, out=file, compare=compare, keeper=keeper, jobs=jobs, resume=resume, console=console,
        )  # fmt: skip
        if keeper is not None:
            console.print(f"kept as {_finish(keeper, 'replay', sources, rules.version, summary, found).id}")
    if json:
        typer.echo(msgspec.json.encode(summary.to_json()), err=True)
    else:
        summary.print(console)
    if summary.different:
        raise typer.Exit(FAILED)


@command.command(help="The runs that are kept, the last one at the end.", epilog=epilog(RUNS))
def runs(json: Json = False) -> None:
    import msgspec

    from rapport.commands.setting import settings
    from replay import keeping

    found = keeping.runs(settings().data)
    for kept in found:
        typer.echo(msgspec.json.encode(kept) if json else keeping.told(kept))
    if not found and not json:
        typer.echo("no run is kept; `rapport replay SOURCE --keep` keeps one")


@command.command(help="One run: what it said, counted; with --out all of it.", epilog=epilog(SHOW))
def show(
    name: Run,
    out: Annotated[str | None, typer.Option("--out", help="Outputs as JSON lines (-: standard output).")] = None,
    json: Json = False,
) -> None:
    from collections import Counter

    import msgspec

    from rapport.commands.setting import settings
    from replay import keeping
    from replay.compare import group_of
    from replay.source import ReplayError
    from schemas.wire import output_line

    data = settings().data
    with told(ReplayError, OSError), _opened(out) as file:
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


@command.command(help="What the second of two runs says differently; exit status 1 if anything.", epilog=epilog(DIFF))
def diff(before: Run, after: Run, json: Json = False) -> None:
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


@command.command(help="Forget a run and what it said.", epilog=epilog(REMOVE))
def remove(name: Run) -> None:
    from rapport.commands.setting import settings
    from replay import keeping
    from replay.source import ReplayError

    found = settings()
    with told(ReplayError, OSError):
        kept = keeping.one(found.data, name)
        keeping.remove(found.data, kept.id)
    _archived(found, kept.id)
    typer.echo(f"removed {kept.id}")


@command.command(help="Does the log still say what was said live? Kept; exit status 1 if not.", epilog=epilog(VERIFY))
def verify(
    source: Annotated[
        str, typer.Option("--source", help="archive or kafka.", autocompletion=sources_by_name)
    ] = "archive",
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Processes: one a partition at a time.")] = 1,
    json: Annotated[bool, typer.Option("--json", help="The summary as JSON on standard error.")] = False,
) -> None:
    import msgspec
    from rich.console import Console

    from rapport.init import read_knowledge
    from replay.run import ReplayError, run
    from sinks.clickhouse.runs import VERIFY as PURPOSE

    if source not in ("archive", "kafka"):
        raise Failure(f"--source {source}: what is verified is the line's own log: archive or kafka", WRONG_USAGE)
    found, console = settings_for([source], LIVE), Console(stderr=True)
    rules = read_knowledge(found)
    with told(ReplayError, OSError), _kept(found, True) as keeper:
        assert keeper is not None
        summary = run([source], found, rules, compare=LIVE, jobs=jobs, console=console)
        kept = _finish(keeper, PURPOSE, [source], rules.version, summary, found)
    console.print(f"kept as {kept.id}")
    if json:
        typer.echo(msgspec.json.encode(summary.to_json()), err=True)
    else:
        summary.print(console)
    if summary.different:
        raise typer.Exit(FAILED)


@contextlib.contextmanager
def _kept(settings: Settings, wanted: bool) -> Iterator[Keeper | None]:
    """A keeper whose half-made run goes where something fails."""
    import time

    from replay.keeping import Keeper

    keeper = Keeper(settings.data, time.time_ns() // 1_000_000) if wanted else None
    try:
        yield keeper
    except BaseException:
        if keeper is not None:
            keeper.drop()
        raise


def _finish(
    keeper: Keeper, purpose: str, sources: list[str], version: str, summary: Summary, settings: Settings
) -> Kept:  # fmt: skip
    kept = keeper.finish(purpose, sources, version, summary)
    _archived(settings, kept.id)
    return kept


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


def _report(
    sources: list[str], settings: Settings, rules: Knowledge, selection: Selection, path: Path, truth: Path | None,
    language: str | None, console: Console,
) -> None:  # fmt: skip
    import os

    from rapport.init import read_knowledge
    from rapport.voice import Voice, language_of
    from replay.whatif.run import what_if
    from replay.whatif.tables import headline
    from replay.whatif.words import Words
    from replay.whatif.writing import write

    present = read_knowledge(settings)
    quality = [] if truth is None else _quality(sources, settings, truth, present, rules)
    found = what_if(sources, settings, present, rules, selection=selection, quality=quality, console=console)
    words = Words(Voice(language or language_of(os.environ), rules))
    for line in headline(found, words):
        console.print(line, highlight=False, markup=False)
    for written in write(found, words, path):
        console.print(f"{written}", highlight=False, markup=False)


def _quality(
    sources: list[str], settings: Settings, truth: Path, before: Knowledge, after: Knowledge
) -> list[tuple[str, float, float]]:
    """The figures of `rapport evaluate` under both rules, for a file of touchpoints."""
    from rapport.quality.evaluating import evaluate

    if len(sources) != 1 or not Path(sources[0]).is_file():
        raise Failure("--truth judges one file of touchpoints; name that file alone", WRONG_USAGE)
    one, other = (evaluate(Path(sources[0]), truth, each, settings.identity)._asdict() for each in (before, after))
    return [(name.replace("_", " "), float(one[name]), float(other[name])) for name in JUDGED]


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
