"""Sends what a chunk caused, as batches a partition, and returns when Kafka has all of it.

Exactly the order asked for within a partition. aiokafka, being idempotent, repeats
what it may repeat; any other failure is raised and nothing is acknowledged upstream.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from aiokafka.errors import KafkaError, KafkaTimeoutError, ProducerFenced, UnknownTopicOrPartitionError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from rapport.connection import Kafka
from rapport.sending import RECORD_BYTES, new_producer
from streams.app.claims import PATIENCE, Claim, Superseded
from streams.app.insisting import insist

log = logging.getLogger(__name__)

ACK_SECONDS: Final = PATIENCE
"""Longer ends the worker."""

FENCE: Final = b"fence"
"""Key of the record without value by which a new holder makes its epoch known to a partition."""

T = TypeVar("T")

Headers: TypeAlias = list[tuple[str, bytes]]
Target: TypeAlias = tuple[str, int]
"""Topic and partition."""


Entry: TypeAlias = tuple[bytes | None, bytes | None, Headers, int | None]
"""One record to send: key, value, headers, timestamp in milliseconds (None: now)."""


class _AtOnce(set[int]):
    """Brokers with a request under way: none of them waits.

    aiokafka sends a broker one request at a time. What goes to other partitions need not wait for it: outputs
    for the states of the chunk before. Within a partition nothing overtakes: it is muted until it is answered.
    """

    def add(self, node: int) -> None:
        pass

    def remove(self, node: int) -> None:
        pass


class Oversized(Exception):
    """A record is larger than its topic takes."""


class Unsent(Exception):
    """Kafka did not acknowledge; what was sent may or may not stand on the topic."""


class Wire:
    """A producer, and who stands in line for it.

    aiokafka has one batch a partition waiting; those behind it share one time limit that
    runs faster the more they are, so only one may ask at a time.
    """

    def __init__(self, kafka: Kafka, client_id: str) -> None:
        self.producer = new_producer(kafka, client_id)
        self._turns: defaultdict[Target, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def put(self, batch: BatchBuilder, target: Target) -> Awaitable[RecordMetadata]:
        """Hand a batch over, after those of the same target; the answer is awaited by the caller."""
        topic, partition = target
        answer: Awaitable[RecordMetadata] | None = None
        async with self._turns[target]:
            while answer is None:
                # Not taken means: the one before it waits for a broker that is away, or one that has just come
                # back and does not know its topics yet. It may be handed over again.
                try:
                    answer = await self.producer.send_batch(batch, topic, partition=partition)
                except KafkaTimeoutError:
                    pass
                except UnknownTopicOrPartitionError:
                    log.warning("the broker does not know %s; asking again (`rapport init` makes what lacks)", topic)
        return answer

    async def cut(self) -> None:
        """Disconnect without sending what waits."""
        await self.producer.client.close()
        if self.producer._sender.sender_task is not None:
            self.producer._sender.sender_task.cancel()
        self.producer._closed = True


class Outbox:
    """The way out of one lane, guarded by its claim to the partition.

    Over a wire that it shares, what several lanes send at a time goes in one request, and what
    is under way when a lane is cancelled still arrives. Over its `own`, which it opens and
    closes, it can shut out a predecessor, and nothing arrives late.
    """

    def __init__(self, wire: Wire, claim: Claim, limits: Mapping[str, int], *, own: bool = False) -> None:
        self._wire = wire
        self._claim = claim
        self._limits = limits
        self._own = own
        self._under_way = 0

    async def open_fenced(self, name: str, mark: Target) -> None:
        """Connect, and shut out whoever held `name` before: nothing of it enters `mark` from now on.

        The broker counts the holders of a name (an epoch of a transactional id, without
        the transactions) and refuses a lower one where it has seen a higher. So a first
        record, a key without a value, is put on `mark`; it is acknowledged on return.
        """
        producer = self._wire.producer
        sender, manager = producer._sender, producer._txn_manager
        await self._within(insist(producer.client.bootstrap, ACK_SECONDS), "the producer could not connect")
        manager.transactional_id = name
        manager.transaction_timeout_ms = 60_000  # asked for, never used
        await self._within(insist(sender._maybe_wait_for_pid, ACK_SECONDS), f"no producer id for {name}")
        manager.transactional_id = None
        sender._in_flight = _AtOnce()
        await self._within(sender.start(), "the producer could not start")
        await self.send({mark: [(FENCE, None, [], None)]})

    async def send(self, batches: Mapping[Target, Sequence[Entry]]) -> Sequence[RecordMetadata]:
        """All of it, each target in the order given; acknowledged, a batch each, when this returns.

        Raises `Superseded` if the partition is no longer ours, `Oversized` naming the
        record, `Unsent` if the broker refused or stayed silent.
        """
        built = [(target, batch) for target, entries in batches.items() for batch in self._build(target, entries)]
        if not built:
            return ()
        await self._claim.confirm()
        self._under_way += 1
        acknowledged = await self._within(self._deliver(built), _names(batches))
        self._under_way -= 1
        return acknowledged

    async def close(self) -> None:
        """Close the own wire. What was under way on it when a send was broken off shall not arrive later."""
        if not self._own:
            return
        if self._under_way:
            await self._wire.cut()
        else:
            await self._within(self._wire.producer.stop(), "the producer could not be closed")

    async def _deliver(self, built: Sequence[tuple[Target, BatchBuilder]]) -> Sequence[RecordMetadata]:
        sent = [await self._wire.put(batch, target) for target, batch in built]
        return [await acknowledged for acknowledged in sent]

    async def _within(self, doing: Awaitable[T], what: str) -> T:
        try:
            async with asyncio.timeout(ACK_SECONDS):
                return await doing
        except TimeoutError as error:
            raise Unsent(f"{what}: no answer in {ACK_SECONDS:.0f} s; is Kafka up?") from error
        except ProducerFenced as error:
            raise Superseded(f"{what}: another worker has taken the partition over") from error
        except KafkaError as error:
            raise Unsent(f"{what}: refused by Kafka: {error!r}") from error

    def _build(self, target: Target, entries: Sequence[Entry]) -> list[BatchBuilder]:
        batches: list[BatchBuilder] = []
        batch = None
        limit = self._limits.get(target[0], RECORD_BYTES)
        for key, value, headers, timestamp in entries:
            placed = batch and batch.append(key=key, value=value, timestamp=timestamp, headers=headers)
            if not placed:
                batch = self._wire.producer.create_batch()
                batches.append(batch)
                # The first record of a batch is taken whatever its size.
                placed = batch.append(key=key, value=value, timestamp=timestamp, headers=headers)
            if placed.size > limit:
                raise Oversized(
                    f"a record of {placed.size:,} bytes for {target[0]}[{target[1]}], which takes {limit:,}:"
                    " shorten what makes it so long (text, properties), or raise the limit here and on the topic"
                )
        for batch in batches:
            batch.close()
        return batches


def _names(batches: Mapping[Target, Sequence[Entry]]) -> str:
    return ", ".join(f"{topic}[{partition}]" for topic, partition in batches)
