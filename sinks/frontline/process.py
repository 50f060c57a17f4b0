"""`rapport deliver` as a process: one delivers, others stand by.

Each message takes three steps: `trying` is in the ledger, the receiver has taken it, `sent` is in the ledger. A crash
between the last two leaves a doubt, and what is in doubt is sent again under the same id: at least once, and once for a
receiver that looks at the id. Everything else is a fold of what stands in Kafka, so nothing is lost with the process.

Who holds the ledger's one partition in the group delivers. It keeps no offsets: at the start it reads the ledger and
the alerts that Kafka still has, and knows what is left to do.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from console.live.following import ALERTS, BEHIND, SIGNALS_MS
from producers.delivery import DeliveryFailed, wall_clock
from producers.kafka_log import KafkaLog
from rapport.failure import Failure
from rapport.interrupts import on_end
from rapport.metrics import HEARTBEAT, watch_surroundings
from rapport.reaching import Refused as KafkaRefused
from rapport.reaching import opened, reach
from rapport.settings import Settings
from schemas import topics
from schemas.codec import decode_outputs
from schemas.records import Undecodable
from sinks.frontline import metrics
from sinks.frontline.attempts import BUSY_MS, Attempts
from sinks.frontline.config import Delivery
from sinks.frontline.ledger import Entry, Ledger, Since, encode, key_of
from sinks.frontline.message import Writer
from sinks.frontline.notices import Notices
from sinks.membership import CONNECT_S, RECONNECT_MS, Membership, name_of
from streams.app.health import Door
from streams.knowledge.model import Knowledge

GROUP: Final = "rapport-deliver"
POLL_MS: Final = 100
PATIENCE: Final = 3
"""Sessions for which the group may be undecided: another member's may have to run out first."""
KEPT_MS: Final = 45 * 86_400_000
"""Entries that are over outlive the alerts on their topics (30 days); the ledger's own topic has them longer."""
DAY_MS: Final = 86_400_000

log = logging.getLogger(__name__)


def run(settings: Settings, knowledge: Knowledge, delivery: Delivery) -> int:
    """Until SIGTERM or SIGINT: 0. 1, with the reason logged, if it cannot go on."""
    stop = threading.Event()
    on_end(stop.set)
    if delivery.unheard:
        log.info("nobody beyond the console is told of alerts of %s", ", ".join(delivery.unheard))
    try:
        process = _Process(settings, knowledge, delivery, stop)
    except (KafkaError, KafkaRefused, DeliveryFailed, OSError) as error:
        log.error("delivery does not start: %s", error)
        return 1
    try:
        process.run()
    except (KafkaError, DeliveryFailed, Failure) as error:
        log.error("delivery ends and goes on where it was when it is started again: %s", error)
        return 1
    finally:
        process.close()
    return 0


def ask_again(settings: Settings, knowledge: Knowledge, receiver: str) -> int:
    """Asks whoever delivers to try anew what this receiver was never told; how many notices that is."""
    ledger, kafka = Ledger(knowledge.company.time_zone), KafkaLog(settings.cluster, CONNECT_S, trace_share=0)
    try:
        for record in kafka.read(topics.DELIVERIES, kafka.starts(topics.DELIVERIES)):
            ledger.take(record.key or b"", record.value)
        dead = ledger.dead(receiver)
        for notice, entry in dead.items():
            asked = Entry("again", entry.alert, entry.severity, wall_clock())
            kafka.send(topics.DELIVERIES, 0, key_of(notice, receiver), encode(asked))
        kafka.flush()
    finally:
        kafka.close()
    return len(dead)


class _Turn(Membership):
    """Whether it is ours to deliver; `number` counts the turns."""

    ours = False
    number = 0

    def handed(self, places: Collection[TopicPartition]) -> None:
        self.ours = bool(places)
        self.number += self.ours

    def taken(self, places: Collection[TopicPartition]) -> None:
        self.ours = False

    def ask(self) -> None:
        self.ours = False
        super().ask()


