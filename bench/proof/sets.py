"""What is lived through: a month of the simulated shop, and Online Retail, neither of it marked history."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

from bench.proof.run import Set
from producers.importers import importer
from producers.importers.consent import consent
from producers.lines import Lines
from producers.simulator.run import Simulation
from schemas.contract import read_line
from schemas.records import Touchpoint

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE


def month(customers: int, seed: int) -> Set:
    """Thirty days; time passes every ten minutes in which something happens."""
    made = map(read_line, Simulation(customers, 30, seed).lines())
    found = [each for each in made if isinstance(each, Touchpoint)]
    return Set("simulated month", found, 10 * MINUTE, "signals.engaged.views=4")


def retail(file: Path, lines: int | None) -> Set:
    """Every line of the file at its moment, everybody having agreed to `profiling`; time passes every hour in which
    there is one.
    """
    shop, asked = importer("online-retail"), set[bytes]()
    agreed = consent(["profiling"], "to have relationships that can be compared")
    assert agreed is not None
    found: list[Touchpoint] = []
    for line in islice(Lines(str(file)), 1, None if lines is None else lines + 1):
        if isinstance(line.content, bytes):
            made = shop.touchpoint(line.content, f"{file.name}:{line.number:012d}")
            if isinstance(made, Touchpoint):
                found += [*agreed.before(made, asked), made]
    found.sort(key=lambda each: (each.occurred_at, each.event_id))
    name = "Online Retail" if lines is None else f"Online Retail, first {lines:,} lines"
    return Set(name, found, HOUR, "signals.running_out.from_quantile=0.3")
