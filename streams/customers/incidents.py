"""Incidents as a partition knows them: declared by the company or by trends, until they are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from schemas import times
from schemas.records import Touchpoint

DECLARED: Final = "incident.declared"
ENDED: Final = "incident.ended"
TYPES: Final = frozenset({DECLARED, ENDED})
MOST: Final = 32
"""Open incidents; one more takes the place of the oldest."""
BEFORE_MS: Final = 14 * 86_400_000
"""Who met it so long before it was declared is exposed, where it does not say from when (signals.md, Rulings)."""
WORDS: Final = 64


class Incident(msgspec.Struct, array_like=True, frozen=True):
    """Something that goes wrong for many: whoever meets all of `scope` from `begun` on (ms) is exposed, `ended` None:
    until it is over."""

    at: int
    scope: dict[str, str]
    begun: int
    ended: int | None = None


def known(incidents: Mapping[str, Incident], body: Touchpoint, facts: Mapping[str, object]) -> dict[str, Incident]:
    """The incidents after this record; one that is declared again has its new scope."""
    name = name_of(body.event_id, facts)
    left = {each: incident for each, incident in incidents.items() if each != name}
    if body.type == ENDED:
        return left
    while len(left) >= MOST:
        del left[min(left, key=lambda each: (left[each].at, each))]
    left[name] = read(body.occurred_at, facts)
    return left


def name_of(event_id: str, facts: Mapping[str, object]) -> str:
    """The incident's id; the record's own where it gives none."""
    return str(facts.get("incident_id") or event_id)


def read(at: int, facts: Mapping[str, object]) -> Incident:
    """What the record says; from and to are read from the scope, and `cause` where the scope has none."""
    said = facts.get("scope")
    named = {str(k): v for k, v in said.items() if isinstance(v, str)} if isinstance(said, dict) else {}
    begun, ended = (_time(named.pop(name, None)) for name in ("from", "to"))
    if isinstance(cause := facts.get("cause"), str):
        named.setdefault("cause", cause)
    scope = {name: value[:WORDS] for name, value in sorted(named.items())}
    return Incident(at, scope, at - BEFORE_MS if begun is None else begun, ended)


def _time(text: object) -> int | None:
    try:
        return times.read(text).at if isinstance(text, str) else None
    except ValueError:
        return None
