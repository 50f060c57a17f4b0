"""The member of the group: its thread, its heartbeats, its commits.

Promise: heartbeats go on while the engine computes; what the broker has refused or not answered is not taken for
committed; a process that has decided to end is not kept by this thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from time import monotonic
from typing import Any, Final, cast

import aiokafka
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.threads import ServiceThread, WorkerThread

log = logging.getLogger(__name__)

COMMIT_TIMEOUT: Final = 15.0
"""Seconds for one commit. Longer means that the coordinator is away: the next interval tries again."""

JOIN_SECONDS: Final = 5.0
"""How long a stop waits for the consumer's thread, which has nothing left to do that matters by then."""


class DaemonThread(WorkerThread):
    """Does not keep a process alive that has decided to end."""

    def __init__(self, service: ServiceThread, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self.daemon = True

    def stop(self) -> None:
        """The caller is the event loop: mode would block it for ever where a client of the thread does not let go."""
        if not self.is_stopped.wait(JOIN_SECONDS):
            log.warning("the thread of the consumer has not ended in %.0f s; it ends with the process", JOIN_SECONDS)


class ChunkThread(driver.AIOKafkaConsumerThread):
    """The thread that owns the member of the group. Heartbeats go on while the engine computes.

    It commits, and fetches nothing: that is the `Reader`'s.
    """

    Worker = DaemonThread
    _beaten: float = 0.0

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        self._assignor = RoundRobinPartitionAssignor
        return aiokafka.AIOKafkaConsumer(
            **connection(transport),
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_interval_ms=int((conf.broker_max_poll_interval or 0) * 1000),
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
        )

    async def on_start(self) -> None:
        await super().on_start()
        self._watch_heartbeats()

    def _watch_heartbeats(self) -> None:
        """Note when the broker last heard of us: the time *before* a heartbeat that it answered."""
        coordinator = self._ensure_consumer()._coordinator
        beat = coordinator._do_heartbeat

        async def noted() -> bool:
            self._stay_without_partitions()
            started = monotonic()
            answered = bool(await beat())
            if answered:
                self._beaten = started
            return answered

        coordinator._do_heartbeat = noted

    def _stay_without_partitions(self) -> None:
        """A member that was given nothing fetches nothing, and is there to take over.

        aiokafka takes it for one that no longer polls, leaves the group after `POLL_SECONDS` and never
        joins again (aiokafka#1187).
        """
        if not self._ensure_consumer().assignment():
            self.polled()

    def polled(self) -> None:
        """The worker has asked for records. Callable from any thread."""
        self._ensure_consumer()._subscription._last_fetch_ended = monotonic()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        consumer = self._ensure_consumer()
        consumer.pause(*consumer.assignment())
        self._beaten = monotonic()
        await super().on_partitions_assigned(assigned, generation_id)

    def generation(self) -> int:
        """The group generation of this member as the coordinator knows it now; -1: not a member."""
        return int(self._ensure_consumer()._coordinator.generation)

    def silent_seconds(self) -> float:
        """Seconds since the broker is known to have counted us as a member."""
        return monotonic() - self._beaten

    async def committed(self) -> tuple[Mapping[aiokafka.TopicPartition, int | None], int]:
        """The commit of every partition, None where there is none yet, and the generation in which that is so.

        Nothing where the group rebalances meanwhile: the next assignment asks again.
        """
        return cast(tuple[Mapping[aiokafka.TopicPartition, int | None], int], await self.call_thread(self._committed))

    async def _committed(self) -> tuple[Mapping[aiokafka.TopicPartition, int | None], int]:
        consumer, generation = self._ensure_consumer(), self.generation()
        found: Mapping[aiokafka.TopicPartition, int | None] = {}
        try:
            if consumer.assignment():
                found = await consumer.seek_to_committed()
        except IllegalStateError as error:
            log.info("no seek, the group has rebalanced; the next assignment does it: %s", error)
            return {}, generation
        return (found, generation) if generation == self.generation() else ({}, generation)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        """Commit, and say whether the broker has it. Faust crashes on any error, even on one of a restart."""
        consumer = self._ensure_consumer()
        mine = self.assignment()
        wanted = {driver.ensure_aiokafka_TP(tp): offset for tp, offset in offsets.items() if tp in mine}
        if not wanted:
            return False
        try:
            await asyncio.wait_for(consumer.commit(wanted), COMMIT_TIMEOUT)
        except (CommitFailedError, IllegalStateError) as error:
            log.info("commit refused, the group has rebalanced; the chunks are read again: %s", error)
            return False
        except TimeoutError:
            log.warning("commit not answered in %.0f s, next try at the next interval", COMMIT_TIMEOUT)
            return False
        except KafkaError as error:
            if not error.retriable:
                raise
            log.warning("commit failed, next try at the next interval: %r", error)
            return False
        return True


def connection(transport: driver.Transport) -> dict[str, Any]:
    """What all clients of the worker's Faust share: whom they ask, as whom, and for how long."""
    conf = transport.app.conf
    return {
        "client_id": conf.broker_client_id,
        "bootstrap_servers": driver.server_list(transport.url, transport.default_port),
        "request_timeout_ms": int(conf.broker_request_timeout * 1000),
        "metadata_max_age_ms": conf.consumer_metadata_max_age_ms,
        "connections_max_idle_ms": conf.consumer_connections_max_idle_ms,
        **driver.credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
    }
