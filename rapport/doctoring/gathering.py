"""All facts that the checks judge: asked once, those that must move in two looks a few seconds apart."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from rapport.doctoring import records
from rapport.doctoring.asking import machine, processes, reading
from rapport.doctoring.asking.http import Answer
from rapport.doctoring.asking.kafka import Cluster, Unanswered
from rapport.doctoring.asking.processes import Addressed
from rapport.doctoring.asking.reading import Newest
from rapport.doctoring.broker import BrokerSeen
from rapport.doctoring.certificates import CertificateSeen
from rapport.doctoring.clocks import ClocksSeen
from rapport.doctoring.delivery import DeliverySeen
from rapport.doctoring.disks import DiskSeen
from rapport.doctoring.groups import GroupSeen, Look
from rapport.doctoring.letters import LettersSeen
from rapport.doctoring.records import Sample
from rapport.doctoring.store import StoreSeen
from rapport.doctoring.topics import TopicSeen
from rapport.doctoring.workers import WorkerSeen
from rapport.running import Running
from rapport.settings import Settings
from schemas import topics
from schemas.topics import Topic
from sinks.clickhouse.sink import GROUP as SINK_GROUP
from sinks.frontline.config import faults as delivery_faults
from sinks.frontline.process import GROUP as DELIVERY_GROUP
from sinks.store.process import stored_topics
from streams.app.line import GROUP as WORKER_GROUP

LOOK_S: Final = 4.0
"""Between two looks: workers commit twice a second, the sink once, and ticks come every second."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unasked:
    """A question that could not be asked, or was not answered."""

    why: str


Asked: TypeAlias = T | Unasked


