"""Questions to Kafka, by an administrator's client and a consumer without a group."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, OffsetSpec
from kafka.errors import CoordinatorNotAvailableError, KafkaError

from rapport.connection import Kafka
from rapport.doctoring.broker import BrokerSeen
from rapport.doctoring.disks import DiskSeen
from rapport.doctoring.groups import Look, Position
from rapport.doctoring.topics import TopicSeen
from rapport.reaching import opened, refusal
from rapport.settings import Settings

CONNECT_S: Final = 3.0
ANSWER_S: Final = 10.0
READ_S: Final = 5.0
"""For one reading of records; what has not come by then is left out."""
COORDINATOR_S: Final = 3.0
"""The first question for a group makes a fresh cluster appoint who answers it."""

_OWN: Final = "DYNAMIC_TOPIC_CONFIG"
_NOWHERE: Final = -1


class Unanswered(Exception):
    """Kafka did not answer a question; the message is the reason."""


@contextmanager
def _asked(connecting: Kafka | None = None) -> Iterator[None]:
    """Unanswered with the reason; while `connecting`, that it lets nobody in is one, too."""
    try:
        yield
    except KafkaError as error:
        if connecting is not None and (refused := refusal(connecting)) is not None:
            raise Unanswered(f"it does not let us in: {refused.why}") from error
        raise Unanswered(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__) from error


class Cluster:
    """A cluster that has answered, as a context. `Unanswered` from any method: that could not be told."""

    def __init__(self, settings: Settings) -> None:
        """Unanswered within `CONNECT_S` when nothing is there."""
        known: dict[str, Any] = {
            **settings.cluster.client(), "client_id": "rapport-doctor",
            "bootstrap_timeout_ms": int(CONNECT_S * 1000), "request_timeout_ms": int(ANSWER_S * 1000),
        }  # fmt: skip
        with _asked(settings.cluster), ExitStack() as stack:
            self._admin = opened(KafkaAdminClient, **known)
            stack.callback(self._admin.close)
            started = time.monotonic()
            brokers = self._admin.describe_cluster()["brokers"]
            self.seen = BrokerSeen(settings.kafka, time.monotonic() - started, len(brokers))
            self._consumer = opened(
                KafkaConsumer, **known, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=100,
                max_partition_fetch_bytes=1 << 20, max_poll_records=20_000, allow_auto_create_topics=False,
            )  # fmt: skip
            stack.callback(self._consumer.close)
            self._opened = stack.pop_all()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._opened.close()

    def topics(self, names: Iterable[str]) -> dict[str, TopicSeen]:
        """Those of them that are there."""
        with _asked():
            there = sorted(set(names) & set(self._admin.list_topics()))
            described = (
                {each["name"]: each["partitions"] for each in self._admin.describe_topics(there)} if there else {}
            )
            asked = [ConfigResource("topic", name) for name in there]
            found = self._admin.describe_configs(asked, config_filter="all")["topic"] if there else {}
        return {name: _topic(partitions, found[name]) for name, partitions in described.items()}

    def look(self, group: str, topics: Mapping[str, TopicSeen]) -> Look:
        """The group at this moment, over the topics that are there."""
        places = [TopicPartition(name, p) for name, seen in topics.items() for p in range(seen.partitions)]
        with _asked():
            described = self._group(group)
            offsets = self._admin.list_group_offsets({group: places})[group] if places else {}
            begins, ends = self._offsets(places, OffsetSpec.EARLIEST), self._offsets(places, OffsetSpec.LATEST)
        at_ms = _now_ms()
        positions = [
            Position(
                tp.topic, tp.partition, begins[tp], ends[tp], _committed(offsets.get(tp)),
                retention_ms=_retention(topics[tp.topic]),
            )
            for tp in places
        ]  # fmt: skip
        return Look(at_ms, described["group_state"], len(described["members"]), tuple(positions))

    def read(self, starts: Mapping[tuple[str, int], int], each: int) -> dict[tuple[str, int], list[Any]]:
        """From each offset up to so many records, as far as they are there now and come within `READ_S`."""
        found: dict[tuple[str, int], list[Any]] = {}
        with _asked():
            wanted = {TopicPartition(*place): start for place, start in starts.items()}
            ends = self._offsets(wanted, OffsetSpec.LATEST)
            waiting = {tp for tp, start in wanted.items() if start < ends[tp]}
            self._consumer.assign(list(waiting))
            self._consumer.resume(*waiting)  # one that an earlier reading has paused stays so
            for tp in waiting:
                self._consumer.seek(tp, wanted[tp])
            limit = time.monotonic() + READ_S
            while waiting and time.monotonic() < limit:
                for tp, records in self._consumer.poll(timeout_ms=200).items():
                    kept = found.setdefault((tp.topic, tp.partition), [])
                    kept += records[: each - len(kept)]
                done = {tp for tp in waiting if self._done(tp, found, each, ends[tp])}
                self._consumer.pause(*done)
                waiting -= done
        return found

    def ends(self, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], tuple[int, int]]:
        """First and next offset of each."""
        asked = [TopicPartition(*place) for place in places]
        with _asked():
            firsts, nexts = self._offsets(asked, OffsetSpec.EARLIEST), self._offsets(asked, OffsetSpec.LATEST)
        return {(tp.topic, tp.partition): (firsts[tp], nexts[tp]) for tp in asked}

    def since(self, topic: str, partitions: int, at_ms: int) -> dict[tuple[str, int], int]:
        """The first offset of each partition that is as young as that; partitions without any are left out."""
        with _asked():
            found = self._offsets([TopicPartition(topic, p) for p in range(partitions)], at_ms)
        return {(topic, tp.partition): offset for tp, offset in found.items() if offset >= 0}

    def disks(self) -> list[DiskSeen]:
        """Where the brokers keep their logs. Brokers older than Kafka 3.3 do not say how much room there is."""
        with _asked():
            told = self._admin.describe_log_dirs()
        return [_disk(broker["broker"], each) for broker in told for each in broker["log_dirs"]]

    def _offsets(self, places: Iterable[TopicPartition], spec: int) -> dict[TopicPartition, int]:
        """By the administrator's client: of many partitions kafka-python's consumer leaves some out."""
        asked = dict.fromkeys(places, spec)
        found = self._admin.list_partition_offsets(asked) if asked else {}
        return {tp: place.offset for tp, place in found.items()}

    def _group(self, group: str) -> Mapping[str, Any]:
        limit = time.monotonic() + COORDINATOR_S
        while True:
            try:
                described: Mapping[str, Any] = self._admin.describe_groups([group])[group]
            except CoordinatorNotAvailableError:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.2)
            else:
                return described

    def _done(self, tp: TopicPartition, found: Mapping[tuple[str, int], list[Any]], each: int, end: int) -> bool:
        return len(found.get((tp.topic, tp.partition), ())) >= each or self._consumer.position(tp) >= end


def _topic(partitions: Sequence[Mapping[str, Any]], config: Mapping[str, Mapping[str, Any]]) -> TopicSeen:
    return TopicSeen(
        len(partitions),
        sum(partition["leader_id"] < 0 for partition in partitions),
        {name: entry["value"] for name, entry in config.items()},
        frozenset(name for name, entry in config.items() if entry["config_source"] == _OWN),
    )


def _retention(topic: TopicSeen) -> int | None:
    """None where nothing is deleted by its age."""
    kept = int(topic.config.get("retention.ms") or _NOWHERE)
    return kept if kept >= 0 and "delete" in (topic.config.get("cleanup.policy") or "") else None


def _committed(offset: Any) -> int | None:
    return None if offset is None or offset.offset < 0 else int(offset.offset)


def _disk(broker: int, told: Mapping[str, Any]) -> DiskSeen:
    where = f"broker {broker}: {told['log_dir']}"
    if told["error_code"]:
        return DiskSeen(where, error=f"the broker answers with error {told['error_code']}")
    if told.get("total_bytes", _NOWHERE) < 0:
        return DiskSeen(where, error="the broker does not say how much room there is")
    return DiskSeen(where, told["usable_bytes"], told["total_bytes"])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
