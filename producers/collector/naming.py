"""Ids of what has none of its own: the same request, or the same words in it, give the same id."""

from __future__ import annotations

from hashlib import blake2b

from producers.collector.adapter import Request


def digest(*parts: object) -> str:
    """32 hexadecimal digits of these parts, in their order."""
    text = "\0".join(f"{len(str(part))}:{part}" for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def of_request(source: str, request: Request, *parts: object) -> str:
    """The event_id of a visit: who comes again, be it the same second, comes a second time."""
    caller = (request.remote, request.headers.get("x-forwarded-for", ""), request.headers.get("user-agent", ""))
    return f"{source}:{digest(request.received_at, *caller, *parts)}"
