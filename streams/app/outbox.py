"""Sends what a chunk caused, as batches a partition, and returns when Kafka has all of it.

Exactly the order asked for within a partition. aiokafka, being idempotent, repeats
what it may repeat; any other failure is raised and nothing is acknowledged upstream.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from itertools import zip_longest
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
    """A producer, for one who sends a partition one thing at a time."""

    def __init__(self, kafka: Kafka, client_id: str) -> None:
        self.producer = new_producer(kafka, client_id)

    async def deliver(self, batches: Mapping[Target, Sequence[Entry]]) -> Sequence[RecordMetadata]:
        """All of it, each target in the order given; acknowledged, a batch each, when this returns."""
        built: dict[Target, list[BatchBuilder]] = {}
        for target, entries in batches.items():
            self._add(built.setdefault(target, []), entries)
        acknowledged = await self._acknowledged(built)
        return [each for found in acknowledged.values() for each in found]

    def _add(self, batches: list[BatchBuilder], entries: Iterable[Entry]) -> None:
        """The records behind those that are there, in more batches where one is full."""
        batch = batches[-1] if batches else None
        for key, value, headers, timestamp in entries:
            if batch is None or not batch.append(key=key, value=value, timestamp=timestamp, headers=headers):
                batch = self.producer.create_batch()
                batches.append(batch)
                # The first record of a batch is taken whatever its size.
                batch.append(key=key, value=value, timestamp=timestamp, headers=headers)

    async def _acknowledged(
        self, batches: Mapping[Target, Sequence[BatchBuilder]]
    ) -> Mapping[Target, Sequence[RecordMetadata]]:
        """By turns a batch of each target: a request holds one of a partition."""
        sent: dict[Target, list[Awaitable[RecordMetadata]]] = {target: [] for target in batches}
        for turn in zip_longest(*batches.values()):
            for target, batch in zip(batches, turn, strict=True):
                if batch is not None:
                    batch.close()
                    sent[target].append(await self._put(batch, target))
        return {target: [await answer for answer in answers] for target, answers in sent.items()}

    async def _put(self, batch: BatchBuilder, target: Target) -> Awaitable[RecordMetadata]:
        """Hand a batch over, after those of the same target; the answer is awaited by the caller."""
        topic, partition = target
        while True:
            # Not taken means: the one before it waits for a broker that is away, or one that has just come
            # back and does not know its topics yet. It may be handed over again.
            try:
                answer: Awaitable[RecordMetadata] = await self.producer.send_batch(batch, topic, partition=partition)
            except KafkaTimeoutError:
                pass
            except UnknownTopicOrPartitionError:
                log.warning("the broker does not know %s; asking again (`rapport init` makes what lacks)", topic)
            else:
                return answer

    async def cut(self) -> None:
        """Disconnect without sending what waits."""
        await self.producer.client.close()
        if self.producer._sender.sender_task is not None:
            self.producer._sender.sender_task.cancel()
        self.producer._closed = True


class SharedWire(Wire):
    """A producer of several who send to the same partitions: what comes while one round is under way goes in the next.

    A request holds one batch of a partition, and aiokafka sends a broker one request at a time. Batches of each sender
    by themselves would wait for as many round trips as there are senders before them.
    """

    def __init__(self, kafka: Kafka, client_id: str) -> None:
        super().__init__(kafka, client_id)
        self._open: dict[Target, list[BatchBuilder]] | None = None
        """What goes in the next round; None where nothing waits for one."""
        self._round: asyncio.Task[Mapping[Target, Sequence[RecordMetadata]]] | None = None
        """The one that was opened last."""

    async def deliver(self, batches: Mapping[Target, Sequence[Entry]]) -> Sequence[RecordMetadata]:
        """As a wire of one's own; what is added to a round is sent, also if its sender is cancelled."""
        if self._open is None or self._round is None:
            self._open = {}
            self._round = asyncio.create_task(self._go(self._open, self._round), name="a round of the shared wire")
        mine = self._round
        for target, entries in batches.items():
            self._add(self._open.setdefault(target, []), entries)
        acknowledged = await asyncio.shield(mine)
        return [each for target in batches for each in acknowledged[target]]

    async def _go(
        self, batches: Mapping[Target, Sequence[BatchBuilder]], before: asyncio.Task[object] | None
    ) -> Mapping[Target, Sequence[RecordMetadata]]:  # fmt: skip
        """Its first step comes after the others whom the same fetch has woken, so that they come along."""
        if before is not None:
            await asyncio.wait({before})
        self._open = None
        return await self._acknowledged(batches)


class Outbox:
    """The way out of one lane, guarded by its claim to the partition.

    Over a wire that it shares, what several lanes send at a time goes in one batch a partition, and what
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
        batches = {target: entries for target, entries in batches.items() if entries}
        if not batches:
            return ()
        for target, entries in batches.items():
            self._check(target, entries)
        await self._claim.confirm()
        self._under_way += 1
        acknowledged = await self._within(self._wire.deliver(batches), _names(batches))
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

    def _check(self, target: Target, entries: Iterable[Entry]) -> None:
        """Raises `Oversized` for the first record that its topic would not take."""
        limit = self._limits.get(target[0], RECORD_BYTES)
        for key, value, headers, timestamp in entries:
            carried = sum(len(name) + len(text) for name, text in headers) if headers else 0
            if len(value or b"") + len(key or b"") + carried < limit // 2:
                continue
            # Of a large one a batch of its own says the size, with its framing, to the byte.
            placed = self._wire.producer.create_batch().append(
                key=key, value=value, timestamp=timestamp, headers=headers
            )
            if placed.size > limit:
                raise Oversized(
                    f"a record of {placed.size:,} bytes for {target[0]}[{target[1]}], which takes {limit:,}:"
                    " shorten what makes it so long (text, properties), or raise the limit here and on the topic"
                )


def _names(batches: Mapping[Target, Sequence[Entry]]) -> str:
    return ", ".join(f"{topic}[{partition}]" for topic, partition in batches)
