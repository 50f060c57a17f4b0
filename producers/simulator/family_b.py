"""Family b at work: day by day people warm up and cool down, run out of things, and follow a drive."""

from __future__ import annotations

from itertools import accumulate

from producers.simulator import deeds as d
from producers.simulator import speaking as s
from producers.simulator.clock import DAY_MS, HOUR_MS
from producers.simulator.drives import DRIVES, SOULS, Soul
from producers.simulator.floor import Floor
from producers.simulator.people import Person

NOISE_A_DAY = 0.022
NOISE_OF_NEED = 0.3
STEP_MS = 5 * 60_000
SHY = 0.5
"""Share of the moments of talk in which somebody says nothing after all, and looks around."""
TALK = frozenset({s.chat, s.thread, s.post, s.reply, s.call, s.ask})
WEEKDAYS = (0.9, 0.9, 1.0, 1.0, 1.1, 1.25, 0.85)
_NOISE = tuple(deed for deed, _ in d.NOISE)
_NOISE_WEIGHTS = tuple(accumulate(weight for _, weight in d.NOISE))


class FamilyB:
    """`noise` multiplies the sessions that say nothing.

    Of a person, `heat` is what yesterday's sessions still call for, `mood` days of supply, `noise_at` unused.
    """

    def __init__(self, floor: Floor, noise: float) -> None:
        self._floor, self._noise = floor, noise
        self._chains = {kind: tuple(DRIVES[name] for name in soul.drives) for kind, soul in SOULS.items()}

    def enter(self, person: Person, at: int) -> None:
        """A period begins: nothing is owed, nothing is hot."""
        soul, chance = SOULS[person.type], self._floor.chance
        bent = [weight * person.tilt[n] * (person.talks if name in ("speak", "bond") else 1.0)
                for n, (name, weight) in enumerate(soul.drives.items())]  # fmt: skip
        person.weights = tuple(accumulate(bent))
        person.heat = 0.0
        person.mood = soul.supply * chance.random()
        person.left = 1 + int(chance.random() * soul.ends) if soul.ends else -1
        person.next_at = at
        person.sessions = int(soul.ends > 0)

    def live(self, person: Person, until: int) -> None:
        """Day by day; the last may be a part of a day."""
        soul, chance = SOULS[person.type], self._floor.chance
        random, need = chance.random, soul.need * person.pace
        noise = self._noise * (NOISE_A_DAY * 0.4 if soul.ends else NOISE_A_DAY + NOISE_OF_NEED * need)
        silent = soul.ends and person.left == 0
        while person.next_at < until:
            day, person.next_at = person.next_at, person.next_at + DAY_MS
            season = 1.3 if (day // DAY_MS) % 365 in range(315, 355) else 1.0
            wish = 0.75 * need * season * WEEKDAYS[(day // DAY_MS + 3) % 7] + person.heat
            if person.sessions and person.left > 0 and wish < 0.2 and person.heat == 0.0:
                wish = max(wish, 0.12)
            person.heat *= soul.cools
            if not silent and random() < wish:
                person.heat = min(0.75, person.heat + soul.pull * (0.5 + random()))
                self._follow(person, soul, self._hour(person, soul, day))
                if person.left > 0:
                    person.left -= 1
                    silent = person.left == 0
                    person.heat = 0.0
            if soul.supply:
                person.mood -= 1.0
                if person.mood <= 0:
                    person.mood = soul.supply * person.tilt[7] ** 0.4 * (0.8 + 0.4 * random())
                    d.regular(self._floor, person, self._hour(person, soul, day), False)
            many = noise
            while many > 0 and random() < many:
                chance.choices(_NOISE, cum_weights=_NOISE_WEIGHTS)[0](
                    self._floor, person, self._hour(person, None, day), True
                )
                many -= 1.0

    def _follow(self, person: Person, soul: Soul, at: int) -> None:
        """One drive, step by step until it is content."""
        chance = self._floor.chance
        manner = self._floor.manner(person)
        own = manner == person.type
        drive = chance.choices(self._chains[manner], cum_weights=person.weights if own else None)[0]
        for step in drive.steps:
            deed = step[int(chance.random() * len(step))]
            if deed in TALK and chance.random() < SHY:
                deed = d.browse
            deed(self._floor, person, at, False)
            if chance.random() >= drive.goes_on:
                return
            at += int(STEP_MS * (0.3 + chance.random()))

    def _hour(self, person: Person, soul: Soul | None, day: int) -> int:
        """An hour of this local day; people of the dark come late in it."""
        random = self._floor.chance.random
        if soul is not None and random() < soul.dark:
            hour = 23.0 + 3.5 * random()
        else:
            hour = 8.0 + 14.0 * (random() + random()) / 2
        midnight = (day + person.offset * 60_000) // DAY_MS * DAY_MS - person.offset * 60_000
        return max(day, midnight + int(hour * HOUR_MS))
