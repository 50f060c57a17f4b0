"""`rapport example`: what `rapport up` feeds when nothing else is asked for."""

from __future__ import annotations

import signal
import threading

import typer

from rapport.failure import told
from rapport.teaching import Example

EXAMPLES = (Example("rapport example", "into the Rapport that runs here, until Ctrl-C"),)


def command() -> None:
    from producers.delivery import DeliveryFailed
    from producers.example.play import run
    from rapport.commands.setting import with_kafka

    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with told(DeliveryFailed):
        run(with_kafka(), over, lambda text: typer.echo(text, err=True))
