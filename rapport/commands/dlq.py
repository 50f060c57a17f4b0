"""`rapport dlq ls|show|export|replay|aside`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapport.commands.values import letter_groups, reasons, stages
from rapport.failure import WRONG_USAGE, Failure
from rapport.teaching import Example, epilog

if TYPE_CHECKING:
    from producers.letters.selecting import Selection

LS = (
    Example("rapport dlq ls", "what is to be mended, and how many of each reason"),
    Example("rapport dlq ls --reason unknown_type --since 2h", "of one reason, of the last two hours"),
    Example("rapport dlq ls --by source", "which topics and files they come from"),
    Example("rapport dlq ls --json | jq .counts", "for a program"),
)
SHOW = (Example("rapport dlq show 4f0c9a2b", "one letter, by the beginning of its id: what, why, what to do"),)
EXPORT = (
    Example("rapport dlq export --out mend.jsonl", "all that is to be mended; edit each `touchpoint`"),
    Example("rapport dlq export 4f0c9a2b | jq .touchpoint", "one of them, to look at"),
)
REPLAY = (
    Example("rapport dlq replay --from mend.jsonl --dry-run", "what would happen with the edited file"),
    Example("rapport dlq replay --from mend.jsonl", "send it; a second time sends nothing"),
    Example("rapport dlq replay --reason unknown_type --map fix.yaml", "all of a reason, mended by rules"),
    Example("rapport dlq replay --reason empty_key", "as they are: keys are made anew"),
)
ASIDE = (
    Example("rapport dlq aside --source orders.csv", "its rows were corrected and imported anew"),
    Example("rapport dlq aside --reason refused_type --dry-run", "how many would it be?"),
)
EXAMPLES = (LS[0], SHOW[0], EXPORT[0], REPLAY[0])

command = typer.Typer(rich_markup_mode=None)

Ids = Annotated[list[str] | None, typer.Argument(help="Ids, or how they begin.", metavar="ID")]
Reason = Annotated[
    list[str] | None, typer.Option("--reason", help="Of this reason; may be repeated.", autocompletion=reasons)
]
Stage = Annotated[
    list[str] | None,
    typer.Option(
        "--stage", help="Refused by producer, identity, engine or delivery; may be repeated.", autocompletion=stages
    ),
]
Source = Annotated[
    list[str] | None,
    typer.Option("--source", help="From this topic or file (its name will do); may be repeated.", metavar="TOPIC|FILE"),
]
Customer = Annotated[
    str | None, typer.Option("--customer", help="About this customer (an id; email:… and phone:… are hashed).")
]
Since = Annotated[
    str | None, typer.Option("--since", help="Refused from then on: 30s, 10m, 2h, 3d ago, or a time (RFC 3339).")
]
Until = Annotated[str | None, typer.Option("--until", help="Refused before then; written like --since.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON on standard output.")]
AlsoReplayed = Annotated[bool, typer.Option("--replayed", help="Also those that were replayed already.")]


@command.command(help="What stands there: a line each, the latest last, and counts.", epilog=epilog(LS))
def ls(
    ids: Ids = None,
    reason: Reason = None,
    stage: Stage = None,
    source: Source = None,
    customer: Customer = None,
    since: Since = None,
    until: Until = None,
    by: Annotated[
        str | None,
        typer.Option("--by", help="Counts alone, by reason, stage, source or customer.", autocompletion=letter_groups),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Lines at most.")] = 50,
    replayed: AlsoReplayed = False,
    json: Json = False,
) -> None:
    from rapport import mending
    from rapport.commands.setting import with_kafka

    mending.check_group(by)
    wanted = _selection(ids, reason, stage, source, customer, since, until)
    with mending.desk(with_kafka(), wanted) as desk:
        mending.ls(desk, by, limit, replayed, json)


@command.command(help="Everything about a letter, and the remedy.", epilog=epilog(SHOW))
def show(
    ids: Annotated[list[str], typer.Argument(help="Its id, or how it begins.", metavar="ID")], json: Json = False
) -> None:
    from rapport import mending
    from rapport.commands.setting import with_kafka

    wanted = _selection(ids, None, None, None, None, None, None)
    with mending.desk(with_kafka(), wanted) as desk:
        mending.show(desk, json)


@command.command(help="Write letters as JSON lines that a person can edit.", epilog=epilog(EXPORT))
def export(
    ids: Ids = None,
    reason: Reason = None,
    stage: Stage = None,
    source: Source = None,
    customer: Customer = None,
    since: Since = None,
    until: Until = None,
    out: Annotated[str, typer.Option("--out", help="A new file; -: standard output.", metavar="FILE")] = "-",
    replayed: AlsoReplayed = False,
) -> None:
    from rapport import mending
    from rapport.commands.setting import with_kafka

    wanted = _selection(ids, reason, stage, source, customer, since, until)
    with mending.desk(with_kafka(), wanted) as desk:
        mending.export(desk, out, replayed)


@command.command(
    help="Send letters again, each once. Exit status 1 if one of them is still wrong.", epilog=epilog(REPLAY)
)
def replay(
    ids: Ids = None,
    reason: Reason = None,
    stage: Stage = None,
    source: Source = None,
    customer: Customer = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="Every letter, without a filter.")] = False,
    from_: Annotated[
        str | None, typer.Option("--from", help="The letters of an edited export; -: standard input.", metavar="FILE")
    ] = None,
    map_: Annotated[
        Path | None,
        typer.Option("--map", help="Rules for each touchpoint, YAML or JSON (docs/dead-letters.md).", metavar="FILE"),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; send nothing.")] = False,
    json: Json = False,
) -> None:
    from rapport import mending
    from rapport.commands.setting import with_kafka

    wanted = _selection(ids, reason, stage, source, customer, since, until)
    if from_ is not None and not (wanted.everything and not everything):
        raise Failure("--from names its letters itself; leave the filters and --all out", WRONG_USAGE)
    if from_ is None and wanted.everything is not everything:
        raise Failure("say which letters: a filter, an id or --from FILE; or --all, and no filter", WRONG_USAGE)
    mended = mending.Mending.of(from_, map_)
    with mending.desk(with_kafka(), wanted) as desk:
        mending.replay(desk, mended, dry_run, json)


@command.command(
    help="Set letters aside for which nothing is to be sent: they stay, and nobody is asked to mend them.",
    epilog=epilog(ASIDE),
)
def aside(
    ids: Ids = None,
    reason: Reason = None,
    stage: Stage = None,
    source: Source = None,
    customer: Customer = None,
    since: Since = None,
    until: Until = None,
    everything: Annotated[bool, typer.Option("--all", help="Every letter, without a filter.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many; set none aside.")] = False,
    json: Json = False,
) -> None:
    from rapport import mending
    from rapport.commands.setting import with_kafka

    wanted = _selection(ids, reason, stage, source, customer, since, until)
    if wanted.everything is not everything:
        raise Failure("say which letters: a filter or an id; or --all, and no filter", WRONG_USAGE)
    with mending.desk(with_kafka(), wanted) as desk:
        mending.aside(desk, dry_run, json)


def _selection(
    ids: list[str] | None,
    reason: list[str] | None,
    stage: list[str] | None,
    source: list[str] | None,
    customer: str | None,
    since: str | None,
    until: str | None,
) -> Selection:
    import time

    from producers.letters.selecting import Selection
    from rapport.commands.moments import since as moment

    now = time.time_ns() // 1_000_000
    return Selection(
        tuple(ids or ()), frozenset(reason or ()), frozenset(stage or ()), frozenset(source or ()),
        moment("--since", since, now), moment("--until", until, now), customer,
    )  # fmt: skip
