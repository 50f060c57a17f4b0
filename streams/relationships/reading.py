"""From numbers to the score of every relationship: weights by hand, or fitted where there are such."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from math import log
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.compiled import compiled
from streams.customers.customer import Customer
from streams.knowledge.model import Knowledge
from streams.knowledge.terms import TYPE_IDS
from streams.relationships.counts import DAY_MS, ONE
from streams.relationships.features import FIRST_EXTRA, KINDS, SIZE, Numbers, Reader, names
from streams.relationships.habits import BROKEN, DEEDS, INTRINSIC, SLOTS, VOICES, WHERE, Amounts

Whole = npt.NDArray[np.int64]
WHOLE: Final = 16
"""What a number is one of: sixteenths."""
UNIT: Final = 16_000.0
"""A number times a weight in such parts of a nat: numbers are sixteenths, weights thousandths."""
VOICE_BY_HAND: Final = 1500
"""Thousandths of a nat that one whole text says for the type that it sounds like, before anything was fitted."""
WHERE_MOST: Final = 0.7
"""Nats that the channels by which somebody speaks say at most, together, for or against a type: words and deeds decide,
and the same sentences make the same relationship by whatever channel they come (D1)."""
CLOSE: Final = 0.5
"""How close and how warm a relationship is at least that ends fast where it hurts, and how sour what hurts sounds."""
SPOKEN: Final = 500
"""Thousandths of a nat from which on what happened has spoken for a type."""
QUIET: Final = ("silent_days", "silent_30", "silent_90", "one_visit", "drop")
"""Numbers by which silence speaks."""
LEFT: Final = "ex_friend"
"""What silence speaks for though it is damaged: they were close, and come no more."""
YEAR_DAYS: Final = 365.25


def of_slots(knowledge: Knowledge) -> dict[int, str]:
    """What is counted where; a slot that several deeds share has the name of the first."""
    found = dict(enumerate(INTRINSIC))
    for deed in knowledge.deeds:
        found.setdefault(deed.slot, deed.name)
    for done in knowledge.company_deeds:
        found.setdefault(done.slot, done.name)
    found[knowledge.hurt.slot] = "hurt"
    return found | {VOICES + n: type_id for n, type_id in enumerate(TYPE_IDS)}


def numbers_of(knowledge: Knowledge) -> tuple[str, ...]:
    """The name of every number that is read, in order."""
    return names(of_slots(knowledge))


def by_hand(knowledge: Knowledge) -> Numbers:
    """Weights before anything was fitted: those of the deeds on how often, one for each voice, and the priors."""
    found = np.zeros((SIZE, len(knowledge.types)))
    said = [(d.slot, d.weights) for d in knowledge.company_deeds] + [(d.slot, d.weights) for d in knowledge.deeds]
    said.append((knowledge.hurt.slot, knowledge.hurt.weights))
    for slot, weights in said:
        for name, weight in weights.items():
            found[slot, knowledge.type_index[name]] = round(1000 * weight)
    for turn in knowledge.combinations:
        if turn.transformational:
            for name, weight in turn.weights.items():
                found[[BROKEN, SLOTS + BROKEN], knowledge.type_index[name]] = round(1000 * weight)
    for index, each in enumerate(knowledge.types):
        found[VOICES + index, index] = VOICE_BY_HAND
        found[FIRST_EXTRA, index] = round(1000 * log(each.prior))
    return found


def present(knowledge: Knowledge) -> Numbers:
    """The weights that hold: fitted ones, else those by hand; without the company's industry and language."""
    found = by_hand(knowledge)
    for number, name in enumerate(numbers_of(knowledge)):
        fitted = knowledge.weights.get(name)
        if fitted is not None:
            found[number] = [fitted.get(type_id, 0.0) for type_id in TYPE_IDS]
    return found


