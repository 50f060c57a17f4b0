"""Standard output as what it is: a terminal, or a pipe whose reader may go."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.text import Text


def unread() -> bool:
    """Whether nobody reads our standard output any more: `rapport tail | head -3` has its three lines."""
    poll = select.poll()
    poll.register(sys.stdout.fileno(), 0)
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


@contextmanager
def until_unread() -> Iterator[None]:
    """A reader who goes ends the work within, quietly: they have what they wanted.

    Not by the signal: a socket whose broker has gone raises the same one.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def put(console: Console, shown: RenderableType) -> None:
    """One thing, at once. Off a terminal a line stays one line, without colour."""
    if console.is_terminal or not isinstance(shown, Text):
        console.print(shown)
    else:
        sys.stdout.write(f"{shown.plain}\n")
        sys.stdout.flush()
