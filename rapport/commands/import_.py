"""`rapport import`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.commands.outcome import Json, Restart, report
from rapport.failure import WRONG_USAGE, Failure, told
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport import online-retail retail.csv.gz --history", "learn from it, alert nobody"),
    Example("rapport import online-retail retail.csv.gz --rebase", "as if its last day were today, with alerts"),
)


def importers(incomplete: str) -> list[str]:
    """The data sets that can be imported."""
    from producers.importers import IMPORTERS

    return [each.name for each in IMPORTERS if each.name.startswith(incomplete)]


def command(
    name: Annotated[str, typer.Argument(help="online-retail", autocompletion=importers)],
    files: Annotated[list[str], typer.Argument(help="Its files, plain or .gz.", metavar="FILE")],
    history: Annotated[bool, typer.Option("--history", help="It is over: archive and learn, alert nobody.")] = False,
    rebase: Annotated[bool, typer.Option("--rebase", help="Move all times so that the last day is today.")] = False,
    restart: Restart = False,
    json: Json = False,
) -> None:
    from producers.delivery import DeliveryFailed
    from producers.importers import UnknownImporter, importer
    from producers.importers.importer import Mode, import_files
    from producers.kafka_log import KafkaLog
    from producers.lines import Lines, UnreadableInput
    from producers.progress import progress
    from rapport.commands.setting import with_kafka

    try:
        chosen = importer(name)
    except UnknownImporter as error:
        raise Failure(str(error), WRONG_USAGE) from error
    found = with_kafka()
    with told(DeliveryFailed, UnreadableInput):
        inputs = [Lines(file) for file in files]
        log = KafkaLog(found.kafka)
        try:
            typer.echo(chosen.attribution, err=True)
            with progress(name, inputs) as watch:
                counts = import_files(
                    chosen, inputs, Mode(history, rebase), log, found.identity, found.data / "checkpoints", watch,
                    restart, lambda text: typer.echo(text, err=True),
                )  # fmt: skip
        finally:
            log.close()
    report(counts, log.acknowledged, json)
