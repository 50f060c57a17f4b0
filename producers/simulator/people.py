"""Who the simulated customers are: their identifiers, habits of their own, and the periods of their lives."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from producers.simulator.bank import Language
from producers.simulator.clock import DAY_MS
from producers.simulator.fates import SHARES, Period, fate
from producers.simulator.shop import ALL, PLACES, STAFF, Item

HOMELESS = frozenset({"complete_stranger"})
"""Types that are met under a device alone."""
ARRIVING = frozenset({"complete_stranger", "fleeting_acquaintance", "one_night_stand", "courtship"})
"""They come at any time of the run; most others were there before it began."""
TENURED = frozenset({"marriage_partner", "old_friend", "childhood_friend", "best_friend", "sibling", "ex_friend"})


@dataclass(slots=True, eq=False)
class Person:
    """`pace`, `talks` and `likes` are this person's own: nobody is the average of their type."""

    number: int
    customer_id: str
    language: Language
    offset: int
    place: str
    staff: str
    items: tuple[Item, ...]
    periods: tuple[Period, ...]
    turns: tuple[int, ...]
    arrives: int
    known_from: int
    member_since: int
    pace: float
    talks: float
    tilt: tuple[float, ...]
    camera: bool
    promos: bool
    profiling: bool
    who: str
    both: str
    anonymous: str
    type: str = ""
    standing: int = -1
    next_at: int = 0
    noise_at: int = 0
    sessions: int = 0
    left: int = 0
    heat: float = 0.0
    mood: float = 0.0
    weights: tuple[float, ...] = field(default=())

    def id_at(self, at: int) -> str:
        """The identifiers as a website sees them: before the login only a device."""
        return self.both if at >= self.known_from else self.anonymous


def people(
    count: int, start: int, days: int, chance: Random, common: dict[str, float], only: Language | None, late: bool
) -> list[Person]:
    """`count` customers. `late`: whom we know by name, we know by name only after a third of the time."""
    kinds = chance.choices(list(SHARES), list(SHARES.values()), k=count)
    return [_person(n, kind, start, days, chance, common, only, late) for n, kind in enumerate(kinds, 1)]


def _person(
    number: int, kind: str, start: int, days: int, chance: Random, common: dict[str, float],
    only: Language | None, late: bool,
) -> Person:  # fmt: skip
    language: Language = only or ("zh" if chance.random() < 0.5 else "en")
    chinese, length = language == "zh", days * DAY_MS
    periods = fate(kind, days, chance, common)
    new = kind in ARRIVING and chance.random() < 0.7
    second = periods[1].begins if len(periods) > 1 else 1.0
    arrives = start + int(chance.random() * (min(0.8, second * 0.8) * length if new else min(15.0, days / 4) * DAY_MS))
    customer_id, device = f"S{number:07d}", f"dev-{number:07d}"
    nameless = kind in HOMELESS and len(periods) == 1
    login = 0.6 * chance.random() if late else max(0.0, 0.1 * chance.random() - 0.085)
    named = arrives + int(login * (start + length - arrives)) if login else arrives
    if kind in HOMELESS:
        named = start + int(second * length)
    years = 2 + 9 * chance.random() if kind in TENURED else (0.0 if new else 3 * chance.random() ** 2)
    who = f'"identifiers":{{"customer_id":"{customer_id}"}}'
    anonymous = f'"identifiers":{{"device":"{device}"}}'
    return Person(
        number=number,
        customer_id=customer_id,
        language=language,
        offset=480 if chinese else 0,
        place=PLACES[chance.randrange(2) + (0 if chinese else 2)],
        staff=STAFF[chance.randrange(3) + (0 if chinese else 3)],
        items=tuple(chance.sample(ALL, 3)),
        periods=periods,
        turns=tuple(start + int(each.begins * length) for each in periods),
        arrives=arrives,
        known_from=2**62 if nameless else named,
        member_since=arrives - int(years * 365 * DAY_MS),
        pace=chance.lognormvariate(0.0, 0.45),
        talks=chance.lognormvariate(-0.2, 0.5),
        tilt=tuple(chance.lognormvariate(0.0, 0.5) for _ in range(8)),
        camera=chance.random() < 0.5,
        promos=chance.random() < 0.7,
        profiling=chance.random() < 0.94,
        who=anonymous if nameless else who,
        both=anonymous if nameless else f'"identifiers":{{"customer_id":"{customer_id}","device":"{device}"}}',
        anonymous=anonymous,
    )