def close_types(knowledge: Knowledge) -> frozenset[int]:
    """Index of each relationship that is close and warm: whoever is hurt in one falls fast."""
    types = enumerate(knowledge.types)
    return frozenset(n for n, each in types if each.closeness >= CLOSE and each.valence >= CLOSE)


def sore_voices(knowledge: Knowledge) -> frozenset[int]:
    """Slots of what sounds hurt, hostile or gone; who loves and hates (a frenemy) is none of these."""
    types = enumerate(knowledge.types)
    return frozenset(VOICES + n for n, each in types if each.state == "damaged" and each.valence <= -CLOSE)


def endings(knowledge: Knowledge) -> frozenset[int]:
    """Slots of deeds that end a relationship by themselves."""
    damaged = [each.id for each in knowledge.types if each.state == "damaged"]
    deeds = [deed for deed in knowledge.deeds if deed.transformational]
    return frozenset(deed.slot for deed in deeds if any(deed.weights.get(name, 0) > 0 for name in damaged))


def sobered(knowledge: Knowledge, weights: Numbers) -> Numbers:
    """The weights, but what sounds hurt, hostile or gone speaks for no close relationship."""
    found, close = weights.copy(), sorted(close_types(knowledge))
    for kind in range(len(KINDS)):
        rows = np.ix_([kind * SLOTS + slot for slot in sorted(sore_voices(knowledge))], close)
        found[rows] = np.minimum(found[rows], 0)
    return found


def bounded(knowledge: Knowledge) -> npt.NDArray[np.bool_]:
    """Of every number, whether it is one of those that say at most `WHERE_MOST` together."""
    slots = [*WHERE, *(deed.slot for deed in knowledge.deeds if deed.whereabouts)]
    found = np.zeros(SIZE, dtype=np.bool_)
    for kind in range(len(KINDS)):
        found[[kind * SLOTS + slot for slot in slots]] = True
    return found


class Reading:
    """Numbers and weights are whole and their products small: sums are exact in any order and on any machine."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._weights = present(knowledge)
        company = knowledge.company
        for index, each in enumerate(knowledge.types):
            self._weights[FIRST_EXTRA, index] += round(1000 * log(each.likelier(company.industry, company.language)))
        self._reader = Reader(tuple(t.valence * t.closeness for t in knowledge.types))
        self._bounded = bounded(knowledge)
        self._scores = compiled(_scores)
        once = self._weights[: len(KINDS) * SLOTS].reshape(len(KINDS), SLOTS, -1).sum(axis=0)
        self._once = np.rint(once - once.mean(axis=1, keepdims=True)).astype(int)
        best = self._once.argmax(axis=1).tolist()
        self._told, self._done = _speaking(self._once, self._bounded, knowledge)
        self._spoken = compiled(_spoken)
        self._damaged = sum(1 << n for n, each in enumerate(knowledge.types) if each.state == "damaged")
        self._silence = [number for number, name in enumerate(numbers_of(knowledge)) if name in QUIET]
        self._silence_says = self._weights[self._silence]
        self._silent = [n for n, each in enumerate(knowledge.types) if each.state != "damaged" or each.id == LEFT]
        self._speaks = tuple((index, int(self._once[slot, index])) for slot, index in enumerate(best))
        # What is compiled, is compiled now, and not while the first customer waits.
        self.scores(self.numbers(Customer(), 0))
        self.spoken([(0, 0)], worded=False)

    def numbers(self, customer: Customer, at: int) -> Numbers:
        """What a customer's habits say at `at` (ms), in the order of `numbers_of`."""
        return self._reader.read(customer.habits, at, _member_years(customer, at))

    def scores(self, numbers: Numbers) -> list[float]:
        """The score of every type in nats."""
        found: list[float] = self._scores(numbers, self._weights, self._bounded, WHERE_MOST * UNIT, UNIT).tolist()
        return found

    def speaks(self, slot: int) -> tuple[int, int]:
        """For which type one occurrence speaks most, and how much more than for others, in thousandths of a nat."""
        return self._speaks[slot]

    def one(self, slot: int, type_index: int) -> int:
        """How much more one occurrence speaks for a type than for others, in thousandths of a nat."""
        return int(self._once[slot, type_index])

    def spoken(self, counted: Amounts, *, worded: bool) -> int:
        """The types, as bits, that what was counted of one touchpoint speaks for. Where there are words they and the
        deeds do; else all that was done. What speaks for one damaged type is an occasion for each: three attacks are
        three occasions, though the first sounded like disappointment."""
        flat = np.fromiter(chain.from_iterable(counted), np.int64, 2 * len(counted))
        found = int(self._spoken(flat, self._told if worded else self._done, SPOKEN * ONE))
        return found | self._damaged if found & self._damaged else found

    def quiet(self, numbers: Numbers) -> int:
        """The types, as bits, that a customer's silence speaks for: they may have left, they are not hostile."""
        said = numbers[self._silence] @ self._silence_says
        speaks = (said - said.mean() >= SPOKEN * WHOLE).tolist()
        return sum(1 << n for n in self._silent if speaks[n])


