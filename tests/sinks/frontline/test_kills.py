"""`rapport deliver` is killed again and again under load: no alert is lost, and none counts twice by its id."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from deploy.local.broker import free_port
from producers.kafka_log import KafkaLog
from schemas import topics
from schemas.codec import encode_output
from schemas.keys import partition_for
from schemas.records import AlertChange, Emitted
from tests.console.world import alert, change, signal
from tests.integration.line import Line
from tests.integration.reading import read
from tests.sinks.frontline.receivers import SECRET, Hooks, Mailbox, hooks, mailbox

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

ALERTS = 240
KILLS = 6
FILE = """
mail: {{host: 127.0.0.1, port: {box.port}, tls: none, from: Rapport <rapport@shop.example>}}
receivers:
  desk: {{mail: desk@shop.example, a_day: 0}}
  tickets: {{webhook: "{hook.url}", secret: "{secret}"}}
  duty: {{chat: "{hook.chat}", a_day: 0}}
teams:
  agent-desk: {{language: zh, warning: [desk, tickets], critical: [duty]}}
  managers: {{info: [tickets]}}
"""


def put(log: KafkaLog, *outputs: Emitted) -> None:
    """As the engine writes them."""
    for each in outputs:
        topic, key = topics.route(each)
        log.send(topic, partition_for(key, log.partitions(topic)), key, encode_output(each))


def now() -> int:
    return time.time_ns() // 1_000_000


def test_no_alert_is_lost_and_none_counts_twice(tmp_path: Path) -> None:
    chance = Random(7)
    with hooks() as hook, mailbox() as box, Line(tmp_path, 2, delivery=tmp_path / "delivery.yaml") as line:
        (tmp_path / "delivery.yaml").write_text(FILE.format(box=box, hook=hook, secret=SECRET))
        line.broker.start()
        line.init()
        port = str(free_port())
        line.start("deliver", delivery_port=port, metrics_port=port)
        log = KafkaLog(line.settings.cluster)
        line.wait("delivery has begun", lambda: line.metrics("deliver").get(("rapport_delivery_active", frozenset())) == 1)
        hook.slow_s = 0.01  # so that kills meet messages on their way
        for number in range(ALERTS):
            name = f"a{number:03d}"
            severity = "critical" if number % 40 == 0 else "error"
            put(log, signal(name, "unanswered"), alert(name, severity=severity, at=now(), customer=f"c{number}"))
            if number % (ALERTS // KILLS) == 20:
                log.flush()
                seen = len(hook.taken)
                line.wait("some are on their way", lambda: len(hook.taken) > seen + chance.randrange(8))
                line.kill("deliver")
                line.start("deliver", delivery_port=port, metrics_port=port)
        over = alert("over", at=now(), customer="c-over")
        put(log, change(over, "resolved", "wei"), signal("over", "unanswered"), over)
        escalated = alert("a000", severity="critical", at=now(), customer="c0")
        put(log, told(escalated))
        log.flush()
        expected = {f"a{number:03d}" for number in range(ALERTS)}
        line.wait("the webhook has all", lambda: set(hook.ids()) >= {*expected, "a000-escalated-e"})
        line.wait("the mailbox has all", lambda: set(box.ids()) >= expected)
        line.wait("the chat has all", lambda: len({each["title"] for each in hook.said}) > 0 and chats(hook) >= 6)
        assert line.stop("deliver") == 0
        log.close()
        judge(hook, box, expected)
        ledger = read(line.broker.bootstrap, [topics.DELIVERIES])[topics.DELIVERIES]
        assert not [each for each in ledger if b"c-over" in (each.value or b"") or "题".encode() in (each.value or b"")]


def told(of: object) -> AlertChange:
    from schemas.records import Alert

    assert isinstance(of, Alert)
    made = change(of, "escalated")
    import msgspec

    return msgspec.structs.replace(made, team="managers", customer_id=of.customer_id)


def chats(hook: Hooks) -> int:
    return len(hook.said)


def judge(hook: Hooks, box: Mailbox, expected: set[str]) -> None:
    assert hook.forged == []
    assert set(hook.once()) == {*expected, "a000-escalated-e"}
    assert set(box.ids()) == expected
    for counts in (hook.ids(), box.ids()):
        print(f"sent {counts.total()} for {len(counts)}: {counts.total() - len(counts)} twice after {KILLS} kills")
        assert counts.total() - len(counts) <= KILLS, "more than what was on its way at a kill came twice"
