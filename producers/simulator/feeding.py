"""`rapport simulate`: the simulated shop into a file, or through the one path in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from producers.checkpoint import Checkpoint
from producers.counts import Counts
from producers.delivery import Producer
from producers.feed import Run, Watcher, feed, unwatched
from producers.pipeline import Incoming
from producers.simulator.run import START, Manner, Simulation
from schemas.keys import IdentityKey

_WRITE_LINES = 1_000


def write_truth(simulation: Simulation, truth: BinaryIO) -> None:
    """The truth as JSON lines."""
    truth.writelines(line + b"\n" for line in simulation.truth())


def write_lines(simulation: Simulation, out: BinaryIO, watch: Callable[[int], None] = lambda written: None) -> int:
    """The touchpoints as JSON lines; tells `watch` now and then how many there are, and returns their number."""
    written = 0
    for line in simulation.lines():
        out.write(line + b"\n")
        written += 1
        if written % _WRITE_LINES == 0:
            watch(written)
    return written


def send_simulation(
    customers: int,
    days: int,
    seed: int,
    producer: Producer,
    identity: IdentityKey,
    checkpoints: Path,
    start: int = START,
    watch: Watcher = unwatched,
    restart: bool = False,
    manner: Manner | None = None,
) -> Counts:
    """Sends the shop's touchpoints; interrupted, the next call with the same numbers goes on where it stood."""
    place = " ".join(("simulate", *map(str, (customers, days, seed, start, *(manner or {}).values()))))

    def begin(memo: dict[str, str]) -> Iterable[Incoming]:
        return _pieces(Simulation(customers, days, seed, start, **(manner or {})), place)

    return feed(Run(begin, Checkpoint(checkpoints, place, [])), producer, identity, watch, restart)


def _pieces(simulation: Simulation, place: str) -> Iterator[Incoming]:
    for number, line in enumerate(simulation.lines(), 1):
        yield Incoming(place, number, line)
