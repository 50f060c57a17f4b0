"""How far off the running sums of a rhythm and a tone are after a late login: the table of docs/identity.md."""

from __future__ import annotations

from pathlib import Path
from random import Random

import msgspec

from streams.customers.customer import Customer
from streams.signals.momentum import Momentum
from tests.streams.engine.test_handing_over import TEXTS, lived
from tests.streams.lab import DAY

PAGE = Path(__file__).parents[3] / "docs" / "identity.md"
STORIES = 40
BY_THE_KEY = 0.4
"""Share of what came by the key that is linked at the end."""
DETECTORS = ("warming.1", "cooling.1")


def momentum(customer: Customer, detector: str) -> Momentum:
    return msgspec.msgpack.decode(customer.memory[detector], type=Momentum)


def apart(seed: int) -> list[tuple[float, float]]:
    """Of each detector, in standard deviations: how far the sums of pace and tone are from those of an early login."""
    chance = Random(seed)
    length, usual = chance.randint(8, 60), chance.choice((0.7, 2.0, 5.0))
    story = [
        (chance.choice(TEXTS), max(1, int(chance.expovariate(1 / (usual * DAY)))), chance.random() < BY_THE_KEY)
        for _ in range(length)
    ]
    late, early = (lived(story, late=late)[0].live("anna").customer for late in (True, False))
    pairs = [(momentum(late, each), momentum(early, each)) for each in DETECTORS]
    return [(abs(a.pace.sum - b.pace.sum) / 1000, abs(a.tone.sum - b.tone.sum) / 1000) for a, b in pairs]


def test_the_running_sums_are_off_by_what_the_table_says() -> None:
    found = [each for seed in range(STORIES) for each in apart(seed)]
    said = []
    for errors in (sorted(pace for pace, _ in found), sorted(tone for _, tone in found)):
        half, most, worst = errors[len(errors) // 2], errors[len(errors) * 9 // 10], errors[-1]
        said.append(f"half within {half:.1f}, nine in ten within {most:.1f}, all within {worst:.1f}")
    row = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| running sums"))
    assert f"of pace {said[0]}; of tone {said[1]}" in row
