"""Membership in a consumer group whose word never goes astray.

Two words do with kafka-python 3.0, and who waits for them waits for ever:

- A rejoin that a change of metadata began and that takes longer than one poll is forgotten: the assignment comes, is
  never taken, and the member sends no heartbeat any more (what KAFKA-9815 mended in the Java client).
- Who was killed before it knew all topics has left its successor of the same name an assignment without them. The
  broker repeats it, and kafka-python never looks at it again, for only who has handed out looks.

Both are mended by asking once more, as the member that it is: the broker has the group think anew when its leader
asks so, and tells everybody else what holds.
"""

from __future__ import annotations

import hashlib
import logging
import socket
import time
from collections.abc import Collection, Sequence
from typing import Any, Final

from kafka import ConsumerRebalanceListener, KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from rapport.connection import Kafka
from rapport.reaching import opened, reach
from rapport.settings import Settings

CONNECT_S: Final = 30.0
RECONNECT_MS: Final = 1_000
"""Longest pause between two attempts to reach a broker; the client's own 30 s would be lag after a restart."""

log = logging.getLogger(__name__)


def name_of(role: str, settings: Settings) -> str:
    """The same for the same data folder on the same host, so that a killed process takes up its own place again."""
    place = hashlib.blake2b(str(settings.data.resolve()).encode(), digest_size=6).hexdigest()
    return f"{role}-{socket.gethostname()}-{place}"


@ConsumerRebalanceListener.register
class Membership:
    """A consumer, a member of the group from its first poll on. All of it on the thread that polls it.

    A word that leaves a partition to nobody is doubted once, if it is the first: only that one can be older than this
    process. Where another member has what is not ours, as with one that stands by, nobody is asked.
    """

    def __init__(
        self,
        kafka: Kafka,
        group: str,
        topics: Sequence[str],
        *,
        name: str | None,
        session_s: int,
        patience_s: float,
        **options: Any,
    ) -> None:
        """`name`: one that a restarted process takes up again, so that it need not wait for its own death. `options`
        are added to the consumer's.

        `patience_s`: how long a word of the group may take, and is doubted.
        KafkaError if nobody answers within `CONNECT_S`; Refused if the cluster does not let us in.
        """

        def consumer(timeout_ms: int) -> KafkaConsumer:
            return opened(
                KafkaConsumer,
                **kafka.client(),
                client_id=group,
                group_id=group,
                group_instance_id=name,
                auto_offset_reset="earliest",
                enable_auto_commit=False,
                allow_auto_create_topics=False,
                session_timeout_ms=session_s * 1000,
                heartbeat_interval_ms=max(session_s * 1000 // 4, 100),
                reconnect_backoff_max_ms=RECONNECT_MS,
                bootstrap_timeout_ms=timeout_ms,
                **options,
            )

        self._kafka = kafka
        self._group = group
        self._topics = list(topics)
        self._patience_s = patience_s
        self._told = False
        self._believes = False
        self._since: float | None = time.monotonic()
        self.consumer = reach(kafka, consumer, CONNECT_S)
        self.consumer.subscribe(self._topics, listener=self)

    def handed(self, places: Collection[TopicPartition]) -> None:
        """What is ours from now on, all of it; it may be nothing."""

    def taken(self, places: Collection[TopicPartition]) -> None:
        """What was ours and is not until the group has spoken."""

    def tend(self) -> None:
        """To be called before polls: asks the group where its word is missing, or in doubt, for so long."""
        if self._since is None or time.monotonic() - self._since < self._patience_s:
            return
        self._since = time.monotonic()
        if not self._told:
            log.info("the group %s has said nothing for %.0f s; asking it once more", self._group, self._patience_s)
            self.ask()
            return
        try:
            wrong = self._leaves_out()
        except KafkaError as error:
            log.warning("whether group %s has left out anything is not known yet: %s", self._group, error)
            return
        self._believes = True
        if wrong:
            log.info("the group %s has left partitions to nobody; asking it once more", self._group)
            self.ask()
        else:
            self._since = None

    def ask(self) -> None:
        """Have the group say at one of the next polls what is ours."""
        self._told = False
        self._since = time.monotonic()
        self.consumer._coordinator.request_rejoin()

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        self._told = False
        self._since = time.monotonic()
        self.taken(revoked)

    on_partitions_lost = on_partitions_revoked

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        self._told = True
        self._since = None if self._believes else time.monotonic()
        self.handed(assigned)

    def _leaves_out(self) -> bool:
        """Whether a partition is in nobody's hands, or a topic has none yet."""
        places: set[TopicPartition] = set()
        for topic in self._topics:
            partitions = self.consumer.partitions_for_topic(topic)
            if not partitions:
                return True
            places.update(TopicPartition(topic, partition) for partition in partitions)
        missing = places - self.consumer.assignment()
        return bool(missing) and not missing <= self._in_hands()

    def _in_hands(self) -> set[TopicPartition]:
        admin = opened(KafkaAdminClient, **self._kafka.client(), bootstrap_timeout_ms=int(1000 * CONNECT_S))
        try:
            (group,) = admin.describe_groups([self._group]).values()
        finally:
            admin.close()
        assignments = [member["member_assignment"] for member in group["members"] if member["member_assignment"]]
        return {
            TopicPartition(each["topic"], partition)
            for assignment in assignments
            for each in assignment["assigned_partitions"]
            for partition in each["partitions"]
        }
