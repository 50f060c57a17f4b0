"""What the product's own engine says of a year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.quality.year import QUARTERS, Year
from rapport.quality.judging import Declared, Reading, Said
from schemas.records import EVERYONE, Record, Shift, Source
from streams.engine import Engine, Partition
from streams.knowledge.load import load
from streams.relationships.relationships import Relationships

CHUNK = 1_000


def listen(year: Year, knowledge: Path, say: Callable[[str], None]) -> Said:
    """Folds the year; reads every state at the quarters."""
    rules = load(knowledge)
    engine, states, relationships, said = Engine(rules), Partition(0), Relationships(rules), Said()
    log = [Record(n, key, Source(0, n, 0), body) for n, (key, body) in enumerate(year.log)]
    customers = {key for key, _ in year.log if key != EVERYONE} & year.lives.keys()
    place = 0
    for quarter in QUARTERS:
        while place < len(log):
            chunk = [each for each in log[place : place + CHUNK] if _before(each, quarter)]
            if not chunk:
                break
            place += len(chunk)
            for output in engine.process(chunk, states).outputs:
                if isinstance(output, Shift) and output.customer_id is not None:
                    said.declared.setdefault(output.customer_id, []).append(Declared(output.at, output.to))
        say(f"engine: {place:,} of {len(log):,} touchpoints")
        for key in sorted(customers):
            live = states.live(key)
            if live is not None:
                declared = relationships.declared(live.customer)
                shares = relationships.posterior(live.customer, quarter)
                said.readings.append(Reading(key, quarter, declared, shares[rules.type_index[declared]]))
    return said


def _before(record: Record, moment: int) -> bool:
    at: int = getattr(record.body, "occurred_at", 0)
    return at < moment
