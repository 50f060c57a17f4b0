"""Records read for the checks, a bounded number of each place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from rapport.doctoring.asking.kafka import Cluster
from rapport.doctoring.groups import Look, Position
from rapport.doctoring.letters import WITHIN_S, LettersSeen
from rapport.doctoring.records import EACH, Sample
from rapport.doctoring.topics import TopicSeen
from schemas import topics
from schemas.codec import decode_touchpoints
from schemas.letters import LETTER, MARK
from schemas.records import Touchpoint

_LETTERS: Final = 5_000
"""Dead letters counted of one partition, at most."""
_TICKS_MS: Final = 5_000
_TICKS_AMONG: Final = 5_000
"""Records of the quietest partition read to find one: more than it takes in a second."""


@dataclass(frozen=True, slots=True)
class Newest:
    """Kafka's time of the newest raw record, and of the newest tick with what that says; None: there is none."""

    at_ms: int | None = None
    tick_ms: int | None = None
    tick_at_ms: int | None = None


def samples(cluster: Cluster, there: Mapping[str, TopicSeen], next_read: Iterable[Position]) -> list[Sample]:
    """The latest records of the topics, and those that come next where something is unread."""
    places = [(name, p) for name, seen in there.items() for p in range(seen.partitions)]
    starts = {place: max(first, end - EACH) for place, (first, end) in cluster.ends(places).items()}
    latest = cluster.read(starts, EACH)
    unread = {(p.topic, p.partition): p.next for p in next_read if p.lag and p.next < starts[p.topic, p.partition]}
    found = [*latest.items(), *cluster.read(unread, EACH).items()]
    return [Sample(*place, tuple(record.value for record in read)) for place, read in found]


def oldest(cluster: Cluster, look: Look) -> Look:
    """The look with Kafka's time of the oldest unread record of each partition."""
    read = cluster.read({(p.topic, p.partition): p.next for p in look.positions if p.lag}, 1)
    times = {place: found[0].timestamp for place, found in read.items() if found}
    return replace(
        look, positions=tuple(replace(p, oldest_ms=times.get((p.topic, p.partition))) for p in look.positions)
    )


def newest(cluster: Cluster, partitions: int) -> Newest:
    """Of the raw topic."""
    places = [(topics.RAW, p) for p in range(partitions)]
    ends = cluster.ends(places)
    last = cluster.read({place: end - 1 for place, (first, end) in ends.items() if end > first}, 1)
    times = [found[0].timestamp for found in last.values() if found]
    if not times:
        return Newest()
    recent = cluster.since(topics.RAW, partitions, max(times) - _TICKS_MS)
    quietest = min(recent, key=lambda place: ends[place][1] - recent[place])
    found = cluster.read({quietest: recent[quietest]}, _TICKS_AMONG).get(quietest, [])
    ticks = [(record.timestamp, said) for record, said in _decoded(found) if said.type == "clock.tick"]
    at, said = max(ticks, key=lambda tick: tick[0], default=(None, None))
    return Newest(max(times), None if said is None else said.occurred_at, at)


def letters(cluster: Cluster, partitions: int, now_ms: int, minimum: int) -> LettersSeen:
    """Dead letters of the last hour."""
    starts = cluster.since(topics.DLQ, partitions, now_ms - int(WITHIN_S * 1000))
    read = cluster.read(starts, _LETTERS)
    counts = unmended(record for found in read.values() for record in found)
    return LettersSeen(counts, any(len(found) >= _LETTERS for found in read.values()), minimum)


def unmended(records: Iterable[Any]) -> Counter[tuple[str, str]]:
    """Letters among the records of the topic, each once, by stage and reason, but for those that were replayed."""
    found = [dict(record.headers) for record in records]
    once = {headers.get("id", number): headers for number, headers in enumerate(found) if MARK not in headers}
    replayed = {headers.get(LETTER) for headers in found if MARK in headers}
    return Counter(
        (_text(headers.get("stage")), _text(headers.get("reason")))
        for letter, headers in once.items()
        if letter not in replayed
    )


def version(cluster: Cluster) -> str | None:
    """The version of knowledge that was put into the log last; None if none ever was."""
    place = (topics.KNOWLEDGE, 0)
    first, end = cluster.ends([place])[place]
    found = cluster.read({place: end - 1}, 1).get(place) if end > first else None
    return _text(found[0].key) if found else None


def _decoded(found: Sequence[Any]) -> list[tuple[Any, Touchpoint]]:
    bodies = decode_touchpoints([record.value for record in found])
    return [(record, body) for record, body in zip(found, bodies, strict=True) if isinstance(body, Touchpoint)]


def _text(value: bytes | None) -> str:
    return str(value or b"?", "utf-8", "replace")
