"""Faust's Kafka consumer with the chunk as unit of work, and without its ways to lose records.

Promise: what a partition's records are handed to a lane in offset order, each at
least once after an assignment; the committed offset of a partition is the end of
the last chunk that its lane finished, never more. Faust keeps the group, the
assignment, the rebalancing and the agents.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Protocol, cast

from aiokafka.errors import ConsumerStoppedError, KafkaError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from faust.types.transports import ConsumerT, TPorTopicSet
from faust.types.tuples import ConsumerMessage
from mode.types import ServiceT

from streams.app import metrics
from streams.app.chunks import Chunk, Fetched, rounds
from streams.app.member import ChunkThread, connection
from streams.app.reader import Reader

log = logging.getLogger(__name__)

FETCH_SECONDS = 1.0
"""Longest wait for records before it is looked whether anybody wants them still."""

SEEK_AGAIN_S = 0.1
"""Between two questions for the commits of an assignment."""


class LaneHost(Protocol):
    """What the consumer tells about its assignment, and where it reads how far the lanes are."""

    chunk: int

    def connect(self, flow: ChunkConsumer) -> None: ...

    def assigned(self, partitions: Iterable[TP], generation: int) -> None: ...

    async def revoked(self, partitions: Iterable[TP]) -> None: ...

    def forget(self, partitions: Iterable[TP]) -> None: ...

    def positions(self) -> Mapping[TP, int]: ...


class ChunkConsumer(driver.Consumer):
    """One Faust message for many records; one number a partition to commit."""

    _thread: ChunkThread
    lanes: LaneHost

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._session = float(self.app.conf.broker_session_timeout)
        self._reader: Reader | None = None

    async def on_start(self) -> None:
        """Connects the client that fetches; that of the group starts after it."""
        transport = cast(driver.Transport, self.transport)
        size = self.app.conf.consumer_max_fetch_size
        self._reader = Reader(**connection(transport), max_partition_fetch_bytes=size)
        await self._reader.start()
        await super().on_start()

    async def on_stop(self) -> None:
        await super().on_stop()
        if self._reader is not None:
            await self._reader.stop()

    def _new_consumer_thread(self) -> ChunkThread:
        return ChunkThread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Fetches and hands over until told to stop.

        Faust's own loop makes four tasks a message, so that a stream whose buffer is full is not waited for when the
        flow is suspended, and counts gaps and acks. Here no stream is ever full, for lanes take what comes, and
        positions are theirs.
        """
        try:
            while not (self.should_stop or fetcher.should_stop):
                async for _, message in self.getmany(FETCH_SECONDS):
                    await self.callback(message)
                # Where there is always more the lanes must have their turn.
                await asyncio.sleep(0)
        except (asyncio.CancelledError, ConsumerStoppedError):
            if not self.transport.app.should_stop:
                raise

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """Fetched records as chunks, one message a topic and round."""
        records, active = await self._wait_next_records(timeout)
        if self.should_stop or not records:
            return
        if not self.flow_active:
            await self._seek_back()
            return
        fetched = cast(Fetched, records)
        mine = {tp: found for tp, found in fetched.items() if active is None or tp in active}
        for chunks in rounds(mine, self.lanes.chunk):
            for of_topic in chunks.values():
                # A fetch can outlive its assignment; the new one begins again at the committed offset.
                if not self.flow_active or fetched.generation != self.app.consumer_generation_id:
                    return
                yield self._chunk_message(of_topic)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Fetched:
        if self._reader is None or not self.flow_active:
            return Fetched({}, -1)
        self._thread.polled()
        if self._reader.generation != self.app.consumer_generation_id:
            # Faust waits for the seek of an assignment for a while and then lets the flow go on without it.
            await self._seek_back()
        if self._reader.generation != self.app.consumer_generation_id:
            await asyncio.sleep(SEEK_AGAIN_S)
            return Fetched({}, -1)
        return await self._reader.fetch(active_partitions, timeout)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Every partition at its commit, and at its beginning where there is none yet."""
        offsets, generation = await self._thread.committed()
        if offsets and self._reader is not None:
            await self._reader.seek(offsets, generation)
        return cast(Mapping[TP, int], offsets)

    async def _seek_back(self) -> None:
        try:
            await self.perform_seek()
        except (KafkaError, TimeoutError) as error:
            log.warning("seek to the committed offsets failed; it is tried again before anything is read: %r", error)

    def _chunk_message(self, chunks: list[Chunk]) -> tuple[TP, Message]:
        """To Faust it is a message of the first partition; it moves no commit, so the others need none."""
        tp, records = chunks[0]
        last = records[-1]
        return tp, ConsumerMessage(
            tp.topic, tp.partition, last.offset, last.timestamp / 1000, 0, None, None,
            cast(bytes, chunks),  # the codec passes the list through
            None, tp=tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Lanes end and what they finished is committed before Faust forgets the partitions."""
        await self.lanes.revoked(revoked)
        await self.maybe_wait_for_commit_to_finish()
        await self.force_commit()
        self.lanes.forget(revoked)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        # First the lanes: Faust lets the flow go on in a task of its own, and every chunk must find its lane.
        self.lanes.assigned(assigned, generation_id)
        await super().on_partitions_assigned(assigned, generation_id)

    def ack(self, message: Message) -> bool:
        """Only takes the message off Faust's list.

        Faust acks messages that its streams skip in a rebalance and those of agents
        that failed; neither may move a commit. Positions come from the lanes.
        """
        self._unacked_messages.discard(message)
        return False

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Chunks leave gaps between their last offsets by design."""

    def _filter_tps_with_pending_acks(self, topics: TPorTopicSet | None = None) -> Iterator[TP]:
        return iter(list(self.lanes.positions()))

    def _new_offset(self, tp: TP) -> int | None:
        return self.lanes.positions().get(tp)

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        """Faust notes offsets as committed even when the broker refused them."""
        committed = await self._commit(offsets)
        metrics.COMMITS.labels("committed" if committed else "failed").inc()
        if committed:
            self._committed_offset.update(offsets)
            self.app.monitor.on_tp_commit(dict(offsets))
        return committed

    async def verify_all_partitions_active(self) -> None:
        """Not by Faust, which takes idle partitions for stuck ones: the lag is measured (`pulse`)."""

    def lags(self) -> dict[TP, int]:
        """By partition how many records are not done, where the end of the partition is known."""
        positions, found = self.lanes.positions(), {}
        for tp in self.assignment():
            end = self._reader.highwater(tp) if self._reader is not None else None
            if end is not None:
                found[tp] = max(0, end - (positions.get(tp) or self._committed_offset[tp] or 0))
        return found

    def silent_seconds(self) -> float | None:
        """Seconds since the broker last answered a heartbeat; None before this worker was a member."""
        return self._thread.silent_seconds() if self._thread.generation() >= 0 else None

    def holds(self, generation: int) -> bool:
        """Whether this process is still the member of the group that it was in `generation`."""
        return self._thread.generation() == generation

    def heard(self) -> bool:
        """Whether the broker heard of us within the session; else it may have given our partitions away."""
        return self._thread.silent_seconds() < self._session

    def pause(self, tp: TP) -> None:
        if self._reader is not None:
            self._reader.pause(tp)

    def resume(self, tp: TP) -> None:
        if self._reader is not None:
            self._reader.resume(tp)


class ChunkTransport(driver.Transport):
    """Faust's aiokafka transport with the chunk consumer."""

    Consumer = ChunkConsumer
    lanes: LaneHost

    def create_consumer(self, callback: Any, **kwargs: Any) -> ConsumerT:
        consumer = cast(ChunkConsumer, super().create_consumer(callback, **kwargs))
        consumer.lanes = self.lanes
        self.lanes.connect(consumer)
        return consumer
