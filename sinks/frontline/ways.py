"""What every way to a receiver promises, and how it fails."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from schemas.records import Severity


class Away(Exception):
    """Not now: the receiver is away, busy, or does not let us in. Tried again."""

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        """`wait_s`: for how long the receiver asks to be left alone."""
        super().__init__(why)
        self.wait_s = wait_s


class Refused(Exception):
    """Never: the receiver has understood, and does not take it."""


class Message(msgspec.Struct, frozen=True):
    """What a receiver is told. `id` is the key by which it may see that it has it already: the same at each attempt,
    as all the rest is. `thread`: the id of the first message about the same alert. `at`: milliseconds."""

    id: str
    thread: str
    at: int
    severity: Severity
    language: str
    subject: str
    text: str
    payload: dict[str, Any]


class Sender(Protocol):
    """One way to one receiver. `send` returns once the receiver has taken the message; `Away` or `Refused` else."""

    def send(self, message: Message) -> None: ...
