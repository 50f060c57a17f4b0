"""A simulated year as detectors get it: touchpoints with the keys of their customers, and what is true of those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bench.stream import IDENTITY, keyed
from producers.simulator.bank import Family, Language
from producers.simulator.clock import DAY_MS
from producers.simulator.run import START, Simulation
from rapport.quality.truth import Life, read
from schemas.contract import read_line
from schemas.keys import keyed_hash
from schemas.records import EVERYONE, Touchpoint

DAYS = 365
QUARTERS = tuple(START + day * DAY_MS for day in (91, 182, 273, 364))
END = START + DAYS * DAY_MS


class Shop(NamedTuple):
    """Which year: as `Simulation` takes it."""

    family: Family
    customers: int
    seed: int
    noise: float = 1.0
    late: bool = False
    only: Language | None = None
    texts: bool = True


@dataclass(frozen=True, slots=True)
class Year:
    """`seen` and `lives` by the key of the customer."""

    log: list[tuple[str, Touchpoint]]
    seen: dict[str, list[int]]
    lives: dict[str, Life]


def year(shop: Shop) -> Year:
    """Before a login a device is a customer of its own; after it, its touchpoints are the person's."""
    simulation = Simulation(
        shop.customers, DAYS, shop.seed, family=shop.family, noise=shop.noise, late=shop.late, only=shop.only,
        texts=shop.texts,
    )  # fmt: skip
    truth = read(simulation.truth(), "the simulated shop")
    found = [each for each in map(read_line, simulation.lines()) if isinstance(each, Touchpoint)]
    log, owners, seen = list[tuple[str, Touchpoint]](), dict[str, str](), dict[str, list[int]]()
    for key, touchpoint in keyed(found):
        if touchpoint.device and touchpoint.customer_id:
            owners[touchpoint.device] = key
        owner = key if touchpoint.customer_id or not touchpoint.device else owners.get(touchpoint.device, key)
        log.append((owner, touchpoint))
        if owner != EVERYONE:
            seen.setdefault(owner, []).append(touchpoint.occurred_at)
    return Year(log, seen, {_key(*who): life for who, life in truth.items()})


def _key(kind: str, value: str) -> str:
    return value if kind == "customer_id" else f"{kind}:{IDENTITY.id}:{keyed_hash(kind, value, IDENTITY.secret)}"
