"""What the gate keeps of a customer: their word on contacts, the budget, visits, rhythms, open matters, its answers."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from streams.customers.kept import joined

NO, YES, UNSUBSCRIBED = 0, 1, 2
ALL = ""
"""Purpose of a word that names none."""
ANSWERS, VISITS, CYCLES, ORDERS, COMPLAINTS, HOLDS = 8, 8, 8, 4, 8, 8
"""How many of each are kept; the oldest (of rhythms: the rarest) make room."""
SHARED = ""
"""The bucket across all channels."""


class Word(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The last word for a channel and purpose; `ever`: whether there was a yes, sooner or later."""

    at: int
    says: int
    ever: bool


class Bucket(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Tokens taken and not refilled at `at` (ms). A debt, so that a bucket nobody has used is full at any capacity."""

    at: int = 0
    debt: float = 0.0


class Hold(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Tokens reserved for a permitted contact until it is sent, or until `until` (ms)."""

    contact: int
    channel: str
    tokens: float
    until: int


class Answer(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A decision as it was given; `reasons` is a bit for each, in the order of `CONTACT_REASONS`."""

    contact: int
    at: int
    reasons: int
    retry_at: int | None


class Cycle(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Occasions on which something was bought or done, `days` from the first to the last."""

    key: str
    category: str
    times: int
    last: int
    days: float


class Ledger(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """`planned`: how many contacts were planned; `words` by `channel/purpose`; `visits`: the last one by place."""

    planned: int = 0
    words: dict[str, Word] = {}
    buckets: dict[str, Bucket] = {}
    holds: tuple[Hold, ...] = ()
    answers: tuple[Answer, ...] = ()
    visits: dict[str, int] = {}
    cycles: tuple[Cycle, ...] = ()
    orders: dict[str, int] = {}
    complaints: dict[str, int] = {}


def latest(known: dict[str, int], key: str, at: int, most: int) -> dict[str, int]:
    """`known` with `key` at its latest time, the oldest gone."""
    return joined(known, {key: at}, most)


def most_regular(cycles: Iterable[Cycle]) -> tuple[Cycle, ...]:
    """Those of most occasions, then the latest."""
    return tuple(sorted(cycles, key=lambda c: (-c.times, -c.last, c.key))[:CYCLES])


def merge(mine: Ledger, older: Ledger) -> Ledger:
    """One person's two histories; what was decided or reserved for either still holds."""
    words = dict(older.words)
    for key, word in mine.words.items():
        other = words.get(key)
        words[key] = word if other is None else _last(word, other)
    buckets = {
        key: _sum(mine.buckets.get(key, Bucket()), older.buckets.get(key, Bucket()))
        for key in sorted(mine.buckets.keys() | older.buckets.keys())
    }
    cycles = {cycle.key: cycle for cycle in older.cycles}
    for cycle in mine.cycles:
        other_cycle = cycles.get(cycle.key)
        cycles[cycle.key] = cycle if other_cycle is None else _joined(cycle, other_cycle)
    return Ledger(
        mine.planned + older.planned,
        dict(sorted(words.items())),
        buckets,
        tuple(sorted({*mine.holds, *older.holds}, key=lambda h: (h.until, h.contact))[-HOLDS:]),
        tuple(sorted({*mine.answers, *older.answers}, key=lambda a: (a.at, a.contact))[-ANSWERS:]),
        joined(mine.visits, older.visits, VISITS),
        most_regular(cycles.values()),
        joined(mine.orders, older.orders, ORDERS),
        joined(mine.complaints, older.complaints, COMPLAINTS),
    )


def _last(one: Word, other: Word) -> Word:
    last = max(one, other, key=lambda w: (w.at, -w.says))
    return Word(last.at, last.says, one.ever or other.ever)


def _sum(one: Bucket, other: Bucket) -> Bucket:
    return Bucket(max(one.at, other.at), round(one.debt + other.debt, 6))


def _joined(one: Cycle, other: Cycle) -> Cycle:
    newer, older = (one, other) if one.last >= other.last else (other, one)
    first = newer.last - newer.days * 86_400_000
    gap = max(0.0, (first - older.last) / 86_400_000)
    days = round(newer.days + older.days + gap, 3)
    return Cycle(newer.key, newer.category or older.category, newer.times + older.times, newer.last, days)