def _speaking(once: Whole, bounded: npt.NDArray[np.bool_], knowledge: Knowledge) -> tuple[Whole, Whole]:
    """What one occurrence says, by slot and type: in words and deeds; in whatever is done. Habits of channel say
    nothing here, and for what is damaged speaks only what an expert holds for hostile or hurt: no coupon, no praise."""
    done = once.copy()
    done[bounded[:SLOTS]] = 0
    damaged = [index for index, each in enumerate(knowledge.types) if each.state == "damaged"]
    sore = _sore(knowledge, {knowledge.types[index].id for index in damaged})
    done[np.ix_([slot for slot in range(SLOTS) if slot not in sore], damaged)] = 0
    told = done.copy()
    told[[slot for slot in range(DEEDS) if slot != BROKEN]] = 0
    return told, done


def _sore(knowledge: Knowledge, damaged: Collection[str]) -> set[int]:
    """Slots of words and deeds that speak for one of the damaged types by hand."""
    said = [(deed.slot, deed.weights) for deed in knowledge.deeds]
    said += [(deed.slot, deed.weights) for deed in knowledge.company_deeds]
    found = {slot for slot, weights in said if any(weights.get(name, 0.0) > 0 for name in damaged)}
    return {BROKEN, knowledge.hurt.slot, *found, *(VOICES + knowledge.type_index[name] for name in damaged)}


def _spoken(counted: Whole, rows: Whole, least: int) -> int:
    """Compiled. `counted` are slots and amounts by turns."""
    found = 0
    for t in range(rows.shape[1]):
        said = 0
        for n in range(0, len(counted), 2):
            said += rows[counted[n], t] * counted[n + 1]
        if said >= least:
            found |= 1 << t
    return found


def _scores(
    numbers: Numbers, weights: Numbers, bounded: npt.NDArray[np.bool_], most: float, unit: float
) -> Numbers:  # fmt: skip
    """Compiled: only the numbers that are not zero are looked at. What `bounded` ones say together, apart from what
    they say of every type alike, ends at `most` either way."""
    found, where = np.zeros(weights.shape[1]), np.zeros(weights.shape[1])
    for n in range(len(numbers)):
        if numbers[n] != 0:
            into = where if bounded[n] else found
            for t in range(len(into)):
                into[t] += numbers[n] * weights[n, t]
    alike = 0.0
    for t in range(len(where)):
        alike += where[t]
    alike /= len(where)
    for t in range(len(found)):
        found[t] = (found[t] + min(most, max(-most, where[t] - alike))) / unit
    return found


def _member_years(customer: Customer, at: int) -> int:
    told = customer.slots.get("member_since")
    if not told:
        return 0
    since = told[:4]
    if not (len(since) == 4 and since.isascii() and since.isdigit()):
        return 0
    return max(0, int(at / DAY_MS / YEAR_DAYS) + 1970 - int(since))
