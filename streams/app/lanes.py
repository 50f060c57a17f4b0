"""One task a partition: its chunks in order, other partitions beside it.

A lane begins at the assignment of its partition and ends at its revocation, with
all it holds in memory. Its position is the end of the last chunk it finished; a
chunk that fails ends the worker and moves nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol

from faust.types import TP

from streams.app.claims import Claim, Membership, Superseded

log = logging.getLogger(__name__)

FULL: Final = 8
"""Chunks that may wait in a lane before its partition is no longer fetched."""
EMPTY: Final = 2
"""Chunks left when it is fetched again."""
GRACE: Final = 10.0
"""Seconds that a lane has at a revocation to finish the chunk in work; then it is cancelled."""


class Work(Protocol):
    """What a station does with one partition, from assignment to revocation."""

    appetite: int
    """Full chunks' worth of records taken at once when so many wait: more where the waiting for Kafka costs more than
    the work."""

    async def begin(self) -> None:
        """Before the first chunk: recover what the partition needs."""

    async def handle(self, records: Sequence[Any]) -> asyncio.Future[None] | None:
        """Everything that the records cause is acknowledged by Kafka when this returns, or when the future is done."""

    def measure(self) -> None:
        """Now and then while the partition runs: set the gauges of what it holds."""

    async def end(self) -> None:
        """After the last chunk, also after a failure."""


Station = Callable[[Claim], Work]


class Flow(Membership, Protocol):
    def pause(self, tp: TP) -> None: ...

    def resume(self, tp: TP) -> None: ...


class Turns:
    """One lane begins a chunk at a time, and the loop turns before the next one does.

    What fetches and sends are chains of a dozen short steps, each of a turn of the loop. If all lanes that have a chunk
    worked in one turn, each step of each chain would wait for all of them.
    """

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._taken = False

    async def mine(self) -> None:
        """In the order of asking; the turn is over with the next turn of the loop."""
        loop = asyncio.get_running_loop()
        if self._taken:
            turn = loop.create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._over()
                raise
        self._taken = True
        loop.call_soon(self._over)

    def _over(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False


class Astray(Exception):
    """A chunk of the present assignment finds no lane; going on would leave a gap. A fault of this program."""


class Lost(Exception):
    """A task is over because what it waited for was cancelled; nobody has ended it, and its work would stand still."""


class Lane:
    """One partition in one generation."""

    def __init__(self, tp: TP, claim: Claim, work: Work, flow: Flow, chunk: int, turns: Turns) -> None:
        self.tp = tp
        self.claim = claim
        self.position: int | None = None
        self.newest: float | None = None
        """Unix time, by the broker, of the last record of the last chunk it finished."""
        self._work = work
        self._flow = flow
        self._turns = turns
        self._full, self._empty = FULL * chunk, EMPTY * chunk
        self._most = work.appetite * chunk
        self._waiting: deque[Sequence[Any]] = deque()
        self._held = 0
        self._next = 0
        self._paused = False
        self._begun = False
        self._ending = False
        self._wake = asyncio.Event()
        self._rest: asyncio.Future[None] | None = None
        """Of the last chunk, what is acknowledged later."""
        self._fault: BaseException | None = None
        self.task = asyncio.create_task(self._run(), name=f"lane {tp.topic}[{tp.partition}]")

    def put(self, records: Sequence[Any]) -> None:
        """Never waits: a full lane stops the fetching of its own partition, not that of others.

        What was put before is left out: a late seek of Faust can bring records twice.
        """
        if records[0].offset < self._next:
            records = [record for record in records if record.offset >= self._next]
            if not records:
                return
        self._next = records[-1].offset + 1
        self._waiting.append(records)
        self._held += len(records)
        self._wake.set()
        if self._held > self._full and not self._paused:
            self._paused = True
            self._flow.pause(self.tp)

    async def end(self) -> None:
        """Finish the chunk in work, drop those that wait. Returns when the task is over."""
        self._ending = True
        self._wake.set()
        if not self._begun:
            self.task.cancel()
        await asyncio.wait({self.task}, timeout=GRACE)
        if not self.task.done():
            log.warning("%s is cancelled: its chunk took longer than %.0f s", self.task.get_name(), GRACE)
            self.task.cancel()
            await asyncio.wait({self.task}, timeout=GRACE)

    @property
    def running(self) -> bool:
        """Whether it takes chunks: begun, and not over."""
        return self._begun and not self._ending and not self.task.done()

    def measure(self) -> None:
        """Set the gauges of what the partition holds."""
        if self.running:
            self._work.measure()

    async def _run(self) -> None:
        try:
            await self._work.begin()
            self._begun = True
            while records := await self._take():
                last = records[-1]
                self._rest = await self._work.handle(records)
                if self._rest is None:
                    self._finished(last)
                else:
                    self._rest.add_done_callback(partial(self._finished, last))
            if self._rest is not None:
                await asyncio.wait({self._rest})
                self._rest.result()
        finally:
            await self._work.end()

    def _finished(self, last: Any, rest: asyncio.Future[None] | None = None) -> None:
        """The chunk that ends with the record `last` is done, unless the rest of it has failed."""
        if rest is None or not (rest.cancelled() or rest.exception()):
            self.position = last.offset + 1
            self.newest = last.timestamp / 1000
        else:
            self._fault = (
                Lost(f"what {self.task.get_name()} sent was cancelled") if rest.cancelled() else rest.exception()
            )
            self._wake.set()

    async def _take(self) -> Sequence[Any]:
        """What waits, up to the appetite; nothing when the lane ends. Raises what a chunk has failed by since.

        A live line brings a record or two at a time, and each turn of a lane costs as much as several of them.
        """
        while not self._waiting and not self._ending and self._fault is None:
            self._wake.clear()
            await self._wake.wait()
        await self._turns.mine()
        if self._fault is not None:
            raise self._fault
        if self._ending:
            return []
        waiting = self._waiting
        taken = list(waiting.popleft())
        while waiting and len(taken) + len(waiting[0]) <= self._most:
            taken += waiting.popleft()
        self._held -= len(taken)
        if self._paused and self._held <= self._empty:
            self._paused = False
            self._flow.resume(self.tp)
        return taken


class Lanes:
    """The lanes of this worker, and the stations that they belong to by topic."""

    def __init__(self, stations: Mapping[str, Station], chunk: int, fail: Callable[[BaseException], None]) -> None:
        self.chunk = chunk
        self._stations = stations
        self._fail = fail
        self._turns = Turns()
        self._lanes: dict[TP, Lane] = {}
        self._flow: Flow | None = None
        self._generation = -1

    def connect(self, flow: Flow) -> None:
        self._flow = flow

    def assigned(self, partitions: Iterable[TP], generation: int) -> None:
        """A lane for each, at once: recovery does not wait for the first record."""
        assert self._flow is not None, "connect() comes before the first assignment"
        self._generation = generation
        for tp in sorted(partitions):
            claim = Claim(self._flow, tp.topic, tp.partition, generation)
            lane = Lane(tp, claim, self._stations[tp.topic](claim), self._flow, self.chunk, self._turns)
            lane.task.add_done_callback(self._over)
            self._lanes[tp] = lane

    async def revoked(self, partitions: Iterable[TP]) -> None:
        """Ends the lanes; their positions stay readable until `forget`."""
        ending = [self._lanes[tp] for tp in partitions if tp in self._lanes]
        await asyncio.gather(*(lane.end() for lane in ending))

    def forget(self, partitions: Iterable[TP]) -> None:
        for tp in partitions:
            self._lanes.pop(tp, None)

    async def end(self) -> None:
        """The worker stops: as if all were revoked."""
        await self.revoked(list(self._lanes))

    async def cancel(self) -> None:
        """The worker has failed: nothing more is done. Returns when all have let go."""
        for lane in self._lanes.values():
            lane.task.cancel()
        if self._lanes:
            await asyncio.wait({lane.task for lane in self._lanes.values()}, timeout=GRACE)

    def hand(self, tp: TP, generation: int, records: Sequence[Any]) -> None:
        """A chunk of an older assignment is dropped: its partition is read again from the commit."""
        lane = self._lanes.get(tp)
        if lane is not None and lane.claim.generation == generation:
            lane.put(records)
        elif generation >= self._generation:
            self._fail(Astray(f"a chunk of {tp.topic}[{tp.partition}] in generation {generation} has no lane"))

    def positions(self) -> Mapping[TP, int]:
        """By partition the offset after the last record whose chunk is finished."""
        return {tp: lane.position for tp, lane in self._lanes.items() if lane.position is not None}

    def __iter__(self) -> Iterator[Lane]:
        return iter(list(self._lanes.values()))

    def _over(self, task: asyncio.Task[None]) -> None:
        error = fault_of(task)
        if isinstance(error, Superseded):
            log.warning("lane ends, its chunk is the successor's: %s", error)
        elif error is not None:
            self._fail(error)


def fault_of(task: asyncio.Task[None]) -> BaseException | None:
    """What a task that is over failed by; none if it was ended, `Lost` if it was cancelled without being told to."""
    if not task.cancelled():
        return task.exception()
    return None if task.cancelling() else Lost(f"{task.get_name()} was cancelled by what it waited for")
