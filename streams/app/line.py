"""The Faust app of the line: one agent a station, and nothing of Faust's that we do not need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import faust
from faust.types import StreamT, TransportT
from faust.types.auth import CredentialsT
from mode.supervisors import CrashingSupervisor

from rapport.connection import Kafka
from rapport.settings import Settings
from schemas import topics
from streams.app.chunks import CODEC
from streams.app.lanes import Lanes
from streams.app.transport import ChunkTransport

GROUP: Final = "rapport"
"""Consumer group of all workers, and the name of the Faust app."""
COMMIT_SECONDS: Final = 0.5
"""Between commits. What lies between is read again after a crash, and recognised."""
REBALANCE_SECONDS: Final = 60.0
"""How long the group waits for a member that still finishes its chunks."""

POLL_SECONDS: Final = 1000.0
"""A worker that fetches nothing for so long, though it has partitions, leaves them to the others."""


class LineApp(faust.App):
    """A Faust app whose consumer speaks in chunks."""

    lanes: Lanes

    def _new_transport(self) -> TransportT:
        transport = ChunkTransport(self.conf.broker_consumer, self)
        transport.lanes = self.lanes
        return transport

    def _create_directories(self) -> None:
        """No tables, so no files."""


STATIONS: Final[Mapping[str, str]] = {
    "identity": topics.RAW, "detect": topics.RESOLVED, "trends": topics.MEASURES,
}  # fmt: skip
"""The agents of the line, and the topic that each reads."""


def build_app(
    settings: Settings,
    lanes: Lanes,
    *,
    group: str = GROUP,
    stations: Mapping[str, str] = STATIONS,
    commit_s: float = COMMIT_SECONDS,
) -> LineApp:
    """The Faust app: one agent a station, no tables, no web server, no topics of its own."""
    app = LineApp(
        group,
        broker=";".join(f"kafka://{server}" for server in settings.kafka.split(",")),
        store="memory://",
        web_enabled=False,
        autodiscover=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        table_standby_replicas=0,
        stream_wait_empty=False,
        broker_credentials=credentials(settings.cluster),
        broker_client_id=group,
        consumer_group_instance_id=settings.instance or None,
        broker_commit_interval=commit_s,
        broker_session_timeout=float(settings.session_timeout_s),
        broker_heartbeat_interval=settings.session_timeout_s / 4,
        broker_request_timeout=max(15.0, settings.session_timeout_s * 2.0),
        broker_rebalance_timeout=REBALANCE_SECONDS,
        broker_max_poll_interval=POLL_SECONDS,
    )
    app.lanes = lanes
    for name, topic in stations.items():
        _add_agent(app, lanes, name, topic)
    return app


def credentials(kafka: Kafka) -> CredentialsT | None:
    """As Faust takes what `Kafka.client` gives to everybody else."""
    if kafka.authenticated:
        return faust.SASLCredentials(
            username=kafka.user, password=kafka.password, mechanism=kafka.mechanism, ssl_context=kafka.tls
        )
    return None if kafka.tls is None else faust.SSLCredentials(kafka.tls)


def _add_agent(app: LineApp, lanes: Lanes, name: str, topic: str) -> None:
    channel = app.topic(topic, key_serializer="raw", value_serializer=CODEC, partitions=app.conf.topic_partitions)

    async def hand(stream: StreamT[Any]) -> None:
        async for event in cast(faust.Stream[Any], stream).noack().events():
            for tp, records in event.value:
                lanes.hand(tp, event.message.generation_id or 0, records)
            # Only off Faust's books: a commit follows the lanes.
            await stream.ack(event)

    app.agent(channel, name=name, supervisor_strategy=CrashingSupervisor)(hand)
