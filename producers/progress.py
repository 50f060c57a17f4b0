"""How far a run is, on standard error, and only where a person is looking at it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from producers.counts import Counts
from producers.feed import Watcher, unwatched
from producers.lines import Lines


@contextmanager
def progress(title: str, files: Sequence[Lines]) -> Iterator[Watcher]:
    """A watcher that draws a bar over the bytes of the files, or a moving one where there are none.

    It draws nothing unless standard error is a terminal.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield unwatched
        return
    sizes = [file.size_bytes for file in files]
    total = sum(size or 0 for size in sizes) if sizes and None not in sizes else None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[numbers]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=total, numbers="")

        def watch(counts: Counts) -> None:
            numbers = f"{counts.accepted + counts.present:,} accepted, {counts.refused:,} rejected"
            bar.update(task, completed=sum(file.read_bytes for file in files), numbers=numbers)

        yield watch
