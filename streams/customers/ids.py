"""Identities that depend on causes alone, so that live, replay and a restart agree."""

from __future__ import annotations

from hashlib import blake2b


def output_id(kind: str, name: str, version: int, whom: str, matter: str, team: str, cause: str) -> str:
    """32 hex digits: who, about what, to whom and because of what; never where in the log or when it ran."""
    parts = (kind, name, str(version), whom, matter, team, cause)
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def timer_cause(name: str, key: str, armed_by: str, due: int) -> str:
    """The cause of what a timer brings about."""
    return f"timer\x1e{name}\x1e{key}\x1e{armed_by}\x1e{due}"


def fingerprint(text: str) -> int:
    """64 bits of `text`; two different texts collide once in 10^19."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def seen_mark(event_id: str) -> bytes:
    """What the ring of recent `event_id`s keeps of one: eight bytes."""
    return blake2b(event_id.encode(), digest_size=8).digest()
