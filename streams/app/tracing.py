"""From a chunk's records to what they caused: the trace goes on in headers, and into the log.

The engine sees no headers, so no state, no output and no replay knows of a trace.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final

from structlog.contextvars import bound_contextvars

from schemas.records import Alert, AlertChange, Emitted, Record, Rejected, Touchpoint
from schemas.traces import TRACEPARENT, carried, is_sampled, is_traceparent

CARRIERS: Final = frozenset({Alert, AlertChange})
"""Outputs that carry the trace of the touchpoint that caused them."""

log = logging.getLogger(__name__)

Headers = list[tuple[str, bytes]]


class Traces:
    """The traces of a chunk. What no alert asks for costs nothing."""

    def __init__(self, records: Sequence[Any], chunk: Sequence[Record]) -> None:
        self._records = records
        self._chunk = chunk

    @cached_property
    def _places(self) -> dict[int, int]:
        return {record.offset: place for place, record in enumerate(self._chunk)}

    def of(self, output: Emitted) -> Headers:
        """The header of the touchpoint by which the output came about; none if it was a timer or a tick.

        A timer fires at the offset of the record that let time pass: that one is not the cause.
        """
        place = self._places.get(output.offset) if type(output) in CARRIERS else None
        if place is None:
            return []
        header, body = carried(self._records[place].headers), self._chunk[place].body
        if header is None or not isinstance(body, Touchpoint):
            return []
        return [header] if any(each.event_id == body.event_id for each in output.because) else []

    def tell(self, outputs: Iterable[Emitted]) -> None:
        """A log line for each alert whose trace is recorded by whoever began it."""
        for output in outputs:
            if type(output) is Alert and output.history is None:
                for _, value in self.of(output):
                    if is_traceparent(value) and is_sampled(value):
                        with bound_contextvars(traceparent=value.decode()):
                            log.info("alert %s to %s", output.id, output.team)


def tell_refused(rejected: Sequence[Rejected], records: Sequence[Any], topic: str) -> None:
    """One log line for the dead letters of a chunk: how many, and the first one with its trace."""
    if not rejected:
        return
    first = rejected[0]
    headers = next((record.headers for record in records if record.offset == first.offset), ())
    header = carried(headers)
    known = {TRACEPARENT: header[1].decode()} if header is not None and is_traceparent(header[1]) else {}
    with bound_contextvars(**known):
        log.warning(
            "%d of %d records of %s[%d] are dead letters; the first at offset %d: %s (%s)",
            len(rejected), len(records), topic, first.partition, first.offset, first.reason, first.id,
        )  # fmt: skip
