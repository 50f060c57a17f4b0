"""`rapport tail`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.commands.values import histories, kinds, languages, severities, signals, teams, topics
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport tail --team store --since 10m", "what the store was told, from ten minutes ago on"),
    Example("rapport tail --severity error --short", "urgent and critical, one line each"),
    Example(
        "rapport tail --kind shift --customer sim-wang --since 30d --no-follow", "how one customer turned; then end"
    ),
    Example("rapport tail --json --kind signal --name unanswered | jq .values", "for a program"),
)


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Topics; without any: alerts, shifts, signals, decisions.", metavar="TOPIC", autocompletion=topics
        ),
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="Alerts of this team.", autocompletion=teams)] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", help="Only this customer (an id; email:… and phone:… are hashed).")
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            help="alert, alert_change, shift, signal, decision, rejected, card, measure; may be repeated.",
            autocompletion=kinds,
        ),
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option("--severity", help="At least: info, warning, error or critical.", autocompletion=severities),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Signals of this name; may be repeated.", autocompletion=signals),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="From then on: 30s, 10m, 2h, 3d ago, or a time (RFC 3339).")
    ] = None,
    begin: Annotated[bool, typer.Option("--begin", help="From the beginning of the topics.")] = False,
    no_follow: Annotated[
        bool, typer.Option("--no-follow", help="What is there (since when: --since), and end.")
    ] = False,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="End after so many.")] = None,
    history: Annotated[
        str | None,
        typer.Option(
            "--history",
            help="exclude (default), include, or only: what came of imports of the past.",
            autocompletion=histories,
        ),
    ] = None,
    cards: Annotated[
        bool | None,
        typer.Option("--cards/--short", help="Alerts as cards (default on a terminal), or all on one line each."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            help="zh or en, for all that is not in the customer's own.",
            autocompletion=languages,
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    import time

    from rapport.commands.moments import since as moment
    from rapport.commands.setting import settings
    from rapport.following import BEGINNING, Span
    from rapport.selecting import selection
    from rapport.tailing import Manner, run
    from rapport.voice import spoken

    wanted = selection(
        names or (), team=team, customer=customer, kinds=kind or (), severity=severity, names=name or (),
        history=history,
    )  # fmt: skip
    start = moment("--since", since, time.time_ns() // 1_000_000)
    if start is None and (begin or no_follow):
        start = BEGINNING
    run(settings(), wanted, Span(start, no_follow), limit, Manner(cards, spoken(language), json))
