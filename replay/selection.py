"""Which outputs of a replay are wanted. What is folded is never narrowed: it decides what comes later."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from rapport.settings import Settings
from replay import sources
from replay.drive import Drive, Trends
from replay.library import fetch_from
from replay.source import Chunk, ReplayError
from schemas.records import EVERYONE, Emitted, Measure, Signal, Touchpoint
from streams.knowledge.model import Knowledge
from streams.relationships.relationships import Relationships


@dataclass(frozen=True, slots=True)
class Selection:
    """Outputs at or after `from_`, before `to` (ms), of one `customer`; None sets no limit.

    `store` and `channel` take the customers who were met there or by it, `segment` those who stand in that
    relationship at the end: `customers` are all of them, once `resolved` has found them. What is told of a store
    itself, a trend, is of that store.
    """

    from_: int | None = None
    to: int | None = None
    customer: str | None = None
    segment: str | None = None
    store: str | None = None
    channel: str | None = None
    customers: frozenset[str] | None = None

    @property
    def open(self) -> bool:
        """Whether it must be `resolved` before anything can be taken."""
        return self.customers is None and any((self.segment, self.store, self.channel))

    def takes(self, output: Emitted) -> bool:
        """Whether the output is wanted."""
        if self.customer is not None and output.customer_id != self.customer:
            return False
        if self.customers is not None and output.customer_id not in self.customers and not self._there(output):
            return False
        return (self.from_ is None or output.at >= self.from_) and (self.to is None or output.at < self.to)

    def _there(self, output: Emitted) -> bool:
        if self.store is None or output.customer_id is not None or not isinstance(output, Signal | Measure):
            return False
        return self.store in (output.scope or {}).values()


def resolved(
    selection: Selection, names: Sequence[str], settings: Settings, knowledge: Knowledge, *, own_rules: bool
) -> Selection:
    """The selection with the customers that it means, for which the source is read once more, for a segment folded.

    ReplayError for a relationship that there is not, or where nobody is like that.
    """
    if not selection.open:
        return selection
    if selection.segment is not None and selection.segment not in knowledge.type_index:
        known = ", ".join(knowledge.type_index)
        raise ReplayError(f"--segment {selection.segment}: no such relationship; they are {known}")
    met: set[str] = set()
    with closing(sources.opened(names, settings, in_step=own_rules)) as source:
        trends: Trends = "looped" if own_rules else "apart"
        fetch = fetch_from(names, settings)
        drive = Drive(source, knowledge, fetch, lambda _: None, own_rules=own_rules, trends=trends)
        for piece in source.pieces():
            if isinstance(piece, Chunk):
                met.update(record.key for record in piece.records if _met(record.key, record.body, selection))
            if selection.segment is not None:
                drive.take(piece)
    if selection.segment is not None:
        met &= _standing(drive, knowledge, selection.segment)
    if not met:
        wanted = {"segment": selection.segment, "store": selection.store, "channel": selection.channel}
        named = " ".join(f"--{name} {value}" for name, value in wanted.items() if value is not None)
        raise ReplayError(f"{named}: nobody in {', '.join(names)} is like that; is it written as in the touchpoints?")
    return replace(selection, customers=frozenset(met))


def _met(key: str, body: object, selection: Selection) -> bool:
    if key == EVERYONE or not isinstance(body, Touchpoint):
        return False
    return selection.store in (None, body.location_id) and selection.channel in (None, body.channel)


def _standing(drive: Drive, knowledge: Knowledge, type_id: str) -> set[str]:
    """Customers who stand in that relationship now."""
    relationships = Relationships(knowledge)
    found: set[str] = set()
    for states in drive.states.values():
        for customer in list(states.customers()):
            live = states.live(customer)
            if live is not None and relationships.declared(live.customer) == type_id:
                found.add(customer)
    return found
