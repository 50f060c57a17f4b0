"""`rapport evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from rapport.teaching import Example

EXAMPLES = (
    Example("rapport evaluate shop.jsonl --truth truth.jsonl", "how often what is declared is what is true"),
    Example("rapport evaluate history.jsonl --truth labels.jsonl --json", "against what an analyst labelled"),
)


def command(
    touchpoints: Annotated[Path, typer.Argument(help="JSON lines, in order of time.", metavar="FILE")],
    truth: Annotated[Path, typer.Option("--truth", help="A truth of `simulate`, or what `label` wrote.")],
    knowledge: Annotated[Path | None, typer.Option("--knowledge", help="A folder; its files replace ours.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object instead of the table.")] = False,
) -> None:
    import msgspec

    from rapport.commands.setting import settings
    from rapport.failure import told
    from rapport.knowing import read_knowledge
    from rapport.quality.evaluating import evaluate
    from replay.run import ReplayError

    found = settings()
    with told(OSError, ReplayError):
        figures = evaluate(touchpoints, truth, read_knowledge(found, knowledge), found.identity)
    if json:
        typer.echo(msgspec.json.encode(figures._asdict()))
        return
    for name in ("macro_f1", "family_f1", "tense_precision", "tense_recall", "shifts_found", "ece"):
        typer.echo(f"{name.replace('_', ' '):<26}{getattr(figures, name):>8.2f}")
    for name in ("false_shifts", "flaps"):
        typer.echo(f"{name.replace('_', ' ') + ' /100 years':<26}{getattr(figures, name):>8.0f}")
    typer.echo(f"{figures.readings:,} readings, {figures.shifts:,} true shifts")
