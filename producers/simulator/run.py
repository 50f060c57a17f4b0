"""The simulated shop at work: touchpoints as JSON lines in order of time, and the truth behind them."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Protocol, TypedDict

import msgspec

from producers.simulator.bank import Family, Language
from producers.simulator.causes import leave_trace
from producers.simulator.clock import DAY_MS, as_text, by_day
from producers.simulator.family_a import FamilyA
from producers.simulator.family_b import FamilyB
from producers.simulator.floor import WEEK_MS, Floor
from producers.simulator.people import Person, people
from producers.simulator.shop import BROKEN, COMMON, NOVELTIES, POLICIES

START = 1_767_571_200_000
"""2026-01-05T00:00:00Z. A fixed day, so that one seed gives one shop whenever it is run."""

_ENCODE = msgspec.json.Encoder().encode


class Manner(TypedDict, total=False):
    """What makes one shop unlike another of the same size, as `Simulation` takes it."""

    family: Family
    noise: float
    late: bool
    only: Language | None
    texts: bool


class Behaviour(Protocol):
    """A family: how people of a relationship come to do what they do."""

    def enter(self, person: Person, at: int) -> None: ...

    def live(self, person: Person, until: int) -> None: ...


class Simulation:
    """A shop of `customers` over `days`, line by line the same for the same arguments.

    `lines()` streams the touchpoints sorted by time and may be read once; memory holds
    the customers and what is known of the weeks to come. `noise` multiplies the sessions that
    say nothing; `late`: identity is known late; `only`: one language; without `texts` nobody writes a word.
    """

    def __init__(
        self, customers: int, days: int, seed: int, start: int = START, *, family: Family = "a",
        noise: float = 1.0, late: bool = False, only: Language | None = None, texts: bool = True,
    ) -> None:  # fmt: skip
        chance = Random(f"{family} {seed}")
        self._name = f"sim-{seed}-"
        self._start, self._end, self._length = start, start + days * DAY_MS, days * DAY_MS
        self._people = people(customers, start, days, chance, COMMON, only, late)
        self._floor = Floor(chance, family, start, days, texts)
        self._behaviour: Behaviour = (FamilyA if family == "a" else FamilyB)(self._floor, noise)

    def truth(self) -> Iterator[bytes]:
        """JSON lines: who stands how to the shop since when and why, and what went wrong at the shop."""
        for person in self._people:
            yield from _periods(person)
        begins, ends = as_text(self._moment(BROKEN.begins), 0), as_text(self._moment(BROKEN.ends), 0)
        batch = {"incident": "bad-batch", "item_id": BROKEN.item_id, "cause": BROKEN.cause}
        yield _ENCODE(batch | {"from": begins, "to": ends})
        for cause, (policy, kind) in POLICIES.items():
            at = as_text(self._moment(COMMON[cause]), 0)
            yield _ENCODE({"incident": cause, "policy_id": policy, "kind": kind, "from": at})

    def lines(self) -> Iterator[bytes]:
        """The touchpoints without newlines, sorted by time."""
        floor, name, written = self._floor, self._name, 0
        self._announce()
        for week in range(floor.weeks):
            until = self._start + (week + 1) * WEEK_MS
            for person in self._people:
                self._live(person, until)
            for at, offset, body in floor.week(week):
                written += 1
                yield f'{{"event_id":"{name}{written:09d}","occurred_at":"{as_text(at, offset)}",{body}}}'.encode()

    def _live(self, person: Person, until: int) -> None:
        while person.standing + 1 < len(person.periods):
            begins = person.arrives if person.standing < 0 else person.turns[person.standing + 1]
            if begins >= until:
                break
            if person.standing >= 0:
                self._behaviour.live(person, begins)
                leave_trace(self._floor, person, person.periods[person.standing + 1].cause, begins)
            else:
                self._join(person)
            person.standing += 1
            person.type = person.periods[person.standing].type
            self._behaviour.enter(person, begins)
        if person.standing >= 0:
            self._behaviour.live(person, until)

    def _join(self, person: Person) -> None:
        """A name comes with a profile and with what it agrees to."""
        at = by_day(max(person.arrives, person.known_from), person.offset, self._floor.chance.random())
        if person.known_from >= self._end:
            return
        put, offset, who = self._floor.put, person.offset, person.who
        if person.known_from > person.arrives:
            link = f'"from":"device:dev-{person.number:07d}","to":"customer_id:{person.customer_id}","confidence":1'
            put(at, offset, f'"type":"identity.linked","channel":"system",{person.both},"properties":{{{link}}}')
        since = as_text(person.member_since, 0)[:10]
        put(at + 1, offset, f'"type":"profile.updated","channel":"web",{who},"properties":{{"fields":'
                            f'{{"language":"{person.language}","member_since":"{since}"}}}}')  # fmt: skip
        for n, (scope, granted) in enumerate(
            (("profiling", person.profiling), ("email", person.promos), ("camera", person.camera)), 2
        ):
            said = "true" if granted else "false"
            put(at + n, offset, f'"type":"consent.changed","channel":"web",{who},'
                                f'"properties":{{"scope":"{scope}","granted":{said}}}')  # fmt: skip

    def _announce(self) -> None:
        """What concerns everybody."""
        for cause, (policy, kind) in POLICIES.items():
            self._floor.put(self._moment(COMMON[cause]), 0, '"type":"policy.changed","channel":"system","properties":'
                            f'{{"policy_id":"{policy}","kind":"{kind}","size":0.12}}')  # fmt: skip
        for n, item in enumerate(NOVELTIES):
            self._floor.put(self._moment((n + 0.5) / len(NOVELTIES)), 0, '"type":"product.launched",'
                            f'"channel":"system","item_id":"{item.item_id}","category":"{item.category}"')  # fmt: skip

    def _moment(self, part: float) -> int:
        return self._start + int(part * self._length)


def _periods(person: Person) -> Iterator[bytes]:
    before = None
    for period, at in zip(person.periods, person.turns, strict=True):
        nameless = person.who == person.anonymous
        yield _ENCODE({
            "customer_id": person.customer_id, **({"device": f"dev-{person.number:07d}"} if nameless else {}),
            "from": before, "type": period.type, "since": as_text(max(at, person.arrives), 0), "cause": period.cause,
        })  # fmt: skip
        before = period.type
