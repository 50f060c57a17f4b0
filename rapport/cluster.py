"""Kafka as Rapport needs it: there, and with all its topics."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import KafkaError

from rapport.connection import Kafka
from rapport.failure import Failure, told
from rapport.reaching import Refused, opened, reach
from schemas.topics import RAW, Topic

_REMEDY: Final = "start it, or set RAPPORT_KAFKA to one that runs, or leave RAPPORT_KAFKA empty for a broker of our own"


def connect(kafka: Kafka, wait_s: float, say: Callable[[str], None]) -> KafkaAdminClient:
    """An administrator's client of a cluster that answers; the caller closes it.

    Says what it waits for; Failure when nothing answers within `wait_s` seconds, or lets us in.
    """

    def admin(timeout_ms: int) -> KafkaAdminClient:
        return opened(KafkaAdminClient, **kafka.client(), client_id="rapport-admin", bootstrap_timeout_ms=timeout_ms)

    with told(Refused):
        try:
            return reach(kafka, admin, wait_s, lambda: say(f"waiting for Kafka at {kafka} (up to {wait_s:.0f} s)"))
        except KafkaError as error:
            raise Failure(f"Kafka at {kafka} does not answer ({error}); {_REMEDY}") from error


def make_topics(admin: KafkaAdminClient, wanted: Sequence[Topic]) -> list[str]:
    """Create what lacks, the raw topic last: nothing may come in before the rest stands. Returns the names made."""
    there = set(admin.list_topics())
    missing = sorted((topic for topic in wanted if topic.name not in there), key=lambda topic: topic.name == RAW)
    for batch in ([topic for topic in missing if topic.name != RAW], [t for t in missing if t.name == RAW]):
        if not batch:
            continue
        specs = {
            topic.name: {"num_partitions": topic.partitions, "replication_factor": -1, "configs": dict(topic.config)}
            for topic in batch
        }
        try:
            admin.create_topics(specs, wait_for_metadata=True)
        except KafkaError as error:
            names = ", ".join(specs)
            raise Failure(f"Kafka would not create {names}: {error}; may this user create topics?") from error
    return [topic.name for topic in missing]


def differences(admin: KafkaAdminClient, wanted: Sequence[Topic]) -> list[str]:
    """Where topics that exist are not as `schemas/topics.yaml` says, one sentence each.

    Another number of partitions is a Failure: keys would go elsewhere than the log says.
    """
    found = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics([t.name for t in wanted])}
    for topic in wanted:
        if found[topic.name] != topic.partitions:
            raise Failure(
                f"topic {topic.name} has {found[topic.name]} partitions, the settings want {topic.partitions}: the"
                f" number is fixed at the first `rapport init`; set RAPPORT_PARTITIONS={found[topic.name]}"
            )
    resources = [ConfigResource("topic", topic.name, [name for name, _ in topic.config]) for topic in wanted]
    configs = admin.describe_configs(resources, config_filter="all")["topic"]
    return [
        f"topic {topic.name}: {name} is {value_of(configs[topic.name], name)}, schemas/topics.yaml says {value}"
        for topic in wanted
        for name, value in topic.config
        if value_of(configs[topic.name], name) != value
    ]


def value_of(config: dict[str, dict[str, str]], name: str) -> str | None:
    entry = config.get(name)
    return None if entry is None else entry["value"]
