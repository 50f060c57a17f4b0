"""What is on its way to receivers: noted before it leaves, and how it ended.

Three steps a message: `trying` is in the ledger, the receiver has taken it, `sent` is in the ledger.
"""

from __future__ import annotations

import hashlib
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from producers.delivery import wall_clock
from producers.kafka_log import KafkaLog
from schemas import topics
from schemas.keys import partition_for
from schemas.letters import further
from schemas.records import EVERYONE
from sinks.frontline import metrics
from sinks.frontline.config import Delivery, Receiver
from sinks.frontline.ledger import Entry, Ledger, State, encode, key_of
from sinks.frontline.message import Writer
from sinks.frontline.notices import Notices, Pick
from sinks.frontline.ways import Away, Refused, Sender

AT_ONCE: Final = 16
"""Messages on their way at one time, at most one to each receiver."""
BUSY_MS: Final = 10
"""How long to wait for anything else while messages are on their way."""
STOP_S: Final = 20.0
"""At the end, for what is on its way."""
STAGE: Final = "delivery"
NOT_DELIVERED: Final = "not_delivered"
IN_DOUBT: Final = "the process died on the way: it may have arrived, and is not sent again (in_doubt: leave)"

log = logging.getLogger(__name__)


def senders(delivery: Delivery) -> dict[str, Sender]:
    """The way to each receiver."""
    return {name: sender(receiver, delivery) for name, receiver in delivery.receivers.items()}


def sender(receiver: Receiver, delivery: Delivery) -> Sender:
    match receiver.way:
        case "mail":
            from sinks.frontline.mail import Post

            assert delivery.smtp is not None
            return Post(delivery.smtp, receiver.to)
        case "webhook":
            from sinks.frontline.webhook import Hook

            return Hook(receiver.to, receiver.secret)
        case "chat":
            from sinks.frontline.chat import Chat  # it loads well over a hundred services

            return Chat(receiver.to)


class Attempts:
    """Every message under way, and what is written of it. The caller says whether the turn is its own."""

    def __init__(self, delivery: Delivery, writer: Writer, kafka: KafkaLog) -> None:
        self._delivery = delivery
        self._writer = writer
        self._log = kafka
        self._senders = senders(delivery)
        self._pool = ThreadPoolExecutor(AT_ONCE, "sending")
        self._under_way: dict[Future[None], Pick] = {}

    def __bool__(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._under_way)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def send(self, ledger: Ledger, notices: Notices) -> None:
        """The next message of each receiver that has room; what is not to be sent at all is noted."""
        now = wall_clock()
        picks = [
            pick for receiver in self._delivery.receivers.values()
            if (pick := notices.next(receiver, now)) is not None
        ]  # fmt: skip
        for dropped in notices.dropped:
            metrics.NOT_SENT.labels(dropped.why).inc()
            entry = Entry("dropped", dropped.notice.alert, dropped.severity, now, why=dropped.why)
            self._note(ledger, dropped.notice.id, dropped.receiver, entry)
        notices.dropped.clear()
        for left in notices.left:
            self._give_up(ledger, left, now, IN_DOUBT)
        notices.left.clear()
        for pick in picks:
            self._note_pick(ledger, pick, "trying", now)
        if picks:
            self._log.flush()
        for pick in picks:
            message = self._writer.write(pick, self._delivery.languages[pick.notice.team])
            self._under_way[self._pool.submit(self._senders[pick.receiver.name].send, message)] = pick

    def settle(self, ledger: Ledger, notices: Notices, ours: bool) -> None:
        """What has come to an end, into the ledger.

        Where the turn may be another's, only what was sent: a failure of ours says nothing of what they sent.
        """
        ended = [future for future in self._under_way if future.done()]
        for future in ended:
            pick, error = self._under_way.pop(future), future.exception()
            if ours or error is None:
                self._settle_one(ledger, notices, pick, error)
        if ended:
            self._log.flush()

    def finish(self, ledger: Ledger, notices: Notices, ours: bool) -> None:
        """Until what is on its way has ended; what takes longer is in doubt, and told again."""
        limit = time.monotonic() + STOP_S
        while self._under_way and time.monotonic() < limit:
            time.sleep(BUSY_MS / 1000)
            self.settle(ledger, notices, ours)
        self._under_way.clear()

    def _settle_one(self, ledger: Ledger, notices: Notices, pick: Pick, error: BaseException | None) -> None:
        now, name = wall_clock(), pick.receiver.name
        why = "" if error is None else f"{error}"[:300]
        if error is None:
            outcome = "sent"
            metrics.DELIVERED.observe(max(0, now - pick.notice.logged_at) / 1000)
        elif isinstance(error, Refused):
            outcome = "refused"
        elif pick.attempts >= self._delivery.attempts:
            outcome = "exhausted"
        else:
            outcome = "away"
            if not isinstance(error, Away):
                log.error("%s: a fault of ours: %s", name, why, exc_info=error)
        metrics.ATTEMPTS.labels(name, outcome).inc()
        if outcome == "sent":
            notices.done(pick, "sent")
            self._note_pick(ledger, pick, "sent", now)
        elif outcome == "away":
            log.warning("%s did not take %s (attempt %d): %s", name, pick.notice.id, pick.attempts, why)
            notices.failed(pick, now, int(1000 * error.wait_s) if isinstance(error, Away) else 0)
            self._note_pick(ledger, pick, "failed", now, why)
        else:
            notices.done(pick, "dead")
            self._give_up(ledger, pick, now, why)

    def _give_up(self, ledger: Ledger, pick: Pick, now: int, why: str) -> None:
        log.error("%s is not told of %s after %d attempts: %s", pick.receiver.name, pick.notice.id, pick.attempts, why)
        self._letter(pick, now, why)
        self._note_pick(ledger, pick, "dead", now, why)

    def _note_pick(self, ledger: Ledger, pick: Pick, state: State, now: int, why: str = "") -> None:
        entry = Entry(state, pick.notice.alert, pick.severity, now, pick.attempts, why)
        self._note(ledger, pick.notice.id, pick.receiver.name, entry)

    def _note(self, ledger: Ledger, notice: str, receiver: str, entry: Entry) -> None:
        ledger.put(notice, receiver, entry)
        self._log.send(topics.DELIVERIES, 0, key_of(notice, receiver), encode(entry))

    def _letter(self, pick: Pick, now: int, why: str) -> None:
        """A dead letter without a value: the alert stands on its own topic, and it is no touchpoint."""
        key = (pick.item.alert.customer_id or EVERYONE).encode()
        name = hashlib.blake2b(key_of(pick.notice.id, pick.receiver.name), digest_size=16).hexdigest()
        said = {
            "id": name, "stage": STAGE, "reason": NOT_DELIVERED, "at": str(now),
            "detail": f"alert {pick.notice.alert} to {pick.receiver.name}, {pick.attempts} attempts: {why}",
            "topic": topics.alert_topic(pick.notice.team),
        }  # fmt: skip
        alert = pick.item.alert
        because = next((each.event_id for each in alert.because), None)
        said |= further(
            NOT_DELIVERED, pick.attempts, customer=alert.customer_id, because=because, knowledge=alert.knowledge
        )
        partition = partition_for(key, self._log.partitions(topics.DLQ))
        self._log.send(topics.DLQ, partition, key, b"", [(header, text.encode()) for header, text in said.items()])
