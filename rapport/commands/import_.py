"""`rapport import`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rapport.commands.outcome import Json, Restart, report
from rapport.failure import WRONG_USAGE, Failure, told
from rapport.teaching import Example

if TYPE_CHECKING:
    from producers.importers.run import Importer

TABLE = "table"

EXAMPLES = (
    Example("rapport import online-retail retail.csv.gz --history", "learn from it, alert nobody"),
    Example("rapport import online-retail retail.csv.gz --taught", "and what did it learn?"),
    Example("rapport import table orders.csv --map orders.yaml --dry-run", "your own table: what would be sent?"),
    Example("rapport import table t.parquet --map t.yaml --consent email --basis form", "its customers said yes"),
)


def importers(incomplete: str) -> list[str]:
    """The data sets that can be imported."""
    from producers.importers import IMPORTERS

    return [name for name in (*(each.name for each in IMPORTERS), TABLE) if name.startswith(incomplete)]


def command(
    name: Annotated[
        str, typer.Argument(help="Of the data set, or `table`: docs/importers.md.", autocompletion=importers)
    ],
    files: Annotated[list[str], typer.Argument(help="Its files, plain or .gz; tables: .parquet, too.", metavar="FILE")],
    mapping: Annotated[Path | None, typer.Option("--map", help="For `table`: how its columns are to be read.")] = None,
    history: Annotated[bool, typer.Option("--history", help="It is over: archive and learn, alert nobody.")] = False,
    rebase: Annotated[bool, typer.Option("--rebase", help="Move all times so that the last day is today.")] = False,
    consents: Annotated[
        list[str] | None,
        typer.Option("--consent", help="What its customers agreed to, as SCOPE or SCOPE:PURPOSE,…; may be repeated."),
    ] = None,
    basis: Annotated[str | None, typer.Option("--basis", help="How that is known; needed with --consent.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check everything, send nothing.")] = False,
    taught: Annotated[
        bool, typer.Option("--taught", help="What an import with --history taught, from the archive; send nothing.")
    ] = False,
    restart: Restart = False,
    json: Json = False,
) -> None:
    import msgspec

    from producers.checkpoint import CheckpointRefused
    from producers.delivery import DeliveryFailed
    from producers.importers import UnknownImporter, by_mapping, importer
    from producers.importers.consent import BadConsent, consent
    from producers.importers.mapping import BadMapping
    from producers.importers.run import Mode, import_files, looked
    from producers.importers.table import lines_of
    from producers.kafka_log import KafkaLog
    from producers.lines import UnreadableInput
    from producers.progress import progress
    from rapport.commands.setting import with_kafka

    try:
        if (name == TABLE) != (mapping is not None):
            raise BadMapping(f"`rapport import {TABLE}` and --map belong together (docs/importers.md has the form)")
        chosen = importer(name) if mapping is None else by_mapping(mapping)
        mode = Mode(history, rebase, consent(consents or [], basis))
    except (UnknownImporter, BadMapping, BadConsent) as error:
        raise Failure(str(error), WRONG_USAGE) from error
    if taught:
        _say_taught(chosen, files, json)
        return
    if dry_run:
        with told(UnreadableInput):
            look = looked(chosen, [lines_of(file) for file in files], mode)
        typer.echo(msgspec.json.encode(look.to_json()).decode() if json else "\n".join(look.lines()))
        if look.nothing:
            raise Failure("nothing would be accepted, every record would be rejected. Is it the right file?")
        return
    found = with_kafka()
    with told(CheckpointRefused, DeliveryFailed, UnreadableInput):
        inputs = [lines_of(file) for file in files]
        log = KafkaLog(found.cluster, trace_share=found.trace_share)
        try:
            typer.echo(chosen.attribution, err=True)
            with progress(name, inputs) as watch:
                counts = import_files(
                    chosen, inputs, mode, log, found.identity, found.data / "checkpoints", watch,
                    restart, lambda text: typer.echo(text, err=True),
                )  # fmt: skip
        finally:
            log.close()
    report(counts, log.acknowledged, json)


def _say_taught(importer: Importer, files: list[str], json: bool) -> None:
    import os

    import msgspec

    from producers.importers.naming import Names
    from producers.importers.run import run_of
    from rapport import running
    from rapport.commands.setting import settings
    from rapport.knowing import read_knowledge
    from rapport.taught import lines, taught
    from rapport.voice import Voice, language_of
    from sinks.clickhouse.client import StoreError
    from sinks.clickhouse.connect import reader

    found = running.with_store(settings())
    names = Names(found.data / "checkpoints")
    runs = [run_of(importer, names.called(file)) for file in files]
    with told(StoreError, ValueError):
        store = reader(found)
        for each in (taught(store, run) for run in runs):
            if json:
                typer.echo(msgspec.json.encode(each).decode())
                continue
            typer.echo("\n".join(lines(each, Voice(language_of(os.environ), read_knowledge(found)))))
