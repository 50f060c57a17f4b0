"""A resolved partition on the bench: touchpoints in, outputs out, in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from schemas.catalogue import standard
from schemas.records import EVERYONE, Emitted, Output, Record, Signal, Source, Touchpoint
from schemas.wire import properties
from streams.engine import Engine, Outcome, Partition
from streams.engine.partition import Live
from streams.knowledge.load import load
from streams.knowledge.model import Knowledge

FOLDER = Path(__file__).parents[2] / "knowledge"
START = 1_780_000_000_000
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
Sort = TypeVar("Sort", bound=Output)


@cache
def knowledge() -> Knowledge:
    """The knowledge that comes with the product."""
    return load(FOLDER)


@cache
def _usual() -> Engine:
    """The engine of that knowledge: it keeps no state, and compiling it takes longer than most stories."""
    return Engine(knowledge())


def touchpoint(kind: str, at: int = 0, *, event_id: str = "", **fields: Any) -> Touchpoint:
    """A touchpoint `at` ms after `START`; `properties` may be a dict; channel and initiator are usual ones."""
    facts = fields.pop("properties", None)
    return Touchpoint(
        event_id=event_id or f"{kind}@{at}", type=kind, occurred_at=START + at, occurred_offset=0,
        channel=fields.pop("channel", "chat"), initiator=fields.pop("initiator", "customer"),
        properties=None if facts is None else msgspec.json.encode(facts).decode(), **fields,
    )  # fmt: skip


def tick(at: int, partition: int = 0, partitions: int = 1) -> Touchpoint:
    """A tick of a raw partition."""
    facts = {"partition": partition, "partitions": partitions}
    name = f"tick:{START + at}:{partition}"
    return touchpoint("clock.tick", at, event_id=name, channel="system", initiator="company", properties=facts)


class Lab:
    """One partition and the engine. `fold` takes touchpoints of customer `who`, ticks and company-wide ones alike."""

    def __init__(self, known: Knowledge | None = None) -> None:
        self.engine = _usual() if known is None else Engine(known)
        self.states = Partition(0)
        self.outputs: list[Emitted] = []
        self.offset = 0

    def records(self, touchpoints: Iterable[Touchpoint], who: str = "anna") -> list[Record]:
        """The records that the touchpoints make next in the log."""
        made: list[Record] = []
        for each in touchpoints:
            key = EVERYONE if each.type in WIDE else each.customer_id or who
            source = Source(_raw_partition(each), self.offset, 0)
            made.append(Record(self.offset, key, source, each))
            self.offset += 1
        return made

    def fold(self, *touchpoints: Touchpoint, who: str = "anna") -> list[Emitted]:
        """Folds them as one chunk; what came out of them."""
        return self.process(self.records(touchpoints, who)).outputs

    def process(self, records: Sequence[Record]) -> Outcome:
        """Folds a chunk of records."""
        outcome = self.engine.process(records, self.states)
        self.outputs += outcome.outputs
        return outcome

    def live(self, who: str = "anna") -> Live:
        """The state of a customer."""
        live = self.states.live(who)
        assert live is not None
        return live


def of(outputs: Iterable[Emitted], kind: type[Sort]) -> list[Sort]:
    """Those of one kind."""
    return [output for output in outputs if isinstance(output, kind)]


def signals(outputs: Iterable[Emitted], name: str) -> list[Signal]:
    """The signals of one detector."""
    return [signal for signal in of(outputs, Signal) if signal.name == name]


def _raw_partition(each: Touchpoint) -> int:
    return int(properties(each).get("partition", 0)) if each.type in WIDE else 0


WIDE = standard().company_wide()
