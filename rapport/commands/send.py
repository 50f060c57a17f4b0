"""`rapport send`."""

from __future__ import annotations

from typing import Annotated

import typer

from rapport.commands.outcome import Json, Restart, report
from rapport.failure import told
from rapport.teaching import Example

EXAMPLES = (
    Example("rapport send touchpoints.jsonl.gz", "a file; interrupted, the same line goes on where it stood"),
    Example("zcat export.gz | grep '\"chat' | rapport send -", "what another program writes"),
    Example("rapport send --json touchpoints.jsonl", "the counts for a program: accepted, rejected and why"),
)


def command(
    files: Annotated[list[str], typer.Argument(help="JSON lines, plain or .gz; -: standard input.", metavar="FILE")],
    restart: Restart = False,
    json: Json = False,
) -> None:
    from producers.checkpoint import CheckpointRefused
    from producers.delivery import DeliveryFailed
    from producers.kafka_log import KafkaLog
    from producers.lines import Lines, UnreadableInput
    from producers.progress import progress
    from producers.send import send
    from rapport.commands.setting import with_kafka

    found = with_kafka()
    with told(CheckpointRefused, DeliveryFailed, UnreadableInput):
        inputs = [Lines(file) for file in files]
        log = KafkaLog(found.cluster, trace_share=found.trace_share)
        try:
            with progress("send", inputs) as watch:
                counts = send(inputs, log, found.identity, found.data / "checkpoints", watch, restart)
        finally:
            log.close()
    report(counts, log.acknowledged, json)
