"""Follows output topics with a plain consumer: no group, no commits, no effect on the line."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from rapport.failure import WRONG_USAGE, Failure
from schemas import topics
from schemas.codec import decode_outputs
from schemas.records import Emitted, Rejected, Undecodable

ALERTS: Final = tuple(topics.alert_topic(team) for team in topics.TEAMS)
USUAL: Final[tuple[str, ...]] = (*ALERTS, topics.SHIFTS, topics.SIGNALS, topics.DECISIONS)
OUTPUTS: Final[tuple[str, ...]] = (*USUAL, topics.DLQ, topics.HISTORY_ALERTS, topics.CUSTOMERS, topics.MEASURES)

_POLL_MS: Final = 200
_REMEMBERED: Final = 10_000


def chosen(names: Sequence[str], team: str | None) -> tuple[str, ...]:
    """The topics to follow: those named, a team's alerts, or the usual ones. Failure names the nearest known name."""
    if team is not None and team not in topics.TEAMS:
        raise Failure(f"no team is called {team}{_nearest(team, topics.TEAMS)}", WRONG_USAGE)
    for name in names:
        if name not in OUTPUTS:
            raise Failure(f"{name} is no topic of outputs{_nearest(name, OUTPUTS)}", WRONG_USAGE)
    if team is not None:
        return (*names, topics.alert_topic(team))
    return tuple(names) or USUAL


def follow(bootstrap: str, names: Sequence[str], over: Callable[[], bool], *, begin: bool = False) -> Iterator[Emitted]:
    """Outputs as they come, each id once, until `over()`; with `begin` from the beginning of the topics.

    A broker that goes away is waited for. Failure when it, or a topic, is not there at the start.
    """
    try:
        consumer = KafkaConsumer(
            bootstrap_servers=bootstrap.split(","), client_id="rapport-tail", enable_auto_commit=False,
            auto_offset_reset="earliest", fetch_max_wait_ms=100, max_partition_fetch_bytes=20 * 1024 * 1024,
        )  # fmt: skip
    except KafkaError as error:
        raise Failure(f"Kafka at {bootstrap} does not answer ({error}); is `rapport up` running?") from error
    known: OrderedDict[str, None] = OrderedDict()
    try:
        _assign(consumer, names, begin)
        while not over():
            for records in consumer.poll(timeout_ms=_POLL_MS).values():
                for output in outputs(records):
                    if output.id in known:
                        continue
                    known[output.id] = None
                    if len(known) > _REMEMBERED:
                        known.popitem(last=False)
                    yield output
    finally:
        consumer.close()


def outputs(records: Sequence[Any]) -> list[Emitted]:
    """What lies in consumed records of one topic; what is no output is left out."""
    if records and records[0].topic == topics.DLQ:
        return [dead_letter(record) for record in records]
    found = decode_outputs([record.value for record in records if record.value is not None])
    return [output for output in found if not isinstance(output, Undecodable)]


def dead_letter(record: Any) -> Rejected:
    """A dead letter by its headers; those that lack are empty."""
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    return Rejected(
        id=headers.get("id") or f"{record.partition}:{record.offset}", at=int(headers.get("at") or record.timestamp),
        partition=int(headers.get("partition") or record.partition), offset=int(headers.get("offset") or record.offset),
        knowledge="", customer_id=None, stage=headers.get("stage", ""), reason=headers.get("reason", ""),
        detail=headers.get("detail", ""), original=record.value or b"",
    )  # fmt: skip


def _assign(consumer: KafkaConsumer, names: Sequence[str], begin: bool) -> None:
    parts: list[TopicPartition] = []
    for name in names:
        found = consumer.partitions_for_topic(name)
        if not found:
            raise Failure(f"there is no topic {name}; `rapport init` makes all of them")
        parts += [TopicPartition(name, partition) for partition in sorted(found)]
    consumer.assign(parts)
    ends = {} if begin else consumer.end_offsets(parts)
    for part in parts:
        consumer.seek(part, ends.get(part, 0))


def _nearest(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" (did you mean {near[0]}?)" if near else f"; there are {', '.join(known)}"
