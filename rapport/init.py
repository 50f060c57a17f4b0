"""`rapport init`: the topics, and the knowledge that the log begins with. Idempotent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from producers.delivery import DeliveryFailed
from producers.kafka_log import KafkaLog
from rapport.cluster import connect, differences, make_topics
from rapport.failure import told
from rapport.knowing import read_knowledge
from rapport.settings import Settings
from schemas import keys, topics
from schemas.codec import decode_touchpoints, encode_touchpoint
from schemas.records import EVERYONE, Touchpoint
from schemas.wire import properties
from streams.knowledge.model import Knowledge

__all__ = ["Initialised", "activate", "activation", "init", "read_knowledge", "write_content"]

KAFKA_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `init` did: topics made, differences it left as they are, the version it activated if it was the first."""

    made: list[str]
    different: list[str]
    activated: str | None


def init(settings: Settings, say: Callable[[str], None], wait_s: float = KAFKA_WAIT_S) -> Initialised:
    """Make the topics that lack; at the very first start write the knowledge and activate it in every raw partition.

    Tables are made by the store, which alone may touch its folder.
    """
    knowledge = read_knowledge(settings)
    admin = connect(settings.cluster, wait_s, say)
    try:
        wanted = topics.load(settings.partitions)
        made = make_topics(admin, wanted)
        different = differences(admin, wanted)
        activated = _first_activation(settings, knowledge)
    finally:
        admin.close()
    return Initialised(made, different, activated)


def activate(settings: Settings, knowledge: Knowledge, wait_s: float = KAFKA_WAIT_S) -> str:
    """Write the content and one activation into the log, which holds from there on. Returns its version."""
    with told(DeliveryFailed):
        log = KafkaLog(settings.cluster, wait_s)
        try:
            write_content(log, knowledge)
            now = time.time_ns() // 1_000_000
            event_id = f"knowledge:{knowledge.version}:{now}"
            key = f"{keys.COMPANY}:{event_id}".encode()
            partition = keys.partition_for(key, log.partitions(topics.RAW))
            _write_activation(log, partition, activation(knowledge.version, event_id, now))
            log.flush()
        finally:
            log.close()
    return knowledge.version


def activation(version: str, event_id: str, at: int) -> Touchpoint:
    """The company-wide touchpoint after which `version` holds; `at` in milliseconds."""
    return Touchpoint(
        event_id=event_id, type="knowledge.activated", occurred_at=at, occurred_offset=0, channel="system",
        initiator="company", properties=msgspec.json.encode({"version": version}).decode(),
    )  # fmt: skip


def write_content(log: KafkaLog, knowledge: Knowledge) -> None:
    """Put the texts of a version on the knowledge topic, under its hash; awaited."""
    log.send(topics.KNOWLEDGE, 0, knowledge.version.encode(), msgspec.json.encode(knowledge.documents))
    log.flush()


def _first_activation(settings: Settings, knowledge: Knowledge) -> str | None:
    """Every raw partition begins with an activation. An `init` that was cut short is completed with its version."""
    with told(DeliveryFailed):
        log = KafkaLog(settings.cluster)
        try:
            ends = log.ends(topics.RAW)
            empty = [partition for partition, end in ends.items() if end == 0]
            if not empty:
                return None
            version = knowledge.version
            if len(empty) < len(ends):
                version = _begun_with(log, next(p for p in ends if p not in empty)) or version
            if version == knowledge.version:
                write_content(log, knowledge)
            now = time.time_ns() // 1_000_000
            for partition in empty:
                _write_activation(log, partition, activation(version, f"knowledge:{version}:first:{partition}", now))
            log.flush()
        finally:
            log.close()
    return version


def _begun_with(log: KafkaLog, partition: int) -> str | None:
    """The version that the partition's first record activates, if it still is the first."""
    for record in log.read(topics.RAW, {partition: 0}):
        (touchpoint,) = decode_touchpoints([record.value])
        if isinstance(touchpoint, Touchpoint) and touchpoint.type == "knowledge.activated":
            return str(properties(touchpoint).get("version"))
        break
    return None


def _write_activation(log: KafkaLog, partition: int, touchpoint: Touchpoint) -> None:
    log.send(topics.RAW, partition, EVERYONE.encode(), encode_touchpoint(touchpoint))
