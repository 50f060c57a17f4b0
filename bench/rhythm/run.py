"""`python -m bench rhythm`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from bench.report import Cell, Report
from bench.rhythm import alarms, intervals, leaving
from bench.states import RETAIL, history
from producers.importers import importer
from producers.lines import Lines
from schemas.records import Touchpoint
from streams.knowledge.load import load
from streams.knowledge.model import SignalRule
from streams.signals.alive import BuyTillYouDie

CDNOW: Final = Path("cdnow") / "CDNOW_master.txt.gz"
PUBLISHED: Final = BuyTillYouDie(0.243, 4.414, 0.793, 2.426)
"""For a tenth of the customers of CDNOW, 39 weeks: table 2 of Fader, Hardie and Lee 2005."""


def purchases(folder: Path) -> Iterator[Touchpoint]:
    """CDNOW, as its importer makes it."""
    cdnow = importer("cdnow")
    for line in islice(Lines(str(folder / CDNOW)), 0, None):
        if isinstance(line.content, bytes):
            made = cdnow.touchpoint(line.content, f"cdnow:{line.number:012d}", 0, None)
            if isinstance(made, Touchpoint):
                yield made


def run(folder: Path, knowledge: Path, runs: int, say: Callable[[str], None]) -> Report:
    """All three, on the data in `folder`."""
    known = load(knowledge)
    say("running_out on Online Retail")
    series = intervals.series(history(folder / RETAIL))
    told = {
        "knowledge": intervals.by_knowledge(known, series),
        "walking forward": intervals.walking_forward(known, series),
    }
    say("slipping_away on CDNOW, and lifetimes fits")
    rule = known.signals["slipping_away"]
    found = leaving.customers(purchases(folder))
    models = {
        "knowledge": leaving.judge(BuyTillYouDie(*(rule.number(name) for name in BuyTillYouDie._fields)), found),
        "fitted": leaving.judge(leaving.fit(found), found),
        "lifetimes": leaving.by_lifetimes(found),
    }
    say("run lengths of the CUSUM")
    lengths = {
        f"h={limit:g}": {
            "false alarm": alarms.run_length(limit, 0, runs, 1),
            "false alarm, two-sided": alarms.run_length(limit, 0, runs, 2, two_sided=True),
            **{f"delay at {shift:g}σ": alarms.run_length(limit, shift, runs, 3) for shift in (1.0, 2.0)},
        }
        for limit in (4.0, 5.0)
    }
    alone = {name: _alone(known.signals[name], side, runs // 4) for name, side in (("warming", -1), ("cooling", 1))}
    lines: list[list[Cell]] = [
        [f"running_out, {name}", each.purchases, f"{each.below:.3f} {each.inside:.3f} {each.above:.3f}",
         f"{each.log_score:.3f}", f"{each.fixed_log_score:.3f}"] for name, each in told.items()
    ]  # fmt: skip
    lines += [
        [f"slipping_away, {name}", len(found.came), " ".join(f"{p:.3f}" for p in each.model), f"{each.auc:.4f}",
         f"{each.auc_of_repeaters:.4f}"] for name, each in models.items()
    ]  # fmt: skip
    lines += [
        [f"CUSUM {name}", runs, what, f"{each:.1f}", ""] for name, row in lengths.items() for what, each in row.items()
    ]
    lines += [
        [f"{name}, at random", runs // 4, "occasions a false alarm", f"{each:.0f}", ""] for name, each in alone.items()
    ]
    facts = {
        "running_out": {name: each._asdict() for name, each in told.items()},
        "slipping_away": {name: each._asdict() for name, each in models.items()},
        "cusum": lengths, "at_random": alone,
    }  # fmt: skip
    notes = [
        "running_out: purchases foreseen; shares below, in, above the window; log density, and with one mean for all",
        "slipping_away: customers; r, alpha, a, b; AUC for buying in the next 26 weeks, of all and of repeaters",
    ]
    return Report("Rhythm", ("", "n", "", "", ""), lines, facts, notes)


def _alone(rule: SignalRule, side: int, runs: int) -> float:
    return alarms.occasions_to_alarm(rule, side, lambda seed: np.random.default_rng(seed).exponential(7, 300), runs)
