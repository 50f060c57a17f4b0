"""A history whose truth is known: a shop of invented people, a price that goes up, and alerts of which some pay.

What is true is said here, so that what a notebook reads from the archive can be held
to it. Everything comes in as it would from the line, through the sink's own blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from msgspec.json import encode

from schemas.codec import encode_output, encode_touchpoint
from schemas.records import EVERYONE, Emitted, Shift, Signal, Touchpoint
from schemas.topics import RESOLVED, SHIFTS, SIGNALS
from sinks.clickhouse.chunk import Chunk
from sinks.clickhouse.client import Store
from sinks.clickhouse.rows import blocks, merged

BEGIN: Final = datetime(2026, 3, 2, tzinfo=UTC)
CHANGE: Final = BEGIN + timedelta(days=42)
END: Final = BEGIN + timedelta(days=84)
POLICY: Final = "list-price"
CATEGORY: Final = "coffee"
"""What became dearer; `OTHER` did not."""
OTHER: Final = "tea"

COMPLAIN: Final = {"basic_exchange": 0.30, "buddy": 0.08, "best_friend": 0.03}
"""Who buys what became dearer complains of it with this probability; others and before hardly ever (`ALWAYS`)."""
ALWAYS: Final = 0.01
CHANNELS: Final = (("chat", 2.0), ("phone", 6.0), ("social", 14.0))
"""Where it is complained, and after how many days on average: first in the chat, last in public."""
LEFT: Final = "ex_friend"
LEAVE: Final = 0.5
"""Of those who complain, how many no longer are what they were."""

EFFECTS: Final = {"running_out": 0.20, "novelty_due": 0.0, "plateau": 0.05}
"""By how much an alert adds to the share who buy within `RESPONSE`."""
BASE: Final = {"running_out": 0.30, "novelty_due": 0.15, "plateau": 0.10}
RESPONSE: Final = timedelta(days=14)
HELD_OUT: Final = 0.25
_TRADED: Final = timedelta(days=40)
_NOTICED: Final = timedelta(days=68)
"""Signals come before, so that each has its time to be responded to."""


class _Record(NamedTuple):
    partition: int
    offset: int
    timestamp: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def fill(store: Store, customers: int = 2_400, seed: int = 1) -> None:
    """Into a migrated store; the same numbers give the same history."""
    lived = [_changed(), *(each for n in range(customers) for each in _lives(n, Random(f"{seed}:{n}")))]
    touchpoints = [each for each in lived if isinstance(each, Touchpoint)]
    shifts = [each for each in lived if isinstance(each, Shift)]
    signals = [each for each in lived if isinstance(each, Signal)]
    chunks = (
        Chunk.of("shop", RESOLVED, [_touchpoint(*each) for each in enumerate(touchpoints)]),
        Chunk.of("shop", SHIFTS, [_output(*each) for each in enumerate(shifts)]),
        Chunk.of("shop", SIGNALS, [_output(*each) for each in enumerate(signals)]),
    )
    for block in merged(blocks(chunks)):
        store.insert(block.table, block.rows)


def _lives(number: int, chance: Random) -> Iterator[Touchpoint | Shift | Signal]:
    who, relationship = f"sim-{number:04}", (*COMPLAIN,)[number % len(COMPLAIN)]
    category = CATEGORY if number % 2 else OTHER
    yield _shift(who, "complete_stranger", relationship, BEGIN)
    yield _said(f"{who}-first", "purchase.made", BEGIN + chance.random() * _TRADED, "pos", who, category=category)
    yield from _complains(who, relationship, category, chance)
    for name in EFFECTS:
        yield from _is_noticed(who, name, chance)


def _complains(who: str, relationship: str, category: str, chance: Random) -> Iterator[Touchpoint | Shift]:
    if chance.random() < ALWAYS:
        at = BEGIN + chance.random() * _TRADED
        yield _said(f"{who}-before", "complaint.opened", at, "chat", who, complaint_id=f"{who}-before")
    likely = COMPLAIN[relationship] if category == CATEGORY else ALWAYS
    if chance.random() >= likely:
        return
    channel, after = chance.choice(CHANNELS)
    at = min(CHANGE + timedelta(days=chance.expovariate(1 / after)), END)
    about = {"cause": "price", "policy_id": POLICY} if category == CATEGORY else {"cause": "other"}
    told = encode(about).decode()
    yield _said(f"{who}-price", "complaint.opened", at, channel, who, complaint_id=f"{who}-price", properties=told)
    if chance.random() < LEAVE:
        yield _shift(who, relationship, LEFT, at + timedelta(days=1))


def _is_noticed(who: str, name: str, chance: Random) -> Iterator[Touchpoint | Signal]:
    at = CHANGE + chance.random() * (_NOTICED - (CHANGE - BEGIN))
    held = chance.random() < HELD_OUT
    yield Signal(
        id=f"{who}-{name}", at=_ms(at), partition=0, offset=0, knowledge="invented", customer_id=who, name=name,
        version=1, severity="info", matter="", values={"alert": "held_out"} if held else {},
    )  # fmt: skip
    if chance.random() < BASE[name] + (0 if held else EFFECTS[name]):
        bought = at + (0.05 + 0.9 * chance.random()) * RESPONSE
        yield _said(f"{who}-{name}-bought", "purchase.made", bought, "web", who, order_id=f"{who}-{name}")


def _changed() -> Touchpoint:
    told = encode({"policy_id": POLICY, "kind": "price", "size": 0.12}).decode()
    return _said("list-price-1", "policy.changed", CHANGE, "system", None, properties=told, category=CATEGORY)


def _said(event_id: str, kind: str, at: datetime, channel: str, who: str | None, **fields: Any) -> Touchpoint:
    by = "customer" if who else "company"
    return Touchpoint(event_id, kind, _ms(at), 0, channel, by, customer_id=who, **fields)


def _shift(who: str, before: str, after: str, at: datetime) -> Shift:
    return Shift(
        id=f"{who}-{after}", at=_ms(at), partition=0, offset=0, knowledge="invented", customer_id=who, from_=before,
        to=after, probability=0.9, runner_up="", migration="neglect" if after == LEFT else "exploration",
        strategy="steer", advice="",
    )  # fmt: skip


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _touchpoint(offset: int, each: Touchpoint) -> _Record:
    key = (each.customer_id or EVERYONE).encode()
    return _Record(0, offset, each.occurred_at, key, encode_touchpoint(each), [])


def _output(offset: int, each: Emitted) -> _Record:
    return _Record(0, offset, each.at, (each.customer_id or EVERYONE).encode(), encode_output(each), [])
