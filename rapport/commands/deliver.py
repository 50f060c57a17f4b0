"""`rapport deliver`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rapport.failure import WRONG_USAGE, Failure, told
from rapport.teaching import Example

if TYPE_CHECKING:
    from rapport.settings import Settings
    from sinks.frontline.config import Delivery
    from streams.knowledge.model import Knowledge

EXAMPLES = (
    Example("RAPPORT_DELIVERY=delivery.yaml rapport deliver", "tell people of alerts, until Ctrl-C"),
    Example("rapport deliver --test desk", "one message to the receiver desk; says whether it was taken"),
    Example("rapport deliver --again desk", "what was given up for desk is tried anew by whoever delivers"),
)


def command(
    test: Annotated[
        str | None, typer.Option("--test", help="Send this receiver one message that says it is a test.")
    ] = None,
    again: Annotated[
        str | None, typer.Option("--again", help="Try anew what was given up for this receiver and is still open.")
    ] = None,
) -> None:
    from rapport.commands.setting import settings, with_kafka

    if test is not None:
        found = settings()
        _test(found, *_read(found), test)
        return
    found = with_kafka("command" if again else "deliver")
    knowledge, delivery = _read(found)
    if again is not None:
        _again(found, knowledge, delivery, again)
        return
    from sinks.frontline import process

    raise typer.Exit(process.run(found, knowledge, delivery))


def _read(found: Settings) -> tuple[Knowledge, Delivery]:
    import os

    from rapport.knowing import read_knowledge
    from sinks.frontline.config import load
    from streams.knowledge.load import KnowledgeError

    if found.delivery is None:
        raise Failure("RAPPORT_DELIVERY names no delivery file (docs/delivery.md has an example)", WRONG_USAGE)
    knowledge = read_knowledge(found)
    with told(KnowledgeError):
        return knowledge, load(found.delivery, knowledge, os.environ)


def _known(delivery: Delivery, name: str, option: str) -> None:
    if name not in delivery.receivers:
        names = ", ".join(delivery.receivers) or "none"
        raise Failure(f"{option} {name}: no receiver is called so; the receivers are {names}", WRONG_USAGE)


def _test(found: Settings, knowledge: Knowledge, delivery: Delivery, name: str) -> None:
    from producers.delivery import wall_clock
    from sinks.frontline.attempts import sender
    from sinks.frontline.message import trial
    from sinks.frontline.ways import Away, Refused

    _known(delivery, name, "--test")
    with told(Away, Refused):
        sender(delivery.receivers[name], delivery).send(trial(knowledge.company.language, wall_clock()))
    typer.echo(f"{name} has taken it")


def _again(found: Settings, knowledge: Knowledge, delivery: Delivery, name: str) -> None:
    from producers.delivery import DeliveryFailed
    from sinks.frontline.process import ask_again

    _known(delivery, name, "--again")
    with told(DeliveryFailed):
        count = ask_again(found, knowledge, name)
    typer.echo(f"{count} to be tried anew; what is over by now is not sent")
