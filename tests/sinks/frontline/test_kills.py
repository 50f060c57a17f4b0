"""`rapport deliver` is killed again and again under load: no alert is lost, and none counts twice by its id."""

from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from random import Random

import msgspec
import pytest
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.local.broker import free_port
from producers.kafka_log import KafkaLog
from schemas import topics
from schemas.codec import encode_output
from schemas.keys import partition_for
from schemas.records import Emitted, Severity
from sinks.frontline.process import GROUP
from tests.console.world import alert, change, signal
from tests.integration.line import Line
from tests.integration.reading import read
from tests.sinks.frontline.receivers import SECRET, Hooks, Mailbox, hooks, mailbox

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

KILLS = int(os.environ.get("RAPPORT_TEST_KILLS", "3"))
BETWEEN = 40
ALERTS = KILLS * BETWEEN
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


def _has(hook: Hooks, wanted: int) -> bool:
    return len(hook.taken) >= wanted


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
        line.wait("it delivers", lambda: line.metrics("deliver").get(("rapport_delivery_active", frozenset())) == 1)
        hook.slow_s = 0.01  # so that kills meet messages on their way
        for number in range(ALERTS):
            name = f"a{number:03d}"
            severity: Severity = "critical" if number % BETWEEN == 0 else "error"
            put(log, signal(name, "unanswered"), alert(name, severity=severity, at=now(), customer=f"c{number}"))
            if number % BETWEEN == BETWEEN // 2:
                log.flush()
                wanted = len(hook.taken) + chance.randrange(1, 8)
                line.wait("some are on their way", partial(_has, hook, wanted))
                line.kill("deliver")
                line.start("deliver", delivery_port=port, metrics_port=port)
        over = alert("over", at=now(), customer="c-over")
        put(log, change(over, "resolved", "wei"), signal("over", "unanswered"), over)
        escalated = change(alert("a000", customer="c0"), "escalated")
        put(log, msgspec.structs.replace(escalated, team="managers", customer_id="c0"))
        log.flush()
        expected = {f"a{number:03d}" for number in range(ALERTS)}
        line.wait("the webhook has all", lambda: set(hook.ids()) >= {*expected, "a000-escalated-e"})
        line.wait("the mailbox has all", lambda: set(box.ids()) >= expected)
        line.wait("the chat has all", lambda: len(hook.said) >= KILLS)
        _given_up_and_wanted_after_all(line, hook, log)
        line.wait("the mailbox has that, too", lambda: "refused" in box.ids())
        assert line.stop("deliver") == 0
        log.close()
        judge(hook, box, {*expected, "refused"})
        ledger = read(line.broker.bootstrap, [topics.DELIVERIES])[topics.DELIVERIES]
        assert b"Nobody has answered" not in b"".join(each.value or b"" for each in ledger)


ALONE = """
receivers:
  tickets: {{webhook: "{hook.url}", secret: "{secret}", in_doubt: {doubt}}}
teams:
  agent-desk: {{language: en, error: [tickets]}}
"""


def test_who_was_stopped_does_not_unsay_what_its_successor_has_sent(tmp_path: Path) -> None:
    with hooks() as hook, Line(tmp_path, 2, delivery=tmp_path / "delivery.yaml") as line:
        (tmp_path / "delivery.yaml").write_text(ALONE.format(hook=hook, secret=SECRET, doubt="again"))
        line.broker.start()
        line.init()
        ports = {name: str(free_port()) for name in ("deliver", "deliver-2")}

        def start(name: str) -> None:
            line.start(name, delivery_port=ports[name], metrics_port=ports[name], data=str(tmp_path / name))

        def delivers(name: str) -> bool:
            return line.metrics(name).get(("rapport_delivery_active", frozenset())) == 1

        start("deliver")
        line.wait("it delivers", lambda: delivers("deliver"))
        log = KafkaLog(line.settings.cluster)
        hook.answers = [(503, {})]
        hook.speaks.clear()
        put(log, signal("a1", "unanswered"), alert("a1", severity="error", at=now(), customer="c1"))
        log.flush()
        line.wait("the receiver is asked", lambda: not hook.answers)
        line.pause("deliver")
        start("deliver-2")
        line.wait("the successor has sent it, and noted that", lambda: _noted(line, b"sent"))
        hook.speaks.set()
        line.go_on("deliver")
        line.wait("the other knows that it was stopped", lambda: "asked anew" in line.log("deliver").read_text())
        assert line.stop("deliver") == 0
        line.kill("deliver-2")
        start("deliver-2")
        put(log, signal("a2", "unanswered"), alert("a2", severity="error", at=now(), customer="c2"))
        log.flush()
        line.wait("the next one is told", lambda: "a2" in hook.ids())
        line.wait("nothing waits to be told again", lambda: line.metrics("deliver-2").get(WAITING) == 0)
        log.close()
        assert hook.ids() == {"a1": 1, "a2": 1}


