"""What a log lacks in its midst, and what can then not be held against it.

An erasure takes a customer's records out of the archive; what was counted of them stays counted in the measures, and in
what trends said of these. No run over what is left can say it again. What is said of one customer never depends on
another's records, and is compared all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from replay.source import Missing
from schemas.records import Alert, AlertChange, Emitted, Measure, Signal
from streams.engine.counting import BUCKET_MS


class Counted(NamedTuple):
    """Where an output of many came out: a measure in its resolved partition, a trend (no partition) at its moment."""

    partition: int | None
    offset: int
    at: int


def counted(output: Emitted) -> Counted | None:
    """None for what is about one customer."""
    if isinstance(output, Measure):
        return Counted(output.partition, output.offset, output.at)
    if output.customer_id is None and isinstance(output, Signal | Alert | AlertChange):
        return Counted(None, output.offset, output.at)
    return None


def lacking(holes: Mapping[int, Missing], place: Counted | None) -> bool:
    """Whether records are missing of what it counted: of a measure before it in its partition, of a trend, which is
    judged over all partitions, before the end of its bucket. `holes`: the first within each partition."""
    if place is None:
        return False
    if place.partition is None:
        return any(hole.until is None or place.at >= hole.until - BUCKET_MS for hole in holes.values())
    hole = holes.get(place.partition)
    return hole is not None and hole.first <= place.offset
