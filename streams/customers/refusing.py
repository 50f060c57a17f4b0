"""What could not be done at a moment of a customer, as an output."""

from __future__ import annotations

from schemas.codec import encode_touchpoint
from schemas.records import Because, Rejected
from streams.customers.ids import output_id
from streams.customers.moment import Moment


def refused(moment: Moment, room: str, reason: str, detail: str) -> Rejected:
    """Of the moment's own touchpoint, or without an original where time or the company was the cause."""
    return Rejected(
        id=output_id("rejected", room, 1, moment.customer_id, reason, "", moment.cause), at=moment.at,
        partition=moment.partition, offset=moment.offset, knowledge=moment.knowledge.version,
        because=(Because(moment.event_id, reason),), customer_id=moment.customer_id, history=moment.history,
        stage="engine", reason=reason, detail=detail,
        original=b"" if moment.touchpoint is None else encode_touchpoint(moment.touchpoint),
    )  # fmt: skip
