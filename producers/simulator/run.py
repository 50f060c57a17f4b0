"""The simulated shop at work: touchpoints as JSON lines in order of time, and the truth behind them."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from heapq import heappop, heappush
from random import Random

import msgspec

from producers.simulator.clock import DAY_MS, as_text, by_day, by_night
from producers.simulator.deeds import ACTS, Act, joins
from producers.simulator.people import Person, people
from producers.simulator.shop import BROKEN, POLICY, POLICY_AT

START = 1_767_571_200_000
"""2026-01-05T00:00:00Z. A fixed day, so that one seed gives one shop whenever it is run."""

OWN_ACCORD = None
"""Stands on the agenda for whatever the person will feel like doing when the time comes."""

_ENCODE = msgspec.json.Encoder().encode


class Simulation:
    """A shop of `customers` over `days`, line by line the same for the same `seed`.

    `lines()` streams the touchpoints sorted by time and may be read once; memory holds
    the customers and what each of them will do next.
    """

    def __init__(self, customers: int, days: int, seed: int, start: int = START) -> None:
        self.chance = Random(seed)
        self._name = f"sim-{seed}-"
        self._start, self._end, self._length = start, start + days * DAY_MS, days * DAY_MS
        self._people = people(customers, start, days, self.chance)
        self._broken = (self._moment(BROKEN.begins), self._moment(BROKEN.ends))
        self._agenda: list[tuple[int, int, Person, Act | None, str]] = []
        self._numbers = 0

    def number(self) -> int:
        self._numbers += 1
        return self._numbers

    def later(self, at: int, person: Person, act: Act | None, matter: str = "") -> None:
        if at < self._end:
            self._numbers += 1
            heappush(self._agenda, (at, self._numbers, person, act, matter))

    def broken(self, at: int, item_id: str) -> bool:
        return item_id == BROKEN.item_id and self._broken[0] <= at < self._broken[1]

    def truth(self) -> Iterator[bytes]:
        """JSON lines: who stands how to the shop since when, and what went wrong at the shop. Read before `lines`."""
        for person in self._people:
            yield _truth(person, None, person.persona.type, self._start)
            if person.becomes is not None:
                yield _truth(person, person.persona.type, person.becomes.type, person.shift_at)
        begins, ends = (as_text(at, 0) for at in self._broken)
        batch = {"incident": "bad-batch", "item_id": BROKEN.item_id, "cause": BROKEN.cause}
        yield _ENCODE(batch | {"from": begins, "to": ends})
        yield _ENCODE({"incident": "price-rise", "policy_id": POLICY, "from": as_text(self._moment(POLICY_AT), 0)})

    def lines(self) -> Iterator[bytes]:
        """The touchpoints without newlines, sorted by time."""
        first_day = DAY_MS // 2
        for person in self._people:
            at = by_day(self._start + int(self.chance.random() * first_day), person.offset, self.chance.random())
            self.later(at, person, joins)
            self.later(at + int(self.chance.expovariate(1 / person.pause_ms)), person, OWN_ACCORD)
        policy = self._policy()
        policy_at = self._moment(POLICY_AT)
        agenda, name, written = self._agenda, self._name, 0
        while agenda:
            at, _, person, act, matter = heappop(agenda)
            if policy and at >= policy_at:
                yield policy
                policy = b""
            if person.becomes is not None and at >= person.shift_at:
                person.shift(person.becomes)
            fields = (act or self._next_deed(at, person))(self, person, at, matter)
            if fields:
                written += 1
                line = f'{{"event_id":"{name}{written:09d}","occurred_at":"{as_text(at, person.offset)}",{fields}}}'
                yield line.encode()

    def _next_deed(self, at: int, person: Person) -> Act:
        """What the person does now, after putting on the agenda when they will do something again."""
        chance = self.chance
        next_at = at + int(chance.expovariate(1.0) * person.pause_ms) + 1000
        awake = by_night if person.persona.night and chance.random() < 0.6 else by_day
        next_at = awake(next_at, person.offset, chance.random())
        self.later(max(next_at, at + 1000), person, OWN_ACCORD)
        return ACTS[person.deeds[min(bisect(person.weights, chance.random()), len(person.deeds) - 1)]]

    def _moment(self, part: float) -> int:
        return self._start + int(part * self._length)

    def _policy(self) -> bytes:
        return _ENCODE({
            "event_id": f"{self._name}policy",
            "occurred_at": as_text(self._moment(POLICY_AT), 0),
            "type": "policy.changed",
            "channel": "system",
            "properties": {"policy_id": POLICY, "kind": "price", "size": 0.12},
        })  # fmt: skip


def _truth(person: Person, before: str | None, after: str, since: int) -> bytes:
    return _ENCODE({"customer_id": person.customer_id, "from": before, "type": after, "since": as_text(since, 0)})
