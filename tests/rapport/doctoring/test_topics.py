"""Topics against `schemas/topics.yaml`: each kind of difference, and how bad it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from rapport.doctoring.topics import TopicSeen, judge
from schemas import topics

WANTED = topics.load(4)
Seen = Mapping[str, TopicSeen]


def as_wanted() -> dict[str, TopicSeen]:
    return {t.name: TopicSeen(t.partitions, 0, dict(t.config), frozenset(dict(t.config))) for t in WANTED}


def without(*names: str) -> Seen:
    return {name: seen for name, seen in as_wanted().items() if name not in names}


def otherwise(name: str, change: Callable[[TopicSeen], TopicSeen]) -> Seen:
    return as_wanted() | {name: change(as_wanted()[name])}


def set_to(name: str, option: str, value: str) -> Seen:
    return otherwise(name, lambda t: replace(t, config={**t.config, option: value}, own=t.own | {option}))


@pytest.mark.parametrize(
    ("seen", "severity", "about", "told"),
    [
        pytest.param(as_wanted(), "ok", f"{len(WANTED)} topics", "as schemas/topics.yaml says", id="as they should be"),
        pytest.param(without(topics.DLQ), "action", topics.DLQ, "missing", id="one is missing"),
        pytest.param(
            {},
            "action",
            f"{topics.RAW}, {topics.RESOLVED}, {topics.DLQ} and {len(WANTED) - 3} more",
            "missing",
            id="all are",
        ),
        pytest.param(
            otherwise(topics.RAW, lambda t: replace(t, partitions=3)),
            "action",
            topics.RAW,
            "has 3 partitions, RAPPORT_PARTITIONS says 4",
            id="other partitions",
        ),
        pytest.param(
            otherwise(topics.RAW, lambda t: replace(t, leaderless=1)), "action", topics.RAW, "1 of 4", id="no leader"
        ),
        pytest.param(
            set_to(topics.RAW, "retention.ms", "60000"),
            "action",
            topics.RAW,
            "retention.ms is 60000 (60 s), schemas/topics.yaml says 604800000 (7.0 d)",
            id="shorter retention",
        ),
        pytest.param(set_to(topics.RAW, "retention.ms", "-1"), "warning", topics.RAW, "is -1", id="kept for ever"),
        pytest.param(set_to(topics.RAW, "retention.ms", "1209600000"), "warning", topics.RAW, "14 d", id="kept longer"),
        pytest.param(
            set_to(topics.STATES, "cleanup.policy", "delete"),
            "action",
            topics.STATES,
            "cleanup.policy is delete",
            id="states would be deleted",
        ),
        pytest.param(
            set_to(topics.STATES, "segment.ms", "1"), "warning", topics.STATES, "segment.ms is 1", id="another value"
        ),
        pytest.param(
            set_to(topics.RAW, "retention.bytes", "1000"),
            "warning",
            topics.RAW,
            "settings of its own that schemas/topics.yaml does not name: retention.bytes=1000",
            id="extra",
        ),
    ],
)
def test_a_difference_is_named_with_its_remedy(seen: Seen, severity: str, about: str, told: str) -> None:
    (finding,) = judge(WANTED, seen)
    assert (finding.severity, finding.about) == (severity, about)
    assert told in finding.seen
