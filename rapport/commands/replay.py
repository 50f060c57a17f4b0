"""`rapport replay`."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rapport.commands.moments import moment
from rapport.commands.values import languages
from rapport.failure import FAILED, WRONG_USAGE, Failure, told
from rapport.teaching import Example

if TYPE_CHECKING:
    from rich.console import Console

    from rapport.settings import Settings
    from replay.selection import Selection
    from streams.knowledge.model import Knowledge

LIVE = "live"
STANDARD_OUTPUT = "-"
JUDGED = (
    "macro_f1", "family_f1", "tense_precision", "tense_recall", "shifts_found", "false_shifts", "flaps", "ece",
)  # fmt: skip
"""Figures of `rapport evaluate` that stand in a report."""
EXAMPLES = (
    Example("rapport replay archive --compare live", "does the engine say again what it said live?"),
    Example("rapport replay touchpoints.jsonl --customer example-chen --out -", "what a file says of one customer"),
    Example("rapport replay shop.jsonl --knowledge drafts/knowledge --out new.jsonl", "what other rules would say"),
    Example(
        "rapport replay kafka --set signals.repeat_contact.window=3d --report r.html", "what would change, and why"
    ),
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
    json: Annotated[bool, typer.Option("--json", help="The summary as JSON on standard error.")] = False,
) -> None:
    import msgspec
    from rich.console import Console

    from rapport.init import read_knowledge
    from rapport.voice import spoken
    from replay.run import ReplayError, Selection, run

    found = _settings(sources, compare)
    selection = Selection(moment("--from", from_), moment("--to", to), customer)
    console = Console(stderr=True)
    rules = read_knowledge(found, knowledge, set_ or ())
    if report is not None:
        if compare or out:
            raise Failure("--report compares two rules side by side; leave out --compare and --out", WRONG_USAGE)
        with told(ReplayError, OSError):
            _report(sources, found, rules, selection, report, truth, spoken(language), console)
        return
    with told(ReplayError, OSError), _opened(out) as file:
        summary = run(
            sources, found, rules, own_rules=knowledge is not None or bool(set_),
            selection=selection, out=file, compare=compare, console=console,
        )  # fmt: skip
    if json:
        typer.echo(msgspec.json.encode(summary.to_json()), err=True)
    else:
        summary.print(console)
    if summary.different:
        raise typer.Exit(FAILED)


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


def _settings(sources: list[str], compare: str | None) -> Settings:
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
