"""The section `mail` of the tests: a shop's own addresses."""

from __future__ import annotations

import msgspec

from producers.collector.adapters.mail import Config


def config(**more: object) -> Config:
    """As the sources file would have it."""
    ours = {
        "complaints": ["complaints@shop.example"],
        "own_domains": ["shop.example"],
        "message_id": r"^[^.]+\.(?P<campaign>[^@]+)@shop\.example$",
    }
    return msgspec.convert(ours | more, Config)
