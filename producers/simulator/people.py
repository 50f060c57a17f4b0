"""Who the simulated customers are, what they feel for the shop, and when that changes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from producers.simulator.clock import DAY_MS
from producers.simulator.personas import BY_TYPE, PERSONAS, SHIFTS, Deed, Persona
from producers.simulator.shop import PLACES, REFILLS, STAFF, Item
from producers.simulator.texts import Language

MONTH_MS = 30 * DAY_MS


@dataclass(slots=True, eq=False)
class Person:
    """A customer and the relationship that holds now; `becomes` holds from `shift_at` on, if there is one."""

    customer_id: str
    language: Language
    offset: int
    persona: Persona
    shift_at: int
    becomes: Persona | None
    place: str
    staff: str
    items: tuple[Item, ...]
    rhythm: float
    camera: bool
    promos: bool
    who: str
    deeds: tuple[Deed, ...] = ()
    weights: tuple[float, ...] = ()
    pause_ms: float = 0.0
    complaint: str = ""

    def settle(self) -> None:
        """Works out from the persona how often this person does something of their own accord."""
        running = list(accumulate(self.persona.rates.values()))
        self.deeds = tuple(self.persona.rates)
        self.weights = tuple(weight / running[-1] for weight in running)
        self.pause_ms = MONTH_MS / running[-1]

    def shift(self, becomes: Persona) -> None:
        """From now on the other relationship holds."""
        self.persona, self.becomes = becomes, None
        self.settle()


def people(count: int, start: int, days: int, chance: Random) -> list[Person]:
    """`count` customers; shifts lie in the middle third of the run."""
    shares = [persona.share for persona in PERSONAS]
    return [
        _person(number, persona, start, days, chance)
        for number, persona in enumerate(chance.choices(PERSONAS, shares, k=count), 1)
    ]


def _person(number: int, persona: Persona, start: int, days: int, chance: Random) -> Person:
    chinese = chance.random() < 0.5
    customer_id = f"S{number:07d}"
    becomes = _fate(persona, chance.random())
    person = Person(
        customer_id=customer_id,
        language="zh" if chinese else "en",
        offset=480 if chinese else 0,
        persona=persona,
        shift_at=start + int((1 + chance.random()) * days / 3 * DAY_MS),
        becomes=becomes,
        place=PLACES[chance.randrange(2) + (0 if chinese else 2)],
        staff=STAFF[chance.randrange(3) + (0 if chinese else 3)],
        items=tuple(chance.sample(REFILLS, chance.randint(1, 2))),
        rhythm=0.7 + 0.6 * chance.random(),
        camera=chance.random() < 0.6,
        promos=chance.random() < 0.55,
        who=f'"identifiers":{{"customer_id":"{customer_id}"}}',
    )
    person.settle()
    return person


def _fate(persona: Persona, fate: float) -> Persona | None:
    for before, after, share in SHIFTS:
        if before == persona.type and fate < share:
            return BY_TYPE[after]
    return None
