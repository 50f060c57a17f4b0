"""Every check by name, over the same facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from rapport.doctoring import (
    broker,
    certificates,
    clocks,
    delivery,
    disks,
    groups,
    letters,
    records,
    store,
    topics,
    workers,
)
from rapport.doctoring.finding import Finding, ok, unchecked
from rapport.doctoring.gathering import Asked, Facts, Place, T, Unasked, gather
from sinks.clickhouse.sink import GROUP as SINK_GROUP
from streams.app.line import GROUP as WORKER_GROUP

_SEE: Final = "mend what the findings on broker and topics name, then ask again"
_GROUP: Final = (groups.NAME, groups.RETENTION)
_CLOCKS: Final = (clocks.NAME, clocks.TIME)


class Check(NamedTuple):
    """The names that its findings have, and how it judges."""

    names: tuple[str, ...]
    judge: Callable[[Facts], list[Finding]]


def examine(place: Place) -> list[Finding]:
    """All findings, in the order of the checks."""
    facts = gather(place)
    return [finding for check in CHECKS for finding in check.judge(facts)]


def _judged(names: Sequence[str], about: str, asked: Asked[T], judge: Callable[[T], list[Finding]]) -> list[Finding]:
    """What could not be asked is told under every name that the check has."""
    if isinstance(asked, Unasked):
        return [unchecked(name, about, asked.why, _SEE) for name in names]
    return judge(asked)


def _topics(facts: Facts) -> list[Finding]:
    return _judged([topics.NAME], "all", facts.topics, lambda seen: topics.judge(facts.place.topics, seen))


def _records(facts: Facts) -> list[Finding]:
    return _judged([records.NAME], "all topics", facts.samples, lambda seen: records.judge(facts.place.topics, seen))


def _groups(facts: Facts) -> list[Finding]:
    return [
        *_judged(_GROUP, WORKER_GROUP, facts.workers_group, groups.judge),
        *_judged(_GROUP, SINK_GROUP, facts.sink_group, groups.judge),
    ]


def _workers(facts: Facts) -> list[Finding]:
    group = facts.workers_group
    members = None if isinstance(group, Unasked) else group.second.members
    blind = [
        unchecked(workers.NAME, name, "it has no metrics", "set RAPPORT_METRICS_PORT") for name in facts.without_metrics
    ]
    return [*blind, *(finding for seen in facts.workers for finding in workers.judge(seen, members))]


def _knowledge(facts: Facts) -> list[Finding]:
    return _judged(
        [workers.KNOWLEDGE], "knowledge.v1", facts.version, lambda version: workers.knowledge(facts.workers, version)
    )


def _letters(facts: Facts) -> list[Finding]:
    return _judged([letters.NAME], "touchpoints.dlq.v1", facts.letters, letters.judge)


def _store(facts: Facts) -> list[Finding]:
    return store.judge(facts.store)


def _clocks(facts: Facts) -> list[Finding]:
    return _judged(_CLOCKS, "this machine and Kafka", facts.clocks, clocks.judge)


def _disks(facts: Facts) -> list[Finding]:
    own = [finding for seen in facts.disks for finding in disks.judge(seen)]
    return own + _judged(
        [disks.NAME], "brokers", facts.brokers_disks, lambda all_: [each for seen in all_ for each in disks.judge(seen)]
    )


def _certificates(facts: Facts) -> list[Finding]:
    if not facts.certificates:
        return [ok(certificates.NAME, "settings", "no setting names a certificate")]
    return [finding for seen in facts.certificates for finding in certificates.judge(seen)]


def _delivery(facts: Facts) -> list[Finding]:
    if facts.delivery is None:
        return [ok(delivery.NAME, "settings", "no delivery file: nobody beyond the console is told of alerts")]
    return _judged([delivery.NAME], "rapport-deliver", facts.delivery, delivery.judge)


CHECKS: Final[tuple[Check, ...]] = (
    Check((broker.NAME,), lambda facts: broker.judge(facts.broker)),
    Check((topics.NAME,), _topics),
    Check((records.NAME,), _records),
    Check(_GROUP, _groups),
    Check((workers.NAME, workers.RECOVERY), _workers),
    Check((workers.KNOWLEDGE,), _knowledge),
    Check((letters.NAME,), _letters),
    Check((store.NAME,), _store),
    Check(_CLOCKS, _clocks),
    Check((disks.NAME,), _disks),
    Check((certificates.NAME,), _certificates),
    Check((delivery.NAME,), _delivery),
)
