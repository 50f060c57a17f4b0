"""`rapport tail`."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer
from rich.console import Console

from rapport.commands.setting import with_kafka
from rapport.following import chosen, follow
from rapport.readable import readable
from schemas.wire import output_line


def command(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Topics; without any: alerts, shifts, signals, decisions.", metavar="TOPIC"),
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="Alerts of this team.")] = None,
    customer: Annotated[str | None, typer.Option("--customer", help="Only this customer.")] = None,
    begin: Annotated[bool, typer.Option("--begin", help="From the beginning of the topics.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    wanted = chosen(names or (), team)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    console = Console()
    for output in follow(with_kafka().kafka, wanted, over.is_set, begin=begin):
        if customer is not None and output.customer_id != customer:
            continue
        if json:
            typer.echo(output_line(output))
        else:
            console.print(readable(output))
