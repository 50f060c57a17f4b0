"""Kafka's own ids of topics, which change when a topic is deleted and made anew under its name."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from rapport.connection import Kafka
from rapport.reaching import opened
from sinks.membership import RECONNECT_MS


class TopicIds:
    """Ids as `kafka-topics --describe` prints them.

    A record read between two calls of `refresh` that give the same id belongs to that id:
    ask before the first read and before each insert.
    """

    def __init__(self, kafka: Kafka, topics: tuple[str, ...]) -> None:
        self._kafka = kafka
        self._topics = list(topics)
        self._admin: KafkaAdminClient | None = None
        self._ids: dict[str, str] = {}

    @property
    def known(self) -> bool:
        return bool(self._ids)

    @property
    def by_name(self) -> Mapping[str, str]:
        return self._ids

    def refresh(self) -> set[str]:
        """Ask the broker. The topics whose id is another than before; KafkaError if it can't be asked."""
        found = self._asked()
        changed = {topic for topic, known in self._ids.items() if found.get(topic, known) != known}
        self._ids.update(found)
        return changed

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def _asked(self) -> dict[str, str]:
        if self._admin is None:
            self._admin = opened(KafkaAdminClient, **self._kafka.client(), reconnect_backoff_max_ms=RECONNECT_MS)
        try:
            described = self._admin.describe_topics(self._topics)
        except KafkaError:
            self.close()
            raise
        return {each["name"]: _text(each["topic_id"]) for each in described if not each["error_code"]}


def _text(topic_id: uuid.UUID | str) -> str:
    value = topic_id if isinstance(topic_id, uuid.UUID) else uuid.UUID(topic_id)
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")
