"""The mailroom of the tests: a shop's own addresses."""

from __future__ import annotations

from producers.mail.mailroom import Addresses, Mailroom

OURS = {
    "complaints": ("complaints@shop.example",),
    "own_domains": ("shop.example",),
    "message_id": r"^[^.]+\.(?P<campaign>[^@]+)@shop\.example$",
}


def room() -> Mailroom:
    return Mailroom(Addresses(**OURS))  # type: ignore[arg-type]