@dataclass(frozen=True, slots=True)
class Place:
    """What to look at. `settings` name no Kafka where none is known; `note` is that of an `up` that runs."""

    settings: Settings
    note: Running | None = None
    workers: tuple[str, ...] = ()
    look_s: float = LOOK_S

    @property
    def topics(self) -> tuple[Topic, ...]:
        return topics.load(self.settings.partitions)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that was seen. `members` of the groups: None where Kafka did not say."""

    place: Place
    broker: BrokerSeen
    topics: Asked[Mapping[str, TopicSeen]]
    samples: Asked[Sequence[Sample]]
    workers_group: Asked[GroupSeen]
    sink_group: Asked[GroupSeen]
    letters: Asked[LettersSeen]
    version: Asked[str | None]
    workers: Sequence[WorkerSeen]
    without_metrics: Sequence[str]
    store: StoreSeen
    clocks: Asked[ClocksSeen]
    disks: Sequence[DiskSeen]
    brokers_disks: Asked[Sequence[DiskSeen]]
    certificates: Sequence[CertificateSeen]
    delivery: Asked[DeliverySeen] | None
    """None where no setting names a delivery file."""


def gather(place: Place) -> Facts:
    """Ask everything; takes a little longer than the two looks are apart, and bounded time whatever is away."""
    where = place.settings.kafka
    if not where:
        why = f"none is known: nothing runs on {place.settings.data}, and RAPPORT_KAFKA is not set"
        return _Gathering(place, None, BrokerSeen("Kafka", error=why)).facts()
    try:
        cluster = Cluster(place.settings)
    except Unanswered as error:
        return _Gathering(place, None, BrokerSeen(where, error=str(error))).facts()
    with cluster:
        return _Gathering(place, cluster, cluster.seen).facts()


@dataclass(frozen=True, slots=True)
class _Look:
    """What must move between two looks."""

    workers: Asked[Look]
    sink: Asked[Look]
    newest: Asked[Newest]
    scrapes: Mapping[str, Answer]
    begun_ms: int
    here_ms: int


class _Gathering:
    """One examination. Without a cluster every question to it is `Unasked`."""

    def __init__(self, place: Place, cluster: Cluster | None, broker: BrokerSeen) -> None:
        self._place = place
        self._settings = place.settings
        self._cluster = cluster
        self._broker = broker
        self._workers = processes.workers(place.settings, place.workers, place.note)
        self._there = self._ask(lambda cluster: cluster.topics(topic.name for topic in place.topics))

    def facts(self) -> Facts:
        first, started = self._look(), time.monotonic()
        samples, letters = self._ask(lambda cluster: self._samples(cluster, first)), self._letters()
        version = self._of(topics.KNOWLEDGE, reading.version)
        brokers_disks = self._ask(lambda cluster: cluster.disks())
        if self._cluster is not None or any(answer.status for answer in first.scrapes.values()):
            time.sleep(max(0.0, self._place.look_s - (time.monotonic() - started)))
        second = self._look()
        sink_group = self._group(SINK_GROUP, "store", "`rapport store`", first.sink, second.sink)
        store, store_ms = self._store(sink_group)
        return Facts(
            place=self._place,
            broker=self._broker,
            topics=self._there,
            samples=samples,
            workers_group=self._group(WORKER_GROUP, "worker", "`rapport worker`", first.workers, second.workers),
            sink_group=sink_group,
            letters=letters,
            version=version,
            workers=[_worker(each, first, second) for each in self._workers if each.address],
            without_metrics=[each.name for each in self._workers if not each.address],
            store=store,
            clocks=self._clocks(first, second, store_ms),
            disks=[machine.disk(self._settings.data)],
            brokers_disks=brokers_disks,
            certificates=machine.certificates_of(self._settings, self._cluster is not None),
            delivery=self._delivery(),
        )

    def _delivery(self) -> Asked[DeliverySeen] | None:
        file = self._settings.delivery
        if file is None:
            return None
        look = self._position(DELIVERY_GROUP, (topics.DELIVERIES,))
        if isinstance(look, Unasked):
            return look
        return DeliverySeen(str(file), delivery_faults(file, self._settings.knowledge), look.members)

    def _ask(self, question: Callable[[Cluster], T]) -> Asked[T]:
        if self._cluster is None:
            return Unasked("Kafka does not answer")
        try:
            return question(self._cluster)
        except Unanswered as error:
            return Unasked(str(error))

    def _of(self, topic: str, question: Callable[[Cluster], T]) -> Asked[T]:
        """A question about one topic, where it is there."""
        if isinstance(self._there, Unasked):
            return self._there
        return self._ask(question) if topic in self._there else Unasked(f"topic {topic} is missing")

    def _look(self) -> _Look:
        begun_ms = time.time_ns() // 1_000_000
        newest = self._of(topics.RAW, lambda cluster: reading.newest(cluster, self._partitions(topics.RAW)))
        here_ms = time.time_ns() // 1_000_000
        return _Look(
            self._position(WORKER_GROUP, (topics.RAW, topics.RESOLVED)),
            self._position(SINK_GROUP, stored_topics(self._settings.partitions)),
            newest,
            processes.scrapes(self._workers),
            begun_ms,
            here_ms,
        )

    def _position(self, group: str, names: Sequence[str]) -> Asked[Look]:
        there = self._there
        if isinstance(there, Unasked):
            return there
        return self._ask(lambda cluster: cluster.look(group, {n: there[n] for n in names if n in there}))

    def _group(self, name: str, what: str, start: str, first: Asked[Look], second: Asked[Look]) -> Asked[GroupSeen]:
        if isinstance(first, Unasked):
            return first
        if isinstance(second, Unasked):
            return second
        last = self._ask(lambda cluster: reading.oldest(cluster, second))
        return last if isinstance(last, Unasked) else GroupSeen(name, what, start, first, last)

    def _samples(self, cluster: Cluster, first: _Look) -> list[Sample]:
        there = {} if isinstance(self._there, Unasked) else self._there
        wanted = {
            topic.name: there[topic.name]
            for topic in self._place.topics
            if records.has_schema(topic)
            if topic.name in there
        }
        unread = () if isinstance(first.workers, Unasked) else first.workers.positions
        return reading.samples(cluster, wanted, unread)

    def _letters(self) -> Asked[LettersSeen]:
        now_ms, minimum = time.time_ns() // 1_000_000, self._settings.breaker_minimum
        return self._of(
            topics.DLQ, lambda cluster: reading.letters(cluster, self._partitions(topics.DLQ), now_ms, minimum)
        )

    def _partitions(self, topic: str) -> int:
        return 0 if isinstance(self._there, Unasked) else self._there[topic].partitions

    def _store(self, group: Asked[GroupSeen]) -> tuple[StoreSeen, int | None]:
        """The store with what its group says of it; and how far its clock is ahead of ours, in milliseconds."""
        now = time.time()
        seen, date_ms = processes.store_seen(processes.store(self._settings, self._place.note), now)
        if not isinstance(group, Unasked):
            look = group.second
            seen = replace(seen, unread=sum(each.lag for each in look.positions), members=look.members)
        return seen, None if date_ms is None else date_ms - int(now * 1000)

    def _clocks(self, first: _Look, second: _Look, store_ms: int | None) -> Asked[ClocksSeen]:
        before, now = first.newest, second.newest
        if isinstance(before, Unasked):
            return before
        if isinstance(now, Unasked):
            return now
        moved = before.at_ms is not None and now.at_ms is not None and now.at_ms > before.at_ms
        driven = self._settings.clock == "driven"
        return ClocksSeen(
            second.here_ms, now.at_ms, moved, now.tick_ms, now.tick_at_ms, store_ms, driven, first.begun_ms
        )


def _worker(worker: Addressed, first: _Look, second: _Look) -> WorkerSeen:
    return processes.worker_seen(worker, first.scrapes[worker.address], second.scrapes[worker.address])
