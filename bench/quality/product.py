"""What the product's own engine says of a year."""

from __future__ import annotations

from pathlib import Path

from bench.quality.year import QUARTERS, Year
from rapport.quality.evaluating import listen as evaluate
from rapport.quality.judging import Said
from streams.knowledge.load import load


def listen(year: Year, knowledge: Path) -> Said:
    """Folds the year; reads every state at the quarters."""
    return evaluate(year.log, year.lives.keys() & year.seen.keys(), load(knowledge), QUARTERS)
