"""Versions of knowledge that a log goes by."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from rapport.connection import Kafka
from rapport.settings import Settings
from replay.kafka_reading import Topics
from replay.source import ReplayError
from schemas import topics
from streams.knowledge.load import from_documents
from streams.knowledge.model import Knowledge


def fetch_from(sources: Sequence[str], settings: Settings) -> Callable[[str], Knowledge]:
    """How to get a version that the log activates; the function raises `ReplayError` where it can't be had."""

    def fetch(version: str) -> Knowledge:
        found = _of_kafka(settings.cluster, version) if settings.kafka else None
        if found is None:
            why = (
                f"topic {topics.KNOWLEDGE} of Kafka at {settings.kafka} does not hold it" if settings.kafka else
                "Kafka, which keeps every version, is not to be found: nothing runs on"
                f" {settings.data} (start `rapport up`), and RAPPORT_KAFKA is not set"
            )  # fmt: skip
            raise ReplayError(
                f"{', '.join(sources)}: the log goes by knowledge version {version}, which is not that of"
                f" {settings.knowledge}; {why}. Or go by other rules: --knowledge names a folder"
            )
        return found

    return fetch


def _of_kafka(kafka: Kafka, version: str) -> Knowledge | None:
    with Topics(kafka) as reader:
        for records in reader.read(topics.KNOWLEDGE, reader.spans(topics.KNOWLEDGE)):
            for record in records:
                if record.key == version.encode() and record.value is not None:
                    return from_documents(msgspec.json.decode(record.value, type=dict[str, str]))
    return None
