"""`rapport customer`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.commands.values import languages
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport customer sim-wang --language zh", "relationship, reasons, open matters, timeline"),
    Example("rapport customer email:anna@example.com", "by an address; only its hash is looked up and shown"),
    Example("rapport customer loyalty_card:LC-20031 --at 30d", "by a card, as it stood thirty days ago, and why"),
    Example("rapport customer sim-wang --json | jq .relationship", "for a program"),
)
USUAL, SINCE = 10, 1_000
"""Touchpoints of a timeline, the last ones; and where somebody says how far back it goes."""


def command(
    customer: Annotated[
        str,
        typer.Argument(help="An id, loyalty_card:…, or a clear email:… or phone:…, which is hashed.", metavar="ID"),
    ],
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="MOMENT", help="Timeline from then on: 30m, 2h, 3d ago, or a time (RFC 3339)."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", metavar="N", min=1, max=10_000, help="Touchpoints of the timeline: 10; 1,000 with --since."
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="zh|en", help="Else that of the terminal.", autocompletion=languages),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="As it stood then, rebuilt from the archive: 3d ago, or a time."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Data, on standard output.")] = False,
) -> None:
    import time

    from rapport.commands.moments import since as moment
    from rapport.commands.setting import settings
    from rapport.customers.finding import Span
    from rapport.customers.showing import show
    from rapport.voice import spoken

    now = time.time_ns() // 1_000_000
    start = moment("--since", since, now)
    wanted = Span(limit or (USUAL if start is None else SINCE), start, moment("--at", at, now))
    show(settings(), customer, wanted, spoken(language), json)
