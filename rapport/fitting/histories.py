"""Labelled histories: touchpoints as JSON lines, and who truly was what from when on (`rapport simulate --truth`)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from rapport.fitting.regression import Moments, balanced
from schemas.contract import read_line
from schemas.records import EVERYONE, Record, Source, Touchpoint
from schemas.times import read
from streams.engine import Engine, Partition
from streams.knowledge.model import Knowledge
from streams.relationships.relationships import Relationships

EVERY: Final = 6
"""A moment is taken at every so many touchpoints of a customer, and at the last."""

Truth = dict[str, list[tuple[int, str]]]


class Unlabelled(Exception):
    """A truth that cannot be used, with its line and what should stand there."""


def read_truth(path: Path, knowledge: Knowledge) -> Truth:
    """Type and since when (ms) of every customer, by time; lines about anything else are passed over."""
    found: Truth = {}
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            fact: dict[str, Any] = msgspec.json.decode(line)
        except msgspec.DecodeError as error:
            raise Unlabelled(f"{path}:{number}: no JSON ({error}); a line is one JSON object") from error
        if "customer_id" not in fact or "since" not in fact:
            continue
        if fact.get("type") not in knowledge.type_index:
            raise Unlabelled(f"{path}:{number}: type {fact.get('type')!r} is none of the 29: see relationships.yaml")
        found.setdefault(str(fact["customer_id"]), []).append((read(str(fact["since"]))[0], str(fact["type"])))
    return {who: sorted(life) for who, life in found.items()}


def read_histories(path: Path) -> Iterator[tuple[str, Touchpoint]]:
    """Touchpoints that can be read, in order of time; `EVERYONE` for what the company did to all."""
    told = [t for line in path.read_bytes().splitlines() if isinstance(t := read_line(line), Touchpoint)]
    for touchpoint in sorted(told, key=lambda t: (t.occurred_at, t.event_id)):
        yield touchpoint.customer_id or EVERYONE, touchpoint


def moments(histories: Iterator[tuple[str, Touchpoint]], truth: Truth, knowledge: Knowledge) -> Moments:
    """What the detector reads of each labelled customer, at every `EVERY`th touchpoint, beside the truth there."""
    engine, states = Engine(knowledge), Partition(0)
    reading = Relationships(knowledge)
    numbers: list[Any] = []
    labels: list[int] = []
    seen: dict[str, int] = {}
    for offset, (who, touchpoint) in enumerate(histories):
        engine.process([Record(offset, who, Source(0, offset, 0), touchpoint)], states)
        seen[who] = seen.get(who, 0) + 1
        life, live = truth.get(who), states.live(who)
        if life is None or live is None or seen[who] % EVERY:
            continue
        at = bisect_right(life, (touchpoint.occurred_at, "~")) - 1
        numbers.append(reading.numbers(live.customer, touchpoint.occurred_at).astype(np.int16))
        labels.append(knowledge.type_index[life[max(at, 0)][1]])
    if not labels:
        raise Unlabelled("no touchpoint belongs to a labelled customer: `customer_id` of both files must be the same")
    chosen = np.array(labels)
    return Moments(np.array(numbers, dtype=np.float64), chosen, balanced(chosen))
