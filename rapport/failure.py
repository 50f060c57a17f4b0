"""How a command fails: one sentence for a person, an exit status for a program, no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

FAILED: Final = 1
WRONG_USAGE: Final = 2


class Failure(Exception):
    """The command cannot do what it was asked; the message names the thing, the place and the remedy."""

    def __init__(self, message: str, status: int = FAILED) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def told(*kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of these kinds, whose messages are written for people, into a Failure."""
    try:
        yield
    except kinds as error:
        raise Failure(str(error)) from error
