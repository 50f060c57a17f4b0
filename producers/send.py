"""`rapport send`: files of touchpoints, one JSON object a line, through the one path in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from producers.checkpoint import Checkpoint
from producers.counts import Counts
from producers.delivery import Producer
from producers.feed import Run, Watcher, feed, unwatched
from producers.lines import STANDARD_INPUT, Lines
from producers.pipeline import Incoming
from schemas.keys import IdentityKey


def send(
    files: Sequence[Lines],
    producer: Producer,
    identity: IdentityKey,
    checkpoints: Path,
    watch: Watcher = unwatched,
    restart: bool = False,
) -> Counts:
    """Sends the files in the order given and says what became of every line.

    An interrupted run over the same files goes on where it stood; with standard
    input among them nothing can be resumed, and no checkpoint is kept.
    """
    paths = [file.path for file in files]
    checkpoint = None if STANDARD_INPUT in paths else Checkpoint(checkpoints, "send", paths)
    return feed(Run(lambda memo: pieces(files), checkpoint), producer, identity, watch, restart)


def pieces(files: Iterable[Lines]) -> Iterator[Incoming]:
    """The lines of all files, each with its place."""
    for file in files:
        place = "standard input" if file.path == STANDARD_INPUT else file.path
        for line in file:
            yield Incoming(place, line.number, line.content)
