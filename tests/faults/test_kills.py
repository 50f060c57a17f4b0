"""Worker, store and broker are killed again and again under load; nothing is lost, nothing counts twice.

The promise of `docs/decisions/0003-delivery.md`, on real processes: states and
outputs are afterwards those of a quiet, pure fold of the resolved log.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.faults.judging import come_to_rest, judge
from tests.faults.load import Load
from tests.integration.line import Line

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

KILLS = int(os.environ.get("RAPPORT_TEST_KILLS", "20"))
RATE = 250
"""Pieces a second: well within what two cores carry beside a JVM, so that the line is caught up between kills."""
VICTIMS, WEIGHTS = ("worker", "store", "broker"), (9, 6, 5)


def test_nothing_is_lost_or_counted_twice_whatever_is_killed(tmp_path: Path) -> None:
    seed = int(os.environ.get("RAPPORT_TEST_SEED", "0")) or Random().randrange(1, 1 << 31)
    print(f"seed {seed} (RAPPORT_TEST_SEED={seed} draws the same kills and touchpoints)")
    with Line(tmp_path) as line:
        line.broker.start()
        line.init()
        line.start("worker", "store")
        line.wait("the store answers", line.answers)
        load = Load(line.broker.bootstrap, line.settings.identity, seed, line.settings.partitions, RATE)
        load.start()
        line.wait("the load flows", lambda: len(load.accepted.customer) > RATE)
        killed = _kill_at_random(line, Random(seed))
        load.stop(within_s=240)
        assert load.stream.told(), "the import was not told to its end: the test was too short"
        print(f"killed {dict(killed)}; ended by themselves {line.ends}; producers replaced {load.replaced}")
        come_to_rest(line)
        judge(line, load)
        assert line.stop("worker") == 0
        assert line.stop("store") == 0


def _kill_at_random(line: Line, chance: Random) -> Counter[str]:
    """Kill one after the other; each stays dead for a while, during which another one may die."""
    killed: Counter[str] = Counter()
    dead: dict[str, float] = {}
    while killed.total() < KILLS:
        _supervise_for(line, chance.choice((0.3, 2.0, 5.0, 8.0)) * chance.uniform(0.5, 1.5), dead)
        victim = chance.choices(VICTIMS, WEIGHTS)[0]
        if victim in dead:
            continue
        line.kill(victim)
        killed[victim] += 1
        dead[victim] = time.monotonic() + chance.choice((0.1, 1.0, 3.0))
    _supervise_for(line, 5.0, dead)
    return killed


def _supervise_for(line: Line, seconds: float, dead: dict[str, float]) -> None:
    """As `rapport up` does: what is dead is started again, in its time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until or dead:
        for name in line.ended():
            dead[name] = time.monotonic() + 0.5
        for name in [name for name, due in dead.items() if due <= time.monotonic()]:
            del dead[name]
            if name == "broker":
                line.broker.start()
            else:
                line.start(name)
        time.sleep(0.05)
