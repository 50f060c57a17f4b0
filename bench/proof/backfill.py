"""The past told first and the present live behind it, against one life: Online Retail, cut in its midst."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from bench.proof.sets import HOUR
from producers.importers.consent import consent
from producers.importers.online_retail import ONLINE_RETAIL
from producers.lines import Lines
from rapport.settings import Settings
from replay.compare import content_of
from schemas.keys import partition_for
from schemas.records import EVERYONE, Emitted, Record, Shift, Signal, Source, Touchpoint
from streams.customers.customer import Customer
from streams.engine import Engine, Partition
from streams.knowledge.load import load

CUT: Final = int(datetime(2011, 6, 30, 23, tzinfo=UTC).timestamp() * 1000)
"""2011-06-30 ends in London."""
END: Final = int(datetime(2011, 8, 31, 23, tzinfo=UTC).timestamp() * 1000)
PRESENT: Final = frozenset({"position", "sources", "wide", "cases", "ended", "card"})
"""Where the two lives may differ: places in the log, cases and how they ended, what the front line was told."""
_RUN: Final = "import"
_AT_ONCE: Final = 1_000


Said = list[object]
"""What kind of output it is, and what it says."""


class Backfill(NamedTuple):
    """What the two lives have in common; `unlike` are customers whose lasting state differs, with the fields."""

    past: int
    present: int
    customers: int
    unlike: dict[str, list[str]]
    shifts: int
    signals: int
    missed: list[tuple[Said | None, Said | None]]
    """Shifts and signals of the present that only one life has, or that say something else: in one life, backfilled."""

    @property
    def holds(self) -> bool:
        return not self.unlike and not self.missed


def backfilled(touchpoints: Sequence[Touchpoint]) -> Backfill:
    """Lives through July and August twice, with the past marked history and without; touchpoints in order of time."""
    past = [each for each in touchpoints if each.occurred_at < CUT]
    present = [each for each in touchpoints if CUT <= each.occurred_at < END]
    once, said = _folded([*_ticked(past), *_ticked(present), _tick(END)])
    history = [msgspec.structs.replace(each, history=_RUN) for each in past]
    # Ticks enough for everybody to have met the end of the run.
    settling = [_tick(CUT + n) for n in range(64)]
    filled, told = _folded(
        [_mark("begun"), *history, _mark("ended"), *settling, *_ticked(present), _tick(END)]
    )  # fmt: skip
    everybody = set(once.customers()) | set(filled.customers())
    unlike = {who: fields for who in sorted(everybody) if (fields := _parted(who, once, filled))}
    ids = sorted(said.keys() | told.keys())
    missed = [(said.get(each), told.get(each)) for each in ids if said.get(each) != told.get(each)]
    shifts = sum(each[0] == Shift.__name__ for each in said.values())
    return Backfill(len(past), len(present), len(everybody), unlike, shifts, len(said) - shifts, missed)


def of_customers(file: Path, share: int = 1) -> list[Touchpoint]:
    """Touchpoints of one named customer in so many, who agree to `profiling` first, in the order of time: what one has
    does not depend on who else lives there.
    """
    agreed, asked = consent(["profiling"], "to have relationships that can be compared"), set[bytes]()
    assert agreed is not None
    found: list[Touchpoint] = []
    for line in Lines(str(file)):
        if line.number == 1 or not isinstance(line.content, bytes):
            continue
        made = ONLINE_RETAIL.touchpoint(line.content, f"{line.number:012d}")
        if isinstance(made, Touchpoint) and made.customer_id and not partition_for(made.customer_id.encode(), share):
            found += [*agreed.before(made, asked), made]
    return sorted(found, key=lambda each: (each.occurred_at, each.event_id))


def _ticked(touchpoints: Iterable[Touchpoint]) -> Iterator[Touchpoint]:
    """Under a driven clock: an hour that begins is told before what happens in it."""
    last: int | None = None
    for each in touchpoints:
        hour = each.occurred_at // HOUR
        if hour != last:
            yield _tick(hour * HOUR)
            last = hour
        yield each


def _tick(at: int) -> Touchpoint:
    return _wide("clock.tick", f"tick:{at}", at, '{"partition": 0, "partitions": 1}')


def _mark(word: str) -> Touchpoint:
    return _wide(f"history.{word}", f"{_RUN}:{word}", CUT, f'{{"run": "{_RUN}"}}')


def _wide(kind: str, event_id: str, at: int, properties: str) -> Touchpoint:
    return Touchpoint(event_id, kind, at, 0, "system", "company", properties=properties)


def _folded(touchpoints: Sequence[Touchpoint]) -> tuple[Partition, dict[str, Said]]:
    states, engine = Partition(0), Engine(load(Settings().knowledge))
    said: dict[str, Said] = {}
    for begin in range(0, len(touchpoints), _AT_ONCE):
        some = enumerate(touchpoints[begin : begin + _AT_ONCE], start=begin)
        records = [Record(n, each.customer_id or EVERYONE, Source(0, n, 0), each) for n, each in some]
        said.update(_of_the_present(engine.process(records, states).outputs))
    return states, said


def _parted(who: str, once: Partition, filled: Partition) -> list[str]:
    """Names of what stays of a customer (relationship, habits, baselines, timers) and is not the same in both lives."""
    one, other = once.live(who), filled.live(who)
    if one is None or other is None:
        return ["missing"]
    return [
        name
        for name in Customer.__struct_fields__
        if name not in PRESENT and getattr(one.customer, name) != getattr(other.customer, name)
    ]


def _of_the_present(outputs: Iterable[Emitted]) -> dict[str, Said]:
    """Shifts and signals of July and August, without where they came out and what became of a signal's alert: that
    hangs on the cases and budgets of before, which the past does not open.
    """
    found: dict[str, Said] = {}
    for each in outputs:
        if isinstance(each, Shift | Signal) and each.at >= CUT:
            found[each.id] = [type(each).__name__, *(_without_case(getattr(each, name)) for name in content_of(each))]
    return found


def _without_case(value: object) -> object:
    return {name: each for name, each in value.items() if name != "alert"} if isinstance(value, dict) else value
