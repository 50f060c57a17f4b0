"""Family a at work: every person has a clock of their own, and draws deeds from a tilted table."""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate

from producers.simulator.clock import DAY_MS, HOUR_MS, by_day, by_night
from producers.simulator.floor import Floor
from producers.simulator.habits import HABITS, NOISE_DEEDS, NOISE_WEIGHTS, Habit
from producers.simulator.people import Person

MONTH_MS = 30 * DAY_MS
NEVER = 2**62
NOISE_A_SESSION = 0.5
"""One session of three is noise."""
TALKING = frozenset({"chat", "thread", "call", "post", "reply", "ask", "escalate"})


class FamilyA:
    """`noise` multiplies the sessions that say nothing."""

    def __init__(self, floor: Floor, noise: float) -> None:
        self._floor, self._noise = floor, NOISE_A_SESSION * noise

    def enter(self, person: Person, at: int) -> None:
        """A period begins: the relationship that holds, and its first session."""
        habit, chance = HABITS[person.type], self._floor.chance
        tilted = [
            weight * person.tilt[n & 7] * (person.talks if deed.__name__ in TALKING else 1.0)
            for n, (deed, weight) in enumerate(habit.deeds)
        ]
        total = sum(tilted)
        person.weights = tuple(accumulate(weight / total for weight in tilted))
        person.left = 1 + int(chance.random() * habit.limit) if habit.limit else -1
        person.heat = habit.burst[0] if habit.burst else 0.0
        person.next_at = at + int(chance.random() * min(20.0, 20.0 / habit.per_month) * DAY_MS)
        person.noise_at = self._quiet(person, habit, at)

    def live(self, person: Person, until: int) -> None:
        """All sessions before `until`; what they lead to may come later."""
        habit, floor = HABITS[person.type], self._floor
        while person.next_at < until:
            self._session(person, habit, person.next_at)
        random = floor.chance.random
        while person.noise_at < until:
            at = by_day(person.noise_at, person.offset, random())
            deed = NOISE_DEEDS[bisect(NOISE_WEIGHTS, random() * NOISE_WEIGHTS[-1])]
            deed(floor, person, at, True)
            person.noise_at = self._quiet(person, habit, person.noise_at)

    def _session(self, person: Person, habit: Habit, at: int) -> None:
        random = self._floor.chance.random
        person.next_at = self._next(person, habit, at)
        if person.left == 0:
            person.next_at = NEVER
            return
        person.left -= person.left > 0
        awake = by_night if random() < habit.night else by_day
        manner = self._floor.manner(person)
        if manner == person.type:
            deed = habit.deeds[min(bisect(person.weights, random()), len(habit.deeds) - 1)][0]
        else:
            deeds = HABITS[manner].deeds
            deed = deeds[int(random() * len(deeds))][0]
        deed(self._floor, person, max(at, awake(at, person.offset, random())), False)

    def _next(self, person: Person, habit: Habit, at: int) -> int:
        chance = self._floor.chance
        season = 0.75 if (at // DAY_MS) % 365 in range(300, 360) else 1.0
        if habit.burst:
            size, hours, rest = habit.burst
            person.heat -= 1
            if person.heat > 0:
                return at + int(hours * HOUR_MS * chance.expovariate(1.0)) + 1
            person.heat = 2 + chance.expovariate(1 / size)
            return at + int(rest * DAY_MS * chance.gammavariate(2.0, 0.5) / person.pace)
        pause = MONTH_MS / habit.per_month / person.pace * season
        return at + int(pause * chance.gammavariate(habit.shape, 1 / habit.shape)) + 1

    def _quiet(self, person: Person, habit: Habit, at: int) -> int:
        if self._noise <= 0 or (habit.limit and self._noise <= 1 and person.left == 0):
            return NEVER
        rate = max(0.3 if habit.limit else 0.5, habit.per_month * person.pace) if not habit.limit else 0.25
        return at + int(MONTH_MS / rate / self._noise * self._floor.chance.expovariate(1.0)) + 1
