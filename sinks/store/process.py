"""The `store` process: owns the embedded ClickHouse, fills it from Kafka, lets others read.

With a ClickHouse server in the settings the same process fills that and passes
queries on. The sink has its own thread and its own session, so that the slowest
query never delays an insert or a heartbeat.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from kafka.errors import KafkaError

from rapport.interrupts import on_end
from rapport.metrics import watch_surroundings
from rapport.reaching import Refused
from rapport.settings import Settings
from schemas import topics
from sinks import metrics
from sinks.clickhouse.client import Store, StoreError, StoreRefused, cause_of, passes
from sinks.clickhouse.connect import owned
from sinks.clickhouse.hours import astray, statements
from sinks.clickhouse.migrate import migrate
from sinks.clickhouse.runs import FOLDER
from sinks.clickhouse.sink import Sink
from sinks.membership import name_of
from sinks.store.shelf import watch
from sinks.store.sql import SqlServer

AGAIN_S: Final = 2.0

T = TypeVar("T")

log = logging.getLogger(__name__)

NOT_STORED: Final = frozenset(
    {topics.RAW, topics.KNOWLEDGE, topics.STATES, topics.LINKS, topics.TRENDS, topics.DELIVERIES}
)
"""Raw touchpoints are stored as resolved ones; knowledge, states and deliveries have their own topics for ever."""


def stored_topics(partitions: int) -> tuple[str, ...]:
    return tuple(topic.name for topic in topics.load(partitions) if topic.name not in NOT_STORED)


def run(settings: Settings, stop: threading.Event | None = None) -> int:
    """Until `stop`, SIGTERM or SIGINT: 0. 1, with the reason logged, if it can't go on."""
    stopping = stop or threading.Event()
    if stop is None:
        on_end(stopping.set)
    try:
        store = owned(settings)
    except (StoreError, ValueError) as error:
        log.error("the store does not start: %s", error)
        return 1
    try:
        return _Process(settings, store, stopping).run()
    finally:
        store.close()


class _Process:
    def __init__(self, settings: Settings, store: Store, stop: threading.Event) -> None:
        self._settings = settings
        self._store = store
        self._stop = stop
        self._state = "starting"
        self._failed: str | None = None
        self._sink: Sink | None = None
        self._trouble: StoreError | None = None

    def run(self) -> int:
        settings = self._settings
        try:
            server = SqlServer(
                settings.store_port, settings.store_token, self._store, self._health, host=settings.listen
            )
        except (OSError, ValueError) as error:
            where = f"{settings.listen}:{settings.store_port}"
            log.error("the store can't serve SQL at %s: %s; set RAPPORT_STORE_PORT, RAPPORT_LISTEN", where, error)
            return 1
        filling = threading.Thread(target=self._guarded, name="sink")
        serving = threading.Thread(target=server.serve_forever, name="sql", daemon=True)
        serving.start()
        filling.start()
        log.info("read-only SQL on http://%s:%d/sql", settings.listen, server.port)
        self._stop.wait()
        server.shutdown()
        server.server_close()
        filling.join()
        return 1 if self._failed else 0

    def _health(self) -> dict[str, object]:
        away, cause = ("", "") if self._sink is None else (self._sink.away, self._sink.cause)
        if (trouble := self._trouble) is not None:
            away, cause = str(trouble), cause_of(trouble)
        where = self._store.where
        return {"well": self._state == "storing", "sink": self._state, "store": where, "away": away, "cause": cause}

    def _guarded(self) -> None:
        """The sink's thread. A mistake of ours ends the process, which then starts afresh at what is committed."""
        try:
            self._fill()
        except (Refused, StoreRefused) as error:
            log.error("the store can't go on: %s", error)
            self._failed = self._state = f"failed: {error}"
        except Exception as error:
            log.exception("the sink ended")
            self._failed = self._state = f"failed: {error}"
        finally:
            self._stop.set()

    def _fill(self) -> None:
        if self._until(self._migrated, "waiting for ClickHouse"):
            self._sink = self._until(self._made, "waiting for Kafka")
            if self._sink is not None:
                self._state = "storing"
                self._sink.run()

    def _migrated(self) -> bool:
        for name in migrate(self._store):
            log.info("migration %s is applied", name)
        for statement in statements(astray(self._store)):
            self._store.execute(statement)
        shelf = self._settings.data / FOLDER
        threading.Thread(target=watch, args=(self._store, shelf, self._stop), name="shelf", daemon=True).start()
        return True

    def _made(self) -> Sink:
        settings = self._settings
        watch_surroundings(settings, stored_topics(settings.partitions))
        return Sink(
            self._store,
            settings.cluster,
            stored_topics(settings.partitions),
            self._stop,
            member=name_of("store", settings),
            session_timeout_s=settings.session_timeout_s,
        )

    def _until(self, attempt: Callable[[], T], meanwhile: str) -> T | None:
        """What `attempt` gives. A broker that is away, or a store that is or takes no writes, is waited for."""
        said = ""
        while not self._stop.is_set():
            try:
                made = attempt()
            except (StoreError, KafkaError) as error:
                if isinstance(error, StoreError):
                    if not passes(error):
                        raise
                    self._trouble = error
                    metrics.AWAY.set(1)
                self._state = meanwhile
                if str(error) != said:
                    said = str(error)
                    log.warning("%s: %s", meanwhile, error)
                self._stop.wait(AGAIN_S)
            else:
                self._trouble = None
                metrics.AWAY.set(0)
                return made
        return None
