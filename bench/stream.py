"""The streams that the benchmarks use: the simulated shop, or a file of an importer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from operator import attrgetter

from producers.importers import importer
from producers.importers.consent import consent
from producers.importers.run import Mode, pieces
from producers.lines import Lines
from producers.simulator.run import Simulation
from schemas.catalogue import standard
from schemas.contract import read_line
from schemas.keys import IdentityKey, key_of
from schemas.records import EVERYONE, Record, Source, Touchpoint

IDENTITY = IdentityKey("bench", b"bench")


def touchpoints(count: int, customers: int = 20_000, days: int = 365, seed: int = 7) -> list[Touchpoint]:
    """The first `count` touchpoints of a simulated shop; ValueError if it has fewer."""
    found = [t for t in map(read_line, islice(Simulation(customers, days, seed).lines(), count)) if _good(t)]
    if len(found) < count:
        raise ValueError(f"the simulated shop has {len(found)} touchpoints, not {count}: more customers or days")
    return [t for t in found if isinstance(t, Touchpoint)]


def imported(name: str, file: str, count: int) -> list[Touchpoint]:
    """At most `count` touchpoints of a file as the importer `name` makes them live, in order of time.

    All its customers have agreed to profiling: without that what they do on web and app is not weighed.
    """
    mode = Mode(consent=consent(["profiling"], "a measurement"))
    made = (each.body for each in pieces(importer(name), Lines(file), name, 0, mode, 1, lambda: 0))
    found = islice((body for body in made if isinstance(body, Touchpoint)), count)
    return sorted(found, key=attrgetter("occurred_at"))


def _good(found: object) -> bool:
    if not isinstance(found, Touchpoint):
        raise ValueError(f"the simulator made what the contract refuses: {found}")
    return True


def keyed(found: Iterable[Touchpoint]) -> Iterator[tuple[str, Touchpoint]]:
    """Each with its key."""
    wide = standard().company_wide()
    for touchpoint in found:
        yield (EVERYONE if touchpoint.type in wide else key_of(touchpoint, IDENTITY)), touchpoint


def records(found: list[Touchpoint]) -> list[Record]:
    """As one resolved partition has them."""
    return [Record(n, key, Source(0, n, 0), body) for n, (key, body) in enumerate(keyed(found))]