class _Process:
    def __init__(self, settings: Settings, knowledge: Knowledge, delivery: Delivery, stop: threading.Event) -> None:
        self._settings = settings
        self._knowledge = knowledge
        self._delivery = delivery
        self._stop = stop
        self._state = "starting"
        self._beaten = time.monotonic()
        self._begun_at = 0
        watch_surroundings(settings, ALERTS)
        self._door = Door(settings.listen, settings.delivery_port, self)
        self._log = KafkaLog(settings.cluster, CONNECT_S, trace_share=0)
        self._attempts = Attempts(delivery, Writer(knowledge, settings.console_url), self._log)
        session_s = settings.session_timeout_s
        self._turn = _Turn(
            settings.cluster, GROUP, [topics.DELIVERIES], name=name_of("deliver", settings), session_s=session_s,
            patience_s=PATIENCE * session_s,
        )  # fmt: skip
        self._member = self._turn.consumer
        self._alerts = reach(settings.cluster, self._as_reader, CONNECT_S)

    def seen(self) -> dict[str, object]:
        """For `/health`: well while it delivers or stands by, and comes round."""
        stuck = time.monotonic() - self._beaten > self._settings.session_timeout_s + 60
        well = self._state in ("delivering", "standing by") and not stuck
        return {"well": well, "delivery": "stuck" if stuck else self._state}

    def run(self) -> None:
        while not self._stop.is_set():
            self._beat("standing by")
            self._turn.tend()
            self._member.poll(timeout_ms=POLL_MS)
            if self._turn.ours:
                self._take_turn()

    def close(self) -> None:
        self._door.shutdown()
        self._attempts.close()
        for consumer in (self._member, self._alerts):
            consumer.close(autocommit=False)
        try:
            self._log.close()
        except DeliveryFailed as error:
            log.warning("%s", error)

    def _take_turn(self) -> None:
        """Deliver until the turn is another's, or it is to stop."""
        number = self._turn.number
        ledger = Ledger(self._knowledge.company.time_zone)
        notices = Notices(self._delivery, ledger)
        self._beat("reading what was before")
        if not self._read_ledger(ledger, number):
            return
        self._begin_receivers(ledger)
        self._read_alerts(notices, number)
        log.info("delivering to %s", ", ".join(self._delivery.receivers))
        metrics.ACTIVE.set(1)
        swept, looked = 0, time.monotonic()
        while self._mine(number) and not self._stop.is_set():
            if not self._surely(number, looked):
                log.warning("this process was stopped for longer than its session; whose turn it is, is asked anew")
                self._turn.ask()
                break
            looked = time.monotonic()
            self._beat("delivering")
            self._follow_ledger(ledger, notices)
            self._poll_alerts(notices, BUSY_MS if self._attempts else POLL_MS)
            self._attempts.settle(ledger, notices, self._surely(number, looked))
            if self._surely(number, looked):
                self._attempts.send(ledger, notices)
            if (now := wall_clock()) - swept > 1000:
                swept = now
                self._sweep(ledger, notices, now)
        metrics.ACTIVE.set(0)
        self._attempts.finish(ledger, notices, self._surely(number, looked))

    def _mine(self, number: int) -> bool:
        return self._turn.ours and self._turn.number == number

    def _surely(self, number: int, looked: float) -> bool:
        """Whether nobody else can have the turn: who was stopped for longer than a session may have a successor."""
        return self._mine(number) and time.monotonic() - looked < self._settings.session_timeout_s

    def _read_ledger(self, ledger: Ledger, number: int) -> bool:
        place = TopicPartition(topics.DELIVERIES, 0)
        self._member.seek_to_beginning(place)
        end = self._member.end_offsets([place])[place]
        while self._mine(number) and not self._stop.is_set():
            if self._member.position(place) >= end:
                return True
            self._beat("reading what was before")
            self._follow_ledger(ledger, None)
        return False

    def _begin_receivers(self, ledger: Ledger) -> None:
        """Whom the file names for the first time hears what comes from now on."""
        now = wall_clock()
        for name in self._delivery.receivers:
            since = ledger.since.setdefault(name, now)
            self._log.send(topics.DELIVERIES, 0, name.encode(), encode(Since(since)))
        self._log.flush()
        self._begun_at = now

    def _read_alerts(self, notices: Notices, number: int) -> None:
        places = [
            TopicPartition(name, partition)
            for name in (*BEHIND, *ALERTS) for partition in range(self._log.partitions(name))
        ]  # fmt: skip
        self._alerts.assign(places)
        since = wall_clock() - SIGNALS_MS
        later = self._alerts.offsets_for_times({place: since for place in places if place.topic in BEHIND})
        begins = self._alerts.beginning_offsets(places)
        for place in places:
            found = later.get(place)
            self._alerts.seek(place, begins[place] if found is None else found.offset)
        ends = self._alerts.end_offsets(places)
        while self._mine(number) and not self._stop.is_set():
            if all(self._alerts.position(place) >= end for place, end in ends.items()):
                return
            self._beat("reading what was before")
            self._member.poll(timeout_ms=0)
            self._poll_alerts(notices, POLL_MS)

    def _follow_ledger(self, ledger: Ledger, notices: Notices | None) -> None:
        for records in self._member.poll(timeout_ms=0 if notices else POLL_MS).values():
            for record in records:
                again = ledger.take(record.key or b"", record.value)
                if again is not None and notices is not None:
                    notices.again(*again)

    def _poll_alerts(self, notices: Notices, wait_ms: int) -> None:
        now = wall_clock()
        for records in self._alerts.poll(timeout_ms=wait_ms).values():
            outputs = decode_outputs([record.value or b"" for record in records])
            for record, output in zip(records, outputs, strict=True):
                if not isinstance(output, Undecodable):
                    notices.take(output, record.timestamp, now)

    def _sweep(self, ledger: Ledger, notices: Notices, now: int) -> None:
        notices.lost(now)
        if now - self._begun_at > DAY_MS:  # before the topic lets go of since when they are told
            self._begin_receivers(ledger)
            ledger.forget(now - KEPT_MS)
        for name in self._delivery.receivers:
            metrics.WAITING.labels(name).set(notices.waiting(name))
            metrics.TROUBLE.labels(name).set(notices.oldest_trouble(name, now) / 1000)

    def _beat(self, state: str) -> None:
        self._state, self._beaten = state, time.monotonic()
        HEARTBEAT.set_to_current_time()

    def _as_reader(self, timeout_ms: int) -> KafkaConsumer:
        return opened(
            KafkaConsumer, **self._settings.cluster.client(), client_id=GROUP, group_id=None,
            auto_offset_reset="earliest", enable_auto_commit=False, allow_auto_create_topics=False,
            reconnect_backoff_max_ms=RECONNECT_MS,
            fetch_max_wait_ms=POLL_MS, bootstrap_timeout_ms=timeout_ms, max_poll_records=2_000,
        )  # fmt: skip
