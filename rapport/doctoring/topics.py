"""Are the topics those of `schemas/topics.yaml`?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rapport.doctoring.finding import Finding, action, duration, ok, warning
from schemas.topics import Topic

NAME: Final = "topics"
_RETENTION: Final = "retention.ms"
_DECISIVE: Final = ("cleanup.policy", _RETENTION, "max.message.bytes", "message.timestamp.type")
"""Another value of these loses records, or breaks what reads them."""


@dataclass(frozen=True, slots=True)
class TopicSeen:
    """A topic as it stands: all of its configuration, and which of that was set for this topic alone."""

    partitions: int
    leaderless: int = 0
    config: Mapping[str, str | None] = field(default_factory=dict)
    own: frozenset[str] = frozenset()


def judge(wanted: Sequence[Topic], seen: Mapping[str, TopicSeen]) -> list[Finding]:
    """A finding for every difference; one `ok` where there is none."""
    missing = [topic.name for topic in wanted if topic.name not in seen]
    found = [each for topic in wanted if topic.name in seen for each in _of(topic, seen[topic.name])]
    if missing:
        few = ", ".join(missing[:3]) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
        found.insert(0, action(NAME, few, "missing", "`rapport init` makes what lacks and touches nothing else"))
    return found or [ok(NAME, f"{len(wanted)} topics", "as schemas/topics.yaml says")]


def _of(topic: Topic, seen: TopicSeen) -> Iterator[Finding]:
    if seen.partitions != topic.partitions:
        yield action(
            NAME, topic.name, f"has {seen.partitions} partitions, RAPPORT_PARTITIONS says {topic.partitions}",
            f"set RAPPORT_PARTITIONS to what `rapport init` made ({seen.partitions}, if all topics have it); the number"
            " never changes, for keys would go elsewhere than the log says",
        )  # fmt: skip
    if seen.leaderless:
        yield action(
            NAME, topic.name, f"{seen.leaderless} of {seen.partitions} partitions have no leader",
            "bring back the brokers that hold them; until then nothing of them is read or written",
        )  # fmt: skip
    for name, value in topic.config:
        if seen.config.get(name) != value:
            yield _otherwise(topic, name, value, seen.config.get(name))
    extra = sorted(seen.own - {name for name, _ in topic.config})
    if extra:
        told = ", ".join(f"{name}={seen.config.get(name)}" for name in extra)
        remove = f"kafka-configs.sh --bootstrap-server HOST:PORT --topic {topic.name} --alter --delete-config"
        yield warning(
            NAME, topic.name, f"has settings of its own that schemas/topics.yaml does not name: {told}",
            f"write them there if they are meant, or: {remove} {','.join(extra)}",
        )  # fmt: skip


def _otherwise(topic: Topic, name: str, value: str, found: str | None) -> Finding:
    alter = f"kafka-configs.sh --bootstrap-server HOST:PORT --topic {topic.name} --alter --add-config {name}={value}"
    seen = f"{name} is {_shown(name, found)}, schemas/topics.yaml says {_shown(name, value)}"
    longer = name == _RETENTION and found is not None and _keeps(found) >= _keeps(value)
    if name in _DECISIVE and not longer:
        return action(NAME, topic.name, seen, alter)
    return warning(NAME, topic.name, seen, f"{alter}, if it is not meant")


def _keeps(retention: str) -> float:
    return float("inf") if int(retention) < 0 else int(retention)


def _shown(name: str, value: str | None) -> str:
    if name != _RETENTION or value is None or int(value) < 0:
        return "not set" if value is None else value
    return f"{value} ({duration(int(value) / 1000)})"
