"""Do records carry the schemas of their topics? Of each partition the latest, and those that a worker reads next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from rapport.doctoring.finding import Finding, action, ok, warning
from schemas.codec import schema_of
from schemas.records import Undecodable
from schemas.registry import Registered
from schemas.topics import Topic

NAME: Final = "records"
EACH: Final = 100
"""Records looked at, of each partition and place."""
FLOOD: Final = 0.5
"""From this share on it is no single producer's slip."""

_UNREAD: Final = frozenset({"bytes", "json"})
"""Topics whose values are no Avro."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Values of one partition of a topic; None: a mark of deletion."""

    topic: str
    partition: int
    values: tuple[bytes | None, ...]


def has_schema(topic: Topic) -> bool:
    return not _UNREAD & set(topic.schemas)


def judge(wanted: Iterable[Topic], samples: Iterable[Sample]) -> list[Finding]:
    """One finding a topic where something is wrong; one `ok` where nothing is, saying how many were looked at."""
    topics = {topic.name: topic for topic in wanted}
    count = 0
    faults: dict[str, Counter[str]] = {}
    totals: Counter[str] = Counter()
    for sample in samples:
        topic = topics[sample.topic]
        for value in sample.values:
            if value is None and topic.compacted:
                continue
            count += 1
            totals[topic.name] += 1
            if fault := _fault(value, topic.schemas):
                faults.setdefault(topic.name, Counter())[fault] += 1
    found = [_finding(name, of, totals[name]) for name, of in sorted(faults.items())]
    if found:
        return found
    if not count:
        return [warning(NAME, "all topics", "there are no records yet", "send some: `rapport send FILE`")]
    return [ok(NAME, f"{len(totals)} topics", f"{count:,} of the latest records carry the schemas of their topics")]


def _fault(value: bytes | None, schemas: tuple[str, ...]) -> str:
    named = schema_of(value)
    if isinstance(named, Undecodable):
        return named.detail if named.reason == "unknown_schema" else named.reason
    return "" if named.name in schemas else _of_another(named)


def _of_another(named: Registered) -> str:
    return f"schema {named.id} ({named.name}) belongs to another topic"


def _finding(topic: str, faults: Mapping[str, int], total: int) -> Finding:
    bad = sum(faults.values())
    told = "; ".join(f"{what}: {count}" for what, count in sorted(faults.items(), key=lambda item: -item[1]))
    seen = f"{bad} of {total} records looked at are none of its schemas ({told})"
    if any("schema" in what for what in faults):
        return action(
            NAME, topic, seen,
            "a producer writes with a schema that this version lacks, or to the wrong topic: stop it; upgrade workers"
            " before producers. They become dead letters with their bytes, to be sent again: docs/dead-letters.md,"
            " docs/operations.md#rapportwrongschema",
        )  # fmt: skip
    if bad >= FLOOD * total:
        return action(
            NAME, topic, seen,
            "a flood of garbage: stop the producer (see `rapport doctor` on dead letters for its file or key); the"
            " breaker holds the partition meanwhile. docs/operations.md#rapportpoisonflood",
        )  # fmt: skip
    return warning(NAME, topic, seen, "a producer sends some garbage; each is a dead letter: docs/dead-letters.md")
