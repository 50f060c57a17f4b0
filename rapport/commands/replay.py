"""`rapport replay`, its runs, and its verification."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer._click.core import Context
from typer._click.shell_completion import CompletionItem
from typer.core import TyperGroup

from rapport.commands import replay_runs
from rapport.commands.moments import since as moment
from rapport.commands.values import languages
from rapport.failure import FAILED, WRONG_USAGE, Failure, told
from rapport.teaching import Example, epilog

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.settings import Settings
    from replay.selection import Selection
    from streams.knowledge.model import Knowledge

LIVE = "live"
JUDGED = (
    "macro_f1", "family_f1", "tense_precision", "tense_recall", "shifts_found", "false_shifts", "flaps", "ece",
)  # fmt: skip
"""Figures of `rapport evaluate` that stand in a report."""
RUN = (
    Example("rapport replay run archive --compare live", "does the engine say again what it said live?"),
    Example("rapport replay run touchpoints.jsonl --customer example-chen --out -", "what a file says of one customer"),
    Example("rapport replay run shop.jsonl --knowledge drafts --report drafts.html", "what other rules would change"),
)
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


def sources_by_name(incomplete: str) -> list[str]:
    """Sources that are no files."""
    return [name for name in ("archive", "kafka") if name.startswith(incomplete)]


@command.command("run", help="Run the engine on history (`run` may be left out).", epilog=epilog(RUN))
def run_(
    sources: Annotated[
        list[str],
        typer.Argument(
            help="Files (JSON lines, plain or .gz; Parquet, Avro; -), archive or kafka.",
            metavar="SOURCE",
            autocompletion=sources_by_name,
        ),
    ],
    from_: Annotated[
        str | None, typer.Option("--from", help="Print outputs from then on: 2h, 30d ago, or a time (RFC 3339).")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Print outputs before then.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="Print this customer's outputs only.")] = None,
    segment: Annotated[
        str | None,
        typer.Option("--segment", metavar="TYPE", help="Only of customers in that relationship at the end."),
    ] = None,
    store: Annotated[
        str | None, typer.Option("--store", metavar="ID", help="Only of customers met at that location_id.")
    ] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="Only of customers met by that channel.")] = None,
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
    import time

    import msgspec

    from rapport.voice import spoken

    now = time.time_ns() // 1_000_000
    start, end, language = moment("--from", from_, now), moment("--to", to, now), spoken(language)
    if report is not None and (compare or out):
        raise Failure("--report compares two rules side by side; leave out --compare and --out", WRONG_USAGE)
    found = settings_for(sources)
    from rapport.knowing import read_knowledge

    rules = read_knowledge(found, knowledge, set_ or ())
    from rich.console import Console

    from replay.run import ReplayError, Selection, run  # large: what is wrong with the options has been said before

    selection, console = Selection(start, end, customer, segment, store, channel), Console(stderr=True)
    if report is not None:
        with told(ReplayError, OSError):
            _report(sources, found, rules, selection, report, truth, language, console)
        return
    with told(ReplayError, OSError), replay_runs.opened(out) as file, replay_runs.keeper_for(found, keep) as keeper:
        summary = run(
            sources, found, rules, own_rules=knowledge is not None or bool(set_),
            selection=selection, out=file, compare=compare, keeper=keeper, jobs=jobs, resume=resume, console=console,
        )  # fmt: skip
        if keeper is not None:
            console.print(f"kept as {replay_runs.finish(keeper, 'replay', sources, rules.version, summary, found).id}")
    if json:
        typer.echo(msgspec.json.encode(summary.to_json()), err=True)
    else:
        summary.print(console)
    if summary.different:
        raise typer.Exit(FAILED)


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

    from rapport.knowing import read_knowledge
    from replay.run import ReplayError, run
    from sinks.clickhouse.runs import VERIFY as PURPOSE

    if source not in ("archive", "kafka"):
        raise Failure(f"--source {source}: what is verified is the line's own log: archive or kafka", WRONG_USAGE)
    found, console = settings_for([source]), Console(stderr=True)
    rules = read_knowledge(found)
    with told(ReplayError, OSError), replay_runs.keeper_for(found, True) as keeper:
        assert keeper is not None
        summary = run([source], found, rules, compare=LIVE, jobs=jobs, console=console)
        kept = replay_runs.finish(keeper, PURPOSE, [source], rules.version, summary, found)
    console.print(f"kept as {kept.id}")
    if json:
        typer.echo(msgspec.json.encode(summary.to_json()), err=True)
    else:
        summary.print(console)
    if summary.different:
        raise typer.Exit(FAILED)


for of_runs, examples in replay_runs.COMMANDS:
    command.command(epilog=epilog(examples))(of_runs)


def _report(
    sources: list[str], settings: Settings, rules: Knowledge, selection: Selection, path: Path, truth: Path | None,
    language: str | None, console: Console,
) -> None:  # fmt: skip
    import os

    from rapport.knowing import read_knowledge
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


def settings_for(sources: list[str]) -> Settings:
    """A replay from Kafka needs one; the archive, what live said, and the knowledge a log goes by may be an `up`'s."""
    from rapport import running
    from rapport.commands.setting import settings

    found = settings()
    return running.located(found) if "kafka" in sources else running.near(found)
