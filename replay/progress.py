"""How far a replay is, on a terminal."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _Rate(ProgressColumn):
    """Records a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.completed:,.0f} records  {task.speed or 0:,.0f}/s")


class Meter:
    """A bar with the rate and the time left where the output is a terminal, nothing elsewhere; for a `with` block."""

    def __init__(self, console: Console | None, total: int | None) -> None:
        times = TimeElapsedColumn(), TimeRemainingColumn()
        columns = (SpinnerColumn(), TextColumn("replay"), BarColumn(), _Rate(), *times)
        shown = console is not None and console.is_terminal
        self._progress = Progress(*columns, console=console, transient=True, disable=not shown)
        self._task = self._progress.add_task("replay", total=total)

    def __enter__(self) -> Meter:
        self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._progress.stop()

    def at(self, records: int) -> None:
        """So many records are done."""
        self._progress.update(self._task, completed=records)
