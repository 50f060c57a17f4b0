"""What a customer's page reads: archive and stream at the same time, as `rapport customer` does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from console.web.site import Site
from rapport.customers.archive import Archive
from rapport.customers.finding import Span, find, of_kafka
from rapport.customers.known import Known
from rapport.customers.looking import behind, remedy
from rapport.failure import Failure
from rapport.identifying import customer_key
from sinks.clickhouse.client import StoreError
from streams.customers.customer import Customer

TIMELINE: Final = 40
TURNS: Final = 60
NOTES: Final = 3
NOTED: Final = "agent.noted"
SILENT: Final = ("time_zone", "household", "birth_year")
"""What may guide us and is not said aloud; what is in neither list is never mentioned."""
ASK: Final = ("preferred_channel", "language")
"""What is worth asking once, at a good moment, where it is not known."""


class Step(msgspec.Struct, frozen=True):
    """One turn of the relationship."""

    at: int
    to: str
    probability: float


class Seen(msgspec.Struct, frozen=True):
    """All that a page shows. `budget`: promotions sent in the last 30 days; None where the archive is away."""

    known: Known
    slots: dict[str, str]
    steps: tuple[Step, ...] = ()
    notes: tuple[tuple[int, str, str], ...] = ()
    budget: int | None = None
    cap: int = 0


class Nobody(Exception):
    """Nobody is known so; the message says what to try."""


def key_of(site: Site, named: str) -> str:
    """The customer's key; `Nobody` where the words name none."""
    try:
        return customer_key(named.strip(), site.settings.identity)
    except Failure as failure:
        raise Nobody(str(failure)) from failure


def read(site: Site, key: str, named: str) -> Seen:
    """Blocks for up to a few seconds. `Nobody`; StoreError where neither archive nor stream can tell."""
    archive, kept = Archive(site.store), list[Customer]()
    stream = of_kafka(site.settings.cluster)

    def state(customer_id: str, patience_s: float) -> Customer | None:
        found = stream(customer_id, patience_s)
        kept.extend([found] if found is not None else [])
        return found

    who = behind(archive, key, site.settings)
    known = find(who, archive, state, lambda: site.knowledge, Span(TIMELINE))
    if known is None:
        raise Nobody(remedy(archive, key, named))
    slots = dict(kept[-1].slots) if kept else {}
    cap = site.knowledge.relationship(known.standing.type).cap
    glimpsed = tuple(
        (each.occurred_at, "", each.text)
        for each in reversed(known.timeline)
        if each.type == NOTED and each.text
    )  # fmt: skip
    try:
        return _archived(site, who.ids, Seen(known, slots, notes=glimpsed[:NOTES], cap=cap))
    except StoreError:
        return Seen(known, slots, notes=glimpsed[:NOTES], cap=cap)


def _archived(site: Site, ids: Sequence[str], seen: Seen) -> Seen:
    asked: dict[str, Any] = {f"id{n}": each for n, each in enumerate(ids)}
    where = f"WHERE customer_id IN ({', '.join(f'{{{name}:String}}' for name in asked)})"
    shifts = site.store.query(
        f"SELECT toUnixTimestamp64Milli(at) AS t, `to`, probability FROM shifts_now {where}"
        f" ORDER BY at DESC LIMIT {TURNS}",
        asked,
    )
    notes = site.store.query(
        "SELECT toUnixTimestamp64Milli(occurred_at) AS t, staff_id, text FROM touchpoints_now"
        f" {where} AND type = 'agent.noted' AND text != '' ORDER BY occurred_at DESC LIMIT {NOTES}", asked,
    )  # fmt: skip
    sent = site.store.query(
        f"SELECT uniqExact(event_id) AS n FROM touchpoints_now {where} AND type = 'message.sent' AND"
        " visitParamExtractString(properties, 'purpose') = 'promo'"
        " AND occurred_at > now() - INTERVAL 30 DAY", asked,
    )  # fmt: skip
    steps = tuple(Step(int(str(t)), str(to), float(str(p))) for t, to, p in shifts.rows())[::-1]
    return msgspec.structs.replace(
        seen, steps=steps, notes=tuple((int(str(t)), str(who), str(text)) for t, who, text in notes.rows()),
        budget=int(str(sent["n"][0])),
    )  # fmt: skip
