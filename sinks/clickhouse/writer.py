"""Blocks into ClickHouse until they are confirmed, whatever happens to ClickHouse meanwhile."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Final

from sinks import metrics
from sinks.clickhouse.client import RowsRefused, Store, StoreError, cause_of
from sinks.clickhouse.erasing import Erasure, statements
from sinks.clickhouse.hours import HOURS, begun_anew, handed_by, of_customers, touched
from sinks.clickhouse.hours import statements as statements_of_hours
from sinks.clickhouse.rows import POISON, REJECTED, Block, poisoned

FIRST_PAUSE_S: Final = 0.2
LONGEST_PAUSE_S: Final = 10.0
SAY_EVERY_S: Final = 30.0
SLOW_S: Final = 5.0
"""An insert that is not answered by then is a reason to look."""

log = logging.getLogger(__name__)


class Stopped(Exception):
    """The process ends before the block could be stored. Nothing of its batch may be committed."""


class Writer:
    """Inserts block by block. `pause(seconds)` waits; it raises Stopped when there is no use in waiting."""

    def __init__(self, store: Store, pause: Callable[[float], None]) -> None:
        self._store = store
        self._pause = pause
        self._since: float | None = None
        self._trouble: StoreError | None = None

    @property
    def waiting_s(self) -> float:
        """For how long the block under way has not been confirmed; 0 without one. For other threads, too."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def away(self) -> str:
        """What ClickHouse says to the insert that waits, also that it says nothing for long; empty while none waits."""
        if self._trouble is not None:
            return str(self._trouble)
        if self.waiting_s < SLOW_S:
            return ""
        return f"{self._store.where} has not answered an insert for {self.waiting_s:.0f} s"

    @property
    def cause(self) -> str:
        """The kind of what ClickHouse says, as `cause_of` names it; empty while it has refused nothing."""
        return "" if self._trouble is None else cause_of(self._trouble)

    def write(self, blocks: Iterable[Block]) -> None:
        """Returns when every row is stored, or its record is in `poison`."""
        for block in blocks:
            self._write(block)

    def count(self, blocks: Sequence[Block]) -> None:
        """Returns when the hours that rows of these blocks touched are made anew. To be called when they are stored."""
        anew, handed = begun_anew(blocks), set[int]()
        if anew:
            self._insist(HOURS, 0, lambda: handed.update(handed_by(self._store, anew)))
        self._make(touched(blocks) | handed)

    def erase(self, erased: Sequence[Erasure]) -> None:
        """Returns when no row of them is left, and no hour counts one."""
        keys, hours = [each.key for each in erased], set[int]()
        if keys:
            self._insist(HOURS, 0, lambda: hours.update(of_customers(self._store, keys)))
        for each in erased:
            for table, statement in statements(each):
                self._insist(table, 0, partial(self._store.execute, statement))
            log.info("a customer is erased")
        self._make(hours)

    def _make(self, hours: Collection[int]) -> None:
        for statement in statements_of_hours(hours):
            self._insist(HOURS, 0, partial(self._store.execute, statement))

    def _write(self, block: Block) -> None:
        if block.table == POISON:
            for (reason,), rows in block.rows.group_by("reason"):
                metrics.POISON.labels(str(reason)).inc(rows.height)
        if block.table == REJECTED:
            for (stage, reason), rows in block.rows.group_by("stage", "reason"):
                metrics.REJECTED.labels(str(stage), str(reason)).inc(rows.height)
        try:
            self._insist(block.table, block.rows.height, partial(self._store.insert, block.table, block.rows))
        except RowsRefused as refusal:
            self._isolate(block, refusal)

    def _insist(self, table: str, rows: int, do: Callable[[], None]) -> None:
        """The identical request again and again while the store is away."""
        self._since = time.monotonic()
        try:
            self._until_confirmed(table, rows, do)
        finally:
            self._since, self._trouble = None, None

    def _until_confirmed(self, table: str, rows: int, do: Callable[[], None]) -> None:
        pause, away_since, said = FIRST_PAUSE_S, 0.0, 0.0
        while True:
            started = time.monotonic()
            try:
                do()
            except StoreError as error:
                if isinstance(error, RowsRefused) and table != POISON:
                    raise
                metrics.RETRIES.labels(table, cause_of(error)).inc()
                metrics.AWAY.set(1)
                self._trouble = error
                away_since = away_since or started
                if not said or started - said >= SAY_EVERY_S:
                    said = started
                    log.warning("%s (%d rows wait since %.0f s)", error, rows, started - away_since)
                self._pause(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
                continue
            if away_since:
                metrics.AWAY.set(0)
                log.info("%s is back after %.0f s", self._store.where, time.monotonic() - away_since)
            if rows:
                metrics.INSERTS.labels(table).observe(time.monotonic() - started)
                metrics.ROWS.labels(table).inc(rows)
                metrics.BLOCKS.labels(table).observe(rows)
            return

    def _isolate(self, block: Block, refusal: RowsRefused) -> None:
        """Halves the block until the refused rows stand alone, each of which goes to `poison`."""
        if block.rows.height == 1:
            log.error("%s; its record is set aside in %s", refusal, POISON)
            self._write(poisoned(block.records, f"refused_by_{block.table}", str(refusal)))
            return
        self._pause(0)  # thousands of refused rows take minutes; the process may be told to end meanwhile
        middle = block.rows.height // 2
        self._write(block.slice(0, middle))
        self._write(block.slice(middle, block.rows.height))
