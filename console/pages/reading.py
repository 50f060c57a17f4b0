"""What a customer's page reads: archive and stream at the same time, as `rapport customer` does."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from console.web.site import Site
from rapport.customers.archive import Archive
from rapport.customers.finding import Span, as_of, find, of_kafka
from rapport.customers.known import Known
from rapport.customers.looking import behind
from rapport.failure import Failure
from rapport.identifying import customer_key
from sinks.clickhouse.client import StoreError
from streams.customers.customer import HEARD, OUR_NOTES, Customer

TIMELINE: Final = 40
TURNS: Final = 60
NOTES: Final = 3
NOTED: Final = "agent.noted"
MONTH_MS: Final = 30 * 86_400_000
_WHEN: Final = "toUnixTimestamp64Milli(occurred_at)"
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
    """All that a page shows. `budget`: promotions sent in the 30 days before; None where the archive is away.

    `earlier` and `later`: the last turn before the moment that is shown, and the first one after it.
    """

    known: Known
    slots: dict[str, str]
    steps: tuple[Step, ...] = ()
    notes: tuple[tuple[int, str, str], ...] = ()
    budget: int | None = None
    cap: int = 0
    earlier: int | None = None
    later: int | None = None
    told_language: bool = True
    """Whether they told their language or wrote in it; else the one that is shown is only where we begin."""


class Nobody(Exception):
    """Nobody is known so. `near`: a key that is written nearly so; empty where there is none."""

    def __init__(self, near: str = "") -> None:
        super().__init__(near)
        self.near = near


def key_of(site: Site, named: str) -> str:
    """The customer's key; `Nobody` where the words name none."""
    try:
        return customer_key(named.strip(), site.settings.identity)
    except Failure as failure:
        raise Nobody from failure


def _near(archive: Archive, key: str) -> str:
    try:
        return archive.nearest(key) or ""
    except StoreError:
        return ""


def read(site: Site, key: str, at: int | None = None) -> Seen:
    """As it stands, or stood at `at` (ms). Blocks for up to a few seconds.

    `Nobody`; StoreError where neither archive nor stream can tell.
    """
    archive, kept = Archive(site.store), list[Customer]()
    stream = of_kafka(site.settings.cluster) if at is None else as_of(site.settings, at, lambda: site.knowledge)

    def state(customer_id: str, patience_s: float) -> Customer | None:
        found = stream(customer_id, patience_s)
        kept.extend([found] if found is not None else [])
        return found

    who = behind(archive, key, site.settings)
    known = find(who, archive, state, lambda: site.knowledge, Span(TIMELINE, at=at))
    if known is None:
        raise Nobody(_near(archive, key))
    slots = {name: value for name, value in kept[-1].slots.items() if name not in OUR_NOTES} if kept else {}
    cap = site.knowledge.relationship(known.standing.type).cap
    told = not kept or bool(kept[-1].language or kept[-1].slots.get("language") or kept[-1].slots.get(HEARD))
    glimpsed = tuple(
        (each.occurred_at, "", each.text)
        for each in reversed(known.timeline)
        if each.type == NOTED and each.text
    )  # fmt: skip
    seen = Seen(known, slots, notes=glimpsed[:NOTES], cap=cap, told_language=told)
    try:
        now = time.time_ns() // 1_000_000
        return _archived(site, who.ids, seen, now if at is None else at)
    except StoreError:
        return seen


def _archived(site: Site, ids: Sequence[str], seen: Seen, at: int) -> Seen:
    asked: dict[str, Any] = {f"id{n}": each for n, each in enumerate(ids)}
    until = asked | {"begin": at - MONTH_MS, "at": at}
    where = f"WHERE customer_id IN ({', '.join(f'{{{name}:String}}' for name in asked)})"
    shifts = site.store.query(
        f"SELECT toUnixTimestamp64Milli(at) AS t, `to`, probability FROM shifts_now {where}"
        f" ORDER BY at DESC LIMIT {TURNS}",
        asked,
    )
    notes = site.store.query(
        f"SELECT {_WHEN} AS t, staff_id, text FROM touchpoints_now {where} AND type = 'agent.noted' AND text != ''"
        f" AND {_WHEN} <= {{at:Int64}} ORDER BY occurred_at DESC LIMIT {NOTES}", until,
    )  # fmt: skip
    sent = site.store.query(
        f"SELECT uniqExact(event_id) AS n FROM touchpoints_now {where} AND type = 'message.sent' AND"
        " visitParamExtractString(properties, 'purpose') = 'promo'"
        f" AND {_WHEN} > {{begin:Int64}} AND {_WHEN} <= {{at:Int64}}", until,
    )  # fmt: skip
    turns = tuple(Step(int(str(t)), str(to), float(str(p))) for t, to, p in shifts.rows())[::-1]
    return msgspec.structs.replace(
        seen, steps=tuple(turn for turn in turns if turn.at <= at),
        earlier=max((turn.at for turn in turns if turn.at < at), default=None),
        later=min((turn.at for turn in turns if turn.at > at), default=None),
        notes=tuple((int(str(t)), str(who), str(text)) for t, who, text in notes.rows()),
        budget=int(str(sent["n"][0])),
    )  # fmt: skip
