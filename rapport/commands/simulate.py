"""`rapport simulate`."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from rapport.commands.outcome import Json, Restart, report
from rapport.failure import WRONG_USAGE, Failure, told
from rapport.teaching import Example

if TYPE_CHECKING:
    from producers.simulator.run import Manner

STANDARD_OUTPUT = "-"
EXAMPLES = (
    Example(
        "rapport simulate --customers 200 --days 30", "a shop that does not exist, into the Rapport that runs here"
    ),
    Example("rapport simulate --customers 200 --out shop.jsonl --truth truth.jsonl", "into a file, with what is true"),
    Example("rapport simulate --customers 50 --days 7 --out - | rapport replay -", "straight through the engine"),
)


def command(
    customers: Annotated[int, typer.Option("--customers", min=1, help="How many.")] = 1000,
    days: Annotated[int, typer.Option("--days", min=1, help="How long.")] = 90,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same shop.")] = 1,
    out: Annotated[str | None, typer.Option("--out", help="Write JSON lines there (-: standard output).")] = None,
    truth: Annotated[Path | None, typer.Option("--truth", help="Write the true relationships and incidents.")] = None,
    family: Annotated[str, typer.Option("--family", help="a or b: how its people behave and write.")] = "a",
    noise: Annotated[float, typer.Option("--noise", min=0, help="Times the usual sessions that say nothing.")] = 1,
    late: Annotated[bool, typer.Option("--late-identity", help="Names are known late.")] = False,
    language: Annotated[str | None, typer.Option("--language", help="zh or en only; else both.")] = None,
    texts: Annotated[bool, typer.Option("--texts/--no-texts", help="Whether anybody writes a word.")] = True,
    restart: Restart = False,
    json: Json = False,
) -> None:
    from producers.delivery import DeliveryFailed
    from producers.kafka_log import KafkaLog
    from producers.progress import progress
    from producers.simulator.feeding import send_simulation, write_lines, write_truth
    from producers.simulator.run import Simulation
    from rapport.commands.setting import with_kafka

    manner = _manner(family, noise, late, language, texts)
    with told(OSError):
        if truth is not None:
            with truth.open("wb") as file:
                write_truth(Simulation(customers, days, seed, **manner), file)
        if out is not None:
            with _opened(out) as file:
                written = write_lines(Simulation(customers, days, seed, **manner), file)
            typer.echo(f"{written:,} touchpoints of {customers:,} customers written to {out}", err=True)
            return
    found = with_kafka()
    with told(DeliveryFailed):
        log = KafkaLog(found.cluster, trace_share=found.trace_share)
        try:
            with progress("simulate", []) as watch:
                checkpoints = found.data / "checkpoints"
                counts = send_simulation(
                    customers, days, seed, log, found.identity, checkpoints, watch=watch, restart=restart, manner=manner
                )
        finally:
            log.close()
    report(counts, log.acknowledged, json)


def _manner(family: str, noise: float, late: bool, language: str | None, texts: bool) -> Manner:
    manner: Manner = {"noise": noise, "late": late, "texts": texts}
    if family not in ("a", "b") or language not in (None, "zh", "en"):
        raise Failure("--family is a or b, --language zh or en", WRONG_USAGE)
    manner["family"] = "a" if family == "a" else "b"
    if language is not None:
        manner["only"] = "zh" if language == "zh" else "en"
    return manner


def _opened(out: str) -> contextlib.AbstractContextManager[BinaryIO]:
    return contextlib.nullcontext(sys.stdout.buffer) if out == STANDARD_OUTPUT else Path(out).open("wb")
