"""The console is killed while staff acknowledge: what it has answered holds, and counts once."""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Final

import httpx2
import msgspec
import pytest

from console.accounts.people import People, Person
from producers.kafka_log import KafkaLog
from producers.pipeline import Incoming, Pipeline
from rapport.init import init
from schemas import times, topics
from schemas.codec import decode_outputs, decode_touchpoints
from schemas.records import AlertChange, Touchpoint
from tests.console.world import PASSWORD
from tests.integration.line import Line
from tests.integration.reading import read

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

KILLS: Final = int(os.environ.get("RAPPORT_TEST_KILLS", "1"))
CALLS: Final = min(12 * (KILLS + 1), 180)
"""So many that all of them stand in one list."""
STAFF: Final = ("ann", "tom", "wei")
FORM: Final = re.compile(r'name="csrf" value="(\w+)"')
ROW: Final = re.compile(r'href="/inbox/([^"?]+)"')


class Desk(Thread):
    """Somebody who takes every alert that they see, and presses again where no answer comes.

    `has`: what the console said is theirs; `beaten`: who it said was first; `sent`: what it said is on its way.
    """

    def __init__(self, name: str, address: str) -> None:
        super().__init__(name=name, daemon=True)
        self._address = address
        self.alerts: list[str] = []
        self.has: list[str] = []
        self.beaten: dict[str, str] = {}
        self.sent: list[str] = []
        self.broken = 0
        self.wrong: list[str] = []
        self.stop = Event()
        with self._browser() as browser:
            browser.post("/login", data={"name": name, "password": PASSWORD})
            self._cookies = dict(browser.cookies)
            found = FORM.search(browser.get("/inbox").text)
        assert found is not None
        self._csrf = found[1]

    @property
    def answered(self) -> int:
        return len(self.has) + len(self.beaten) + len(self.sent)

    def sees(self, calls: int) -> bool:
        """Whether so many calls of this test are open; what was, is taken in an order of one's own."""
        with self._browser(self._cookies) as browser:
            found = ROW.findall(browser.get("/inbox", params={"q": "desk-"}, headers={"x-part": "list"}).text)
        if found and len(found) == calls:
            self.alerts = Random(self.name).sample(found, len(found))
        return len(found) == calls

    def run(self) -> None:
        with self._browser(self._cookies) as browser:
            for alert in self.alerts:
                while not self.stop.is_set() and not self._taken(browser, alert):
                    time.sleep(0.2)

    def _browser(self, cookies: dict[str, str] | None = None) -> httpx2.Client:
        return httpx2.Client(base_url=self._address, headers={"origin": self._address}, cookies=cookies, timeout=30.0)

    def _taken(self, browser: httpx2.Client, alert: str) -> bool:
        """Whether there was a last word. Of a form that was not answered the same is sent again."""
        form = {"csrf": self._csrf, "nonce": "pressed"}
        try:
            answer = browser.post(f"/alerts/{alert}/acknowledge", data=form, headers={"x-part": "card"})
        except httpx2.TransportError:
            self.broken += 1
            return False
        text = answer.text
        if "It is yours." in text or "You have it already." in text:
            self.has.append(alert)
        elif found := re.search(r"(\w+) was first and has it\.", text):
            self.beaten[alert] = found[1]
        elif "not confirmed it yet" in text:
            self.sent.append(alert)
        elif answer.status_code in (404, 503):  # it is catching up, or Kafka is not there yet: neither was done
            return False
        else:
            self.wrong.append(f"{answer.status_code} {text[:300]}")
        return True


