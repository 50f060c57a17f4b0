"""`rapport signals [explain NAME]`: what is noticed, by which rule, and what is said about it."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.teaching import Example, epilog

LIST = (
    Example("rapport signals list", "all of them, with their teams and numbers"),
    Example("rapport signals list --json", "the same for a program"),
)
EXPLAIN = (Example("rapport signals explain running_out", "its rule, its source, and the card that staff get"),)
EXAMPLES = (LIST[0], EXPLAIN[0])

command = typer.Typer(rich_markup_mode=None)


@command.command("list", help="What is on, whom it tells and with which numbers.", epilog=epilog(LIST))
def list_(json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    import msgspec

    from rapport.commands.setting import settings
    from rapport.explaining import listed
    from rapport.knowing import read_knowledge

    knowledge = read_knowledge(settings())
    if json:
        typer.echo(msgspec.json.encode(list(knowledge.signals.values())).decode())
        return
    for line in listed(knowledge):
        typer.echo(line)


@command.command(help="One of them: rule, source, numbers and card, in Chinese and English.", epilog=epilog(EXPLAIN))
def explain(name: Annotated[str, typer.Argument(help="Its name.")]) -> None:
    from rapport.commands.setting import settings
    from rapport.explaining import explained
    from rapport.knowing import read_knowledge

    for line in explained(read_knowledge(settings()), name):
        typer.echo(line)
