"""The past told first, the present live behind it, equals one life under one clock: Online Retail, cut in its midst."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from producers.importers.online_retail import ONLINE_RETAIL
from rapport.settings import Settings
from replay.compare import content_of
from schemas.keys import partition_for
from schemas.records import EVERYONE, Emitted, Record, Shift, Signal, Source, Touchpoint
from streams.customers.customer import Customer
from streams.engine import Engine, Partition
from streams.knowledge.load import load

pytestmark = pytest.mark.data

RUN = "import"
HOUR = 3_600_000
CUT = int(datetime(2011, 6, 30, 23, tzinfo=UTC).timestamp() * 1000)
"""2011-06-30 ends in London."""
END = int(datetime(2011, 8, 31, 23, tzinfo=UTC).timestamp() * 1000)
SHARE = 12
"""One customer in so many is folded; what one has does not depend on who else lives there."""
PRESENT = frozenset({"position", "sources", "wide", "cases", "ended", "card"})
"""Where the two lives may differ: places in the log, cases and how they ended, what the front line was told."""


def test_backfill_and_then_live_is_one_life(shared_data: Path) -> None:
    touchpoints = list(of_some(shared_data))
    past = [each for each in touchpoints if each.occurred_at < CUT]
    present = [each for each in touchpoints if CUT <= each.occurred_at < END]
    assert len(past) > 5_000
    assert len(present) > 1_000

    once, said = folded([*ticked(past), *ticked(present), tick(END)])
    history = [msgspec.structs.replace(each, history=RUN) for each in past]
    filled, told = folded(
        [mark("begun", CUT), *history, mark("ended", CUT), tick(CUT), *settling(CUT), *ticked(present), tick(END)]
    )

    assert set(once.customers()) == set(filled.customers())
    for who in once.customers():
        one, other = (states.live(who) for states in (once, filled))
        assert one is not None
        assert other is not None
        assert _lasting(other.customer) == _lasting(one.customer), who
    assert _of_the_present(told) == _of_the_present(said)
    assert len(_of_the_present(said)) > 100


def of_some(shared_data: Path) -> Iterator[Touchpoint]:
    """Touchpoints of a share of the customers, in the order of time."""
    (file,) = (shared_data / "online_retail").glob("*.csv.gz")
    found: list[Touchpoint] = []
    with gzip.open(file) as lines:
        next(lines)
        for number, line in enumerate(lines, start=2):
            made = ONLINE_RETAIL.touchpoint(line.rstrip(b"\r\n"), f"{number:012d}")
            if (
                isinstance(made, Touchpoint)
                and made.customer_id
                and not partition_for(made.customer_id.encode(), SHARE)
            ):
                found.append(made)
    return iter(sorted(found, key=lambda each: (each.occurred_at, each.event_id)))


def ticked(touchpoints: Iterable[Touchpoint]) -> Iterator[Touchpoint]:
    """Under a driven clock: an hour that begins is told before what happens in it."""
    last: int | None = None
    for each in touchpoints:
        hour = each.occurred_at // HOUR
        if hour != last:
            yield tick(hour * HOUR)
            last = hour
        yield each


def settling(at: int) -> Iterator[Touchpoint]:
    """Ticks enough for everybody to have met the end of the run."""
    for n in range(1, 64):
        yield tick(at + n)


def tick(at: int) -> Touchpoint:
    return _wide("clock.tick", f"tick:{at}", at, '{"partition": 0, "partitions": 1}')


def mark(word: str, at: int) -> Touchpoint:
    return _wide(f"history.{word}", f"{RUN}:{word}", at, f'{{"run": "{RUN}"}}')


def _wide(kind: str, event_id: str, at: int, properties: str) -> Touchpoint:
    return Touchpoint(event_id, kind, at, 0, "system", "company", properties=properties)


def folded(touchpoints: Iterable[Touchpoint]) -> tuple[Partition, list[Emitted]]:
    states, engine = Partition(0), Engine(load(Settings().knowledge))
    records = [Record(n, each.customer_id or EVERYONE, Source(0, n, 0), each) for n, each in enumerate(touchpoints)]
    return states, engine.process(records, states).outputs


def _lasting(customer: Customer) -> dict[str, object]:
    """What stays of a customer: relationship, habits, baselines, timers."""
    names = [name for name in customer.__struct_fields__ if name not in PRESENT]
    return {name: getattr(customer, name) for name in names}


def _of_the_present(outputs: Iterable[Emitted]) -> dict[str, list[object]]:
    """Shifts and signals of July and August, without where they came out."""
    return {
        each.id: [getattr(each, name) for name in content_of(each)]
        for each in outputs
        if isinstance(each, Shift | Signal) and each.at >= CUT
    }