def test_what_was_answered_holds_and_counts_once(tmp_path: Path) -> None:
    with Line(tmp_path, partitions=4) as line:
        line.broker.start()
        init(line.settings, print)
        people = People(line.settings.data)
        for name in STAFF:
            people.add(Person(name, "agent", ("agent-desk",)), PASSWORD)
        people.close()
        line.start("worker", "console")
        address = f"http://127.0.0.1:{line.settings.console_port}"
        line.wait("the console is well", lambda: _well(address))
        _ring(line)
        desks = [Desk(name, address) for name in STAFF]
        for desk in desks:
            line.wait("all of them ring", partial(desk.sees, CALLS))
        for desk in desks:
            desk.start()
        try:
            for number in range(1, KILLS + 1):
                wanted = len(STAFF) * CALLS * number // (KILLS + 1)
                line.wait("they take what they see", partial(_have_answers, desks, wanted))
                line.kill("console")
                line.start("console")
            line.wait("everybody has a word on each", lambda: not any(desk.is_alive() for desk in desks))
        finally:
            for desk in desks:
                desk.stop.set()
        assert [desk.wrong for desk in desks] == [[], [], []]
        assert sum(desk.broken for desk in desks) >= KILLS, "nothing was under way when it was killed"
        line.wait("what was sent is confirmed", lambda: desks[0].sees(0))
        _judge(line.broker.bootstrap, desks)


def _judge(kafka: str, desks: Sequence[Desk]) -> None:
    holders = {alert: causes for alert, causes in _held(kafka).items() if alert in desks[0].alerts}
    assert len(holders) == CALLS, "each of them is held by somebody"
    holder = {alert: {by for by, _ in causes} for alert, causes in holders.items()}
    assert {len(each) for each in holder.values()} == {1}, "nobody takes what somebody has"
    counts = Counter(cause for causes in holders.values() for cause in causes)
    assert set(counts.values()) == {1}, "none is applied twice"
    written = _written(kafka)
    for desk in desks:
        for alert in desk.has:
            assert holder[alert] == {desk.name}, "what was answered is not lost"
        for alert, by in desk.beaten.items():
            assert holder[alert] == {by}
        assert {(alert, desk.name) for alert in (*desk.has, *desk.sent)} <= written
    answered = sum(desk.answered for desk in desks)
    print(f"{answered} answers on {len(holder)} alerts, {sum(d.broken for d in desks)} broken off by {KILLS} kills")


def _have_answers(desks: Sequence[Desk], wanted: int) -> bool:
    return sum(desk.answered for desk in desks) >= wanted


def _ring(line: Line) -> None:
    now = times.write(time.time_ns() // 1_000_000)
    log = KafkaLog(line.settings.cluster)
    pipeline = Pipeline(log, line.settings.identity)
    for number in range(CALLS):
        call = {
            "event_id": f"desk-{number}", "type": "call.ringing", "channel": "phone", "occurred_at": now,
            "identifiers": {"customer_id": f"desk-{number}"}, "properties": {"queue": "service"}, "language": "en",
        }  # fmt: skip
        pipeline.take(Incoming("calls", number, json.dumps(call).encode()))
    log.close()


def _held(kafka: str) -> dict[str, list[tuple[str, str]]]:
    """By alert: who acknowledged it, and by which deed, each time that the engine says so."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for each in _outputs(kafka):
        if isinstance(each, AlertChange) and each.state == "acknowledged":
            found[each.alert_id].append((each.by or "", each.because[0].event_id))
    return found


def _outputs(kafka: str) -> Sequence[object]:
    topic = topics.alert_topic("agent-desk")
    return decode_outputs([record.value or b"" for record in read(kafka, [topic])[topic]])


def _written(kafka: str) -> set[tuple[str, str]]:
    """Alert and staff of every acknowledgement that stands in Kafka."""
    found = decode_touchpoints([record.value or b"" for record in read(kafka, [topics.RAW])[topics.RAW]])
    deeds = [each for each in found if isinstance(each, Touchpoint) and each.type == "alert.acknowledged"]
    return {(str(msgspec.json.decode(each.properties or "{}").get("alert_id")), each.staff_id or "") for each in deeds}


def _well(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/health", timeout=10.0).status_code == 200
    except httpx2.TransportError:
        return False
