"""Why two runs say something else: for each customer the first record at which what is said of them parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import NamedTuple

from rapport.settings import Settings
from replay import sources
from replay.compare import Differences
from replay.drive import Drive, Trends
from replay.library import fetch_from
from replay.source import Chunk, Piece
from replay.whatif.twins import TIME, Cause, cause_of
from schemas.records import Emitted, Record
from streams.knowledge.model import Knowledge


class Parting(NamedTuple):
    """Customers by the kind of record at which they part: how many, with how many outputs, and the earliest of them."""

    type: str
    customers: int
    outputs: int
    example: Cause
    customer: str


def explained(
    found: Differences, names: Sequence[str], settings: Settings, knowledge: Knowledge, *, own_rules: bool
) -> list[Parting]:
    """Folds the source once more and looks where the first different output of each customer came out.

    The most customers first. Of trends' outputs, which are nobody's, nothing is said.
    """
    causes: dict[str, Cause] = {}
    outputs: Counter[str] = Counter()
    with closing(sources.opened(names, settings, in_step=own_rules)) as source:
        trends: Trends = "looped" if own_rules else "apart"
        fetch = fetch_from(names, settings)
        drive = Drive(source, knowledge, fetch, lambda _: None, own_rules=own_rules, trends=trends)
        for piece in source.pieces():
            folded = drive.folded(piece.partition, piece.records) if isinstance(piece, Chunk) else ()
            for customer, cause in _different(piece, folded, drive.take(piece), found):
                causes.setdefault(customer, cause)
                outputs[customer] += 1
    return _grouped(causes, outputs)


def _different(
    piece: Piece, folded: Sequence[Record], said: Sequence[Emitted], found: Differences
) -> Iterator[tuple[str, Cause]]:
    """Whose outputs at this piece differ, each once, and what came there, in the order of the log."""
    ours = [each for each in {each.id: each for each in said}.values() if each.id in found.ours and each.customer_id]
    if not isinstance(piece, Chunk):
        for output in ours:
            yield str(output.customer_id), Cause(TIME, "", output.at)
        return
    at = {record.offset: number for number, record in enumerate(folded)}
    places = [
        (
            at.get(each.offset, -1),
            str(each.customer_id),
            each.at,
            folded[at[each.offset]] if each.offset in at else None,
        )
        for each in ours
    ]
    for number, record in enumerate(piece.records):
        theirs = found.theirs.get((piece.partition, record.offset), ())
        places += [(number, customer, 0, record) for customer in theirs]
    for _, customer, moment, cause in sorted(places, key=lambda each: each[:3]):
        yield customer, Cause(TIME, "", moment) if cause is None else cause_of(cause)


def _grouped(causes: dict[str, Cause], outputs: Counter[str]) -> list[Parting]:
    groups: dict[str, list[str]] = {}
    for customer, cause in causes.items():
        groups.setdefault(TIME if cause.type == "clock.tick" else cause.type, []).append(customer)
    found = []
    for kind, customers in groups.items():
        first = min(customers, key=lambda each: (causes[each].at, each))
        found.append(Parting(kind, len(customers), sum(outputs[each] for each in customers), causes[first], first))
    return sorted(found, key=lambda each: (-each.customers, each.type))
