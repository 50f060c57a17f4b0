"""Labelled histories: touchpoints as JSON lines, and who truly was what from when on (`rapport simulate --truth`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from rapport.fitting.regression import Moments
from rapport.quality.evaluating import read_lives, read_log
from rapport.quality.truth import Life
from schemas.keys import IdentityKey
from schemas.records import Record, Source, Touchpoint
from streams.engine import Engine, Partition
from streams.knowledge.model import Knowledge
from streams.relationships.counts import DAY_MS
from streams.relationships.features import Numbers
from streams.relationships.relationships import Relationships

EVERY: Final = 6
"""A moment is taken at every so many touchpoints of a customer: there somebody is judged."""
CALENDAR_MS: Final = 30 * DAY_MS
"""And every so often of everybody who is known, heard of or not: silence is what most customers are."""
TURN_MS: Final = 45 * DAY_MS
TURNED: Final = 3.0
"""Moments so soon after a turn are few, and there a shift is found or missed: they count so many times."""
CHUNK: Final = 1_000


class Unlabelled(Exception):
    """Histories and truth that do not belong together."""


class Labelled(NamedTuple):
    """Histories by the keys of their customers, and what truly held."""

    log: Sequence[tuple[str, Touchpoint]]
    lives: Mapping[str, Life]


def read(touchpoints: Path, truth: Path, identity: IdentityKey) -> Labelled:
    """Two files; `Failure` names the line of a truth that cannot be read."""
    return Labelled(read_log(touchpoints, identity), read_lives(truth, identity))


def moments(shops: Sequence[Labelled], knowledge: Knowledge) -> Moments:
    """What the detector reads of each labelled customer, beside the truth there: now and then, heard of or not."""
    numbers: list[Numbers] = []
    labels: list[int] = []
    counts: list[float] = []
    for shop in shops:
        for found, type_id, count in _looks(shop, knowledge):
            numbers.append(found)
            labels.append(knowledge.type_index[type_id])
            counts.append(count)
    if not labels:
        raise Unlabelled("no touchpoint belongs to a labelled customer: both files must know them by the same id")
    return Moments(np.array(numbers, dtype=np.float32), np.array(labels), np.array(counts))


def _looks(shop: Labelled, knowledge: Knowledge) -> Iterator[tuple[Numbers, str, float]]:
    engine, states, reading = Engine(knowledge), Partition(0), Relationships(knowledge)
    seen: dict[str, int] = {}
    due = shop.log[0][1].occurred_at + CALENDAR_MS // 2 if shop.log else 0

    def look(who: str, at: int) -> Iterator[tuple[Numbers, str, float]]:
        life, live = shop.lives.get(who), states.live(who)
        if life is not None and live is not None:
            yield (
                reading.numbers(live.customer, at).astype(np.int16),
                life.at(at) or life.types[0],
                weight(life, at),
            )

    for offset, (who, touchpoint) in enumerate(shop.log):
        at = touchpoint.occurred_at
        while at >= due:
            for known in sorted(seen):
                yield from look(known, due)
            due += CALENDAR_MS
        engine.process([Record(offset, who, Source(0, offset, 0), touchpoint)], states)
        seen[who] = seen.get(who, 0) + 1
        if seen[who] % EVERY == 0:
            yield from look(who, at)


def weight(life: Life, at: int) -> float:
    """How much a moment counts."""
    turned = any(0 <= at - turn < TURN_MS for turn in life.starts[1:])
    return TURNED if turned else 1.0