def test_nothing_comes_twice_where_what_is_in_doubt_is_left(tmp_path: Path) -> None:
    """The receiver has taken it and the process dies before it hears so: a dead letter, and no second message."""
    with hooks() as hook, Line(tmp_path, 2, delivery=tmp_path / "delivery.yaml") as line:
        (tmp_path / "delivery.yaml").write_text(ALONE.format(hook=hook, secret=SECRET, doubt="leave"))
        line.broker.start()
        line.init()
        port = str(free_port())
        line.start("deliver", delivery_port=port, metrics_port=port)
        line.wait("it delivers", lambda: line.metrics("deliver").get(ACTIVE) == 1)
        log = KafkaLog(line.settings.cluster)
        hook.slow_s = 600.0
        put(log, signal("a1", "unanswered"), alert("a1", severity="error", at=now(), customer="c1"))
        log.flush()
        line.wait("the receiver has taken it", lambda: "a1" in hook.ids())
        line.kill("deliver")
        hook.slow_s = 0.0
        line.start("deliver", delivery_port=port, metrics_port=port)
        put(log, signal("a2", "unanswered"), alert("a2", severity="error", at=now(), customer="c2"))
        log.flush()
        line.wait("the next one is told", lambda: "a2" in hook.ids())
        line.wait("the doubt is a dead letter", lambda: bool(read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]))
        (letter,) = read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]
        assert "a1 to tickets, 1 attempts: the process died on the way: it may have arrived" in letter.header("detail")
        assert hook.ids() == {"a1": 1, "a2": 1}
        assert line.stop("deliver") == 0
        log.close()


def test_who_was_killed_before_it_knew_the_ledger_leaves_no_successor_that_stands_by(tmp_path: Path) -> None:
    with hooks() as hook, Line(tmp_path, 2, delivery=tmp_path / "delivery.yaml") as line:
        (tmp_path / "delivery.yaml").write_text(ALONE.format(hook=hook, secret=SECRET, doubt="again"))
        line.broker.start()
        line.init()
        admin = KafkaAdminClient(bootstrap_servers=line.broker.bootstrap)
        admin.delete_topics([topics.DELIVERIES])
        port = str(free_port())
        # So long a session that the broker still knows it when its successor comes.
        line.start("deliver", delivery_port=port, metrics_port=port, session_timeout_s="60")
        line.wait("it is handed nothing", lambda: _members(admin) == 1)
        line.kill("deliver")
        admin.create_topics({topics.DELIVERIES: {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
        line.start("deliver", delivery_port=port, metrics_port=port)
        line.wait("its successor delivers", lambda: line.metrics("deliver").get(ACTIVE) == 1)
        admin.close()


def _members(admin: KafkaAdminClient) -> int:
    """Of the group, once it is there and at rest."""
    try:
        (group,) = admin.describe_groups([GROUP]).values()
    except KafkaError:
        return 0
    return len(group["members"]) if group["group_state"] == "Stable" else 0


def _noted(line: Line, state: bytes) -> bool:
    return any(
        state in (each.value or b"") for each in read(line.broker.bootstrap, [topics.DELIVERIES])[topics.DELIVERIES]
    )


ACTIVE = ("rapport_delivery_active", frozenset[tuple[str, str]]())
WAITING = ("rapport_delivery_waiting", frozenset({("receiver", "tickets")}))


def _given_up_and_wanted_after_all(line: Line, hook: Hooks, log: KafkaLog) -> None:
    # What a kill has left in doubt is sent once more, and would get the answer that is meant for another.
    line.wait("nothing waits to be told again", lambda: line.metrics("deliver").get(WAITING) == 0)
    hook.answers = [(400, {})]
    put(log, signal("refused", "unanswered"), alert("refused", severity="error", at=now(), customer="c-refused"))
    log.flush()
    line.wait("it is a dead letter", lambda: bool(read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]))
    (letter,) = read(line.broker.bootstrap, [topics.DLQ])[topics.DLQ]
    assert (letter.header("stage"), letter.header("reason")) == ("delivery", "not_delivered")
    assert "alert refused to tickets, 1 attempts: it answers 400" in letter.header("detail")
    assert "refused" not in hook.ids()
    done = line.run("deliver", "--again", "tickets")
    assert done.stdout.startswith("1 to be tried anew"), done.stderr
    line.wait("it is told after all", lambda: "refused" in hook.ids())


def judge(hook: Hooks, box: Mailbox, expected: set[str]) -> None:
    assert hook.forged == []
    assert set(hook.once()) == {*expected, "a000-escalated-e"}
    assert set(box.ids()) == expected
    for counts in (hook.ids(), box.ids()):
        print(f"sent {counts.total()} for {len(counts)}: {counts.total() - len(counts)} twice after {KILLS} kills")
        assert counts.total() - len(counts) <= KILLS, "more than what was on its way at a kill came twice"
