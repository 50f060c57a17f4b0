"""The figures: readings and declarations against lives. Pure; what each figure means stands in the package."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rapport.quality.truth import FAMILY_OF, TENSE, Life

DAY_MS: Final = 86_400_000
SETTLED_DAYS: Final = 30
EARLY_DAYS: Final = 7
WITHIN_DAYS: Final = 30
WITHIN_TOUCHPOINTS: Final = 10
FLAP_DAYS: Final = 30
BINS: Final = 10


class Reading(NamedTuple):
    """What was said of a customer at a moment."""

    customer: str
    at: int
    type: str
    probability: float


class Declared(NamedTuple):
    """From when on a detector holds a customer for a type."""

    at: int
    type: str


@dataclass(slots=True)
class Said:
    """All that a detector said: readings at the moments, declarations by customer in order of time."""

    readings: list[Reading] = field(default_factory=list)
    declared: dict[str, list[Declared]] = field(default_factory=dict)


class Bin(NamedTuple):
    """Of the reliability diagram: what was claimed and what was right of so many readings."""

    claimed: float
    right: float
    readings: int


class Figures(NamedTuple):
    """Shares from 0 to 1; false shifts and flaps for 100 customer-years."""

    macro_f1: float
    family_f1: float
    tense_precision: float
    tense_recall: float
    shifts_found: float
    false_shifts: float
    flaps: float
    ece: float
    readings: int
    shifts: int
    reliability: tuple[Bin, ...]
    by_type: dict[str, float]


def judge(said: Said, lives: Mapping[str, Life], seen: Mapping[str, Sequence[int]], end: int) -> Figures:
    """`seen`: the times of each customer's touchpoints, in order; customers without any are left out."""
    pairs = [(truth, each) for each in said.readings if (truth := settled(lives, seen, each)) is not None]
    by_type = f1((truth, each.type) for truth, each in pairs)
    families = f1((FAMILY_OF[truth], FAMILY_OF[each.type]) for truth, each in pairs)
    hits = sum(truth in TENSE and each.type in TENSE for truth, each in pairs)
    claimed = sum(each.type in TENSE for _, each in pairs)
    real = sum(truth in TENSE for truth, _ in pairs)
    found, shifts, false, flaps, years = 0, 0, 0, 0, 0.0
    for customer, life in lives.items():
        at = seen.get(customer)
        if not at:
            continue
        declared = said.declared.get(customer, [])
        years += (end - at[0]) / DAY_MS / 365
        outcome = [_found(declared, life, place, at) for place in range(1, len(life.starts))]
        shifts += sum(each is not None for each in outcome)
        found += sum(each is True for each in outcome)
        false += sum(not _holds(life, each) for each in declared)
        flaps += sum(now.type == before.type and now.at - left.at <= FLAP_DAYS * DAY_MS
                     for before, left, now in zip(declared, declared[1:], declared[2:], strict=False))  # fmt: skip
    bins, ece = reliability((each.probability, each.type == truth) for truth, each in pairs)
    hundred = 100 / years if years else 0.0
    return Figures(
        _mean(by_type.values()), _mean(families.values()), _part(hits, claimed), _part(hits, real),
        _part(found, shifts), false * hundred, flaps * hundred, ece, len(pairs), shifts, bins, by_type,
    )  # fmt: skip


def settled(lives: Mapping[str, Life], seen: Mapping[str, Sequence[int]], reading: Reading) -> str | None:
    """The truth of a reading that counts."""
    life, at = lives.get(reading.customer), seen.get(reading.customer)
    if life is None or not at or at[0] > reading.at:
        return None
    place = bisect_right(life.starts, reading.at)
    if place > 1 and reading.at - life.starts[place - 1] < SETTLED_DAYS * DAY_MS:
        return None
    return life.types[max(place, 1) - 1]


def f1(pairs: Iterable[tuple[str, str]]) -> dict[str, float]:
    """(truth, said) to F1 by class."""
    counts = Counter(pairs)
    truth, said = Counter[str](), Counter[str]()
    for (one, other), count in counts.items():
        truth[one] += count
        said[other] += count
    return {each: _part(2 * counts[each, each], truth[each] + said[each]) for each in sorted(truth | said)}


def reliability(claims: Iterable[tuple[float, bool]]) -> tuple[tuple[Bin, ...], float]:
    """The diagram's bins that hold readings, and the expected calibration error."""
    held: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for probability, right in claims:
        held[min(BINS - 1, int(probability * BINS))].append((probability, right))
    bins = tuple(Bin(_mean(p for p, _ in each), _mean(float(r) for _, r in each), len(each)) for each in held if each)
    total = sum(each.readings for each in bins)
    return bins, _part(sum(abs(each.claimed - each.right) * each.readings for each in bins), total)


def _found(declared: Sequence[Declared], life: Life, place: int, seen: Sequence[int]) -> bool | None:
    """Whether the shift was found; None where nobody could: the customer was not seen before it, or not after."""
    at, after = life.starts[place], bisect_right(seen, life.starts[place])
    if after in (0, len(seen)):
        return None
    tenth = seen[min(after + WITHIN_TOUCHPOINTS, len(seen)) - 1]
    last = max(at + WITHIN_DAYS * DAY_MS, tenth)
    if place + 1 < len(life.starts):
        last = min(last, life.starts[place + 1])
    early = at - EARLY_DAYS * DAY_MS
    return any(each.type == life.types[place] and early <= each.at <= last for each in declared)


def _holds(life: Life, declared: Declared) -> bool:
    margin = EARLY_DAYS * DAY_MS
    around = {life.at(declared.at + shift) for shift in (-margin, 0, margin)} | (
        {life.types[0]} if declared.at < life.starts[0] else set()
    )
    return declared.type in around


def _part(some: float, of: float) -> float:
    return some / of if of else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return _part(sum(found), len(found))
