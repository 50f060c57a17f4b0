"""A rejected record as it stands on the dead-letter topic: the original bytes and key, the rest as headers.

Beside the letters stand marks, that a touchpoint only repeats one: nobody is to count it, and nothing was wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.letters import MARK, REPEATED, attempt_of, further, whose
from schemas.records import EVERYONE, Rejected
from schemas.traces import carried
from streams.app import metrics
from streams.app.outbox import Entry
from streams.engine.outcome import Repeated


def entries(rejected: Sequence[Rejected], records: Sequence[Any], topic: str) -> list[Entry]:
    """One entry a rejection of a chunk; `topic` and the rejection's partition and offset say where the record stood."""
    if not rejected:
        return []
    originals = {record.offset: record for record in records}
    return [_entry(each, *_original_of(each, originals), topic, originals.get(each.offset)) for each in rejected]


def marks(repeated: Sequence[Repeated], partition: int) -> list[Entry]:
    """One mark a repetition, under its customer's key."""
    return [(each.key.encode(), None, _of_mark(each, partition), None) for each in repeated]


def _of_mark(repeated: Repeated, partition: int) -> list[tuple[str, bytes]]:
    named = {
        MARK: REPEATED,
        "event_id": repeated.event_id,
        "at": str(repeated.at),
        "partition": str(partition),
        "offset": str(repeated.offset),
    }
    return [(name, text.encode()) for name, text in named.items()]


def _original_of(rejected: Rejected, chunk: Mapping[int, Any]) -> tuple[bytes | None, bytes | None]:
    """Key and value of the record that was refused; `chunk` has the records by offset.

    What failed for one customer at a tick, or when a company-wide record was met, has none:
    that record is not at fault, and may be of an earlier chunk.
    """
    record = chunk.get(rejected.offset)
    if record is None or (rejected.customer_id is not None and record.key == EVERYONE.encode()):
        return (rejected.customer_id or EVERYONE).encode(), rejected.original
    return record.key, record.value


def _entry(rejected: Rejected, key: bytes | None, value: bytes | None, topic: str, record: Any | None) -> Entry:
    metrics.DEAD_LETTERS.labels(rejected.stage, rejected.reason).inc()
    named = {
        "id": rejected.id,
        "stage": rejected.stage,
        "reason": rejected.reason,
        "detail": rejected.detail,
        "topic": topic,
        "partition": str(rejected.partition),
        "offset": str(rejected.offset),
        "at": str(rejected.at),
    }
    because = next((each.event_id for each in rejected.because), None)
    attempt = 1 if record is None else attempt_of(record.headers)
    named |= further(
        rejected.reason, attempt, customer=rejected.customer_id or whose(key), because=because,
        knowledge=rejected.knowledge,
    )  # fmt: skip
    trace = None if record is None else carried(record.headers)
    headers = [(name, text.encode()) for name, text in named.items()]
    return key, value, headers if trace is None else [*headers, trace], None
