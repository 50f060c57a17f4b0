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


RING = 32
"""Last event ids by which a producer's repetition is recognised (architecture.md, promise 5)."""
MARK = 8
"""Bytes of one event id in a ring."""


def seen_mark(event_id: str) -> bytes:
    """What a ring of recent `event_id`s keeps of one: `MARK` bytes."""
    return blake2b(event_id.encode(), digest_size=MARK).digest()


def remembered(ring: bytes, event_id: str) -> bytes | None:
    """The ring of the last `RING` ids with this one, or None if it stands there: its producer sends it again."""
    mark = seen_mark(event_id)
    at = ring.find(mark)
    while at >= 0 and at % MARK:
        at = ring.find(mark, at + 1)
    return None if at >= 0 else (ring + mark)[-RING * MARK :]
