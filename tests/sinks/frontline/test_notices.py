"""Who is told what, and when no longer: below, at and over each limit, without a clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from console.live.item import POP_MS
from schemas.records import AlertState, Emitted, Severity
from sinks.frontline.config import Delivery, Receiver
from sinks.frontline.ledger import Entry, Ledger, encode, key_of
from sinks.frontline.notices import ALERT_MS, LONGEST_PAUSE_MS, SIGNAL_MS, Notices, Pick, pause
from tests.console.world import NOW, alert, change, signal

DESK = Receiver("desk", "mail", "desk@example.com", "", 1, 6)
HOOK = Receiver("hook", "webhook", "https://x.example", "", 1, 0)
DELIVERY = Delivery(
    {"desk": DESK, "hook": HOOK},
    {
        "agent-desk": {"info": ("desk",), "critical": ("hook",)}, "managers": {"info": ("desk", "hook")},
        "store": {"info": ("desk",)},
    },
    {"agent-desk": "zh", "managers": "en", "store": "en"}, None, 25,
)  # fmt: skip
LATER = NOW + SIGNAL_MS


class World:
    """Notices over a ledger that begins before everything."""

    def __init__(self, ledger: Ledger | None = None, since: int = 0) -> None:
        self.ledger = ledger or Ledger("Asia/Shanghai")
        self.ledger.since = dict.fromkeys(DELIVERY.receivers, since)
        self.notices = Notices(DELIVERY, self.ledger)

    def take(self, *outputs: Emitted, at: int = NOW) -> World:
        for each in outputs:
            self.notices.take(each, at, at)
        return self

    def tell(self, at: int = LATER, receiver: Receiver = DESK) -> list[str]:
        """Ids of all that the receiver is told now, one after the other."""
        told: list[str] = []
        while (pick := self.notices.next(receiver, at)) is not None:
            told.append(pick.notice.id)
            self.sent(pick, at)
        return told

    def sent(self, pick: Pick, at: int = LATER) -> None:
        self.notices.done(pick, "sent")
        self.ledger.put(pick.notice.id, pick.receiver.name, entry("sent", at, pick.severity))

    def why(self) -> list[str]:
        return [each.why for each in self.notices.dropped]


def entry(state: Any, at: int = NOW, severity: Severity = "warning", attempts: int = 1) -> Entry:
    return Entry(state, "a1", severity, at, attempts)


def opened(number: int, severity: Severity = "warning", **more: Any) -> list[Emitted]:
    name = f"a{number}"
    return [signal(name), alert(name, severity=severity, customer=f"c{number}", **more)]


def test_the_gravest_first_then_the_soonest_due_each_once() -> None:
    world = World().take(*opened(1, due=900_000), *opened(2), *opened(3, "critical"))
    assert world.tell() == ["a3", "a2", "a1"]
    assert world.tell(receiver=HOOK) == ["a3"], "from critical on"
    world.take(*opened(1), *opened(3, "critical"))
    assert world.tell() == world.tell(receiver=HOOK) == []


@pytest.mark.parametrize(
    ("state", "why"),
    [
        pytest.param("acknowledged", "taken", id="somebody has it"),
        pytest.param("resolved", "case_over", id="it is resolved"),
        pytest.param("expired", "case_over", id="its time is over"),
        pytest.param("snoozed", "snoozed", id="it is put off"),
    ],
)
def test_what_has_changed_before_the_attempt_is_not_told(state: AlertState, why: str) -> None:
    of = alert("a1")
    world = World().take(signal(), of, change(of, state, "wei"))
    assert world.tell() == []
    assert world.why() == [why]


def test_changes_that_concern_somebody_are_told_under_their_own_ids() -> None:
    of = alert("a1")
    world = World().take(signal(), of)
    assert world.tell() == ["a1"]
    world.take(msgspec.structs.replace(change(of, "escalated"), team="managers"))
    assert (world.tell(), world.tell(receiver=HOOK)) == (["a1-escalated-e"], ["a1-escalated-e"])
    world.take(change(of, "acknowledged", "wei", "e2"), change(of, "reopened", cause="e3"))
    assert world.tell() == ["a1-reopened-e3"]


def test_what_is_raised_is_graver_by_one_word_and_told_to_those_who_hear_of_that() -> None:
    of = alert("a1", severity="error")
    world = World().take(signal(), of, change(of, "raised"))
    assert world.tell(receiver=HOOK) == ["a1-raised-e"]


def test_what_was_handed_on_is_the_other_teams() -> None:
    of = alert("a1")
    handed = msgspec.structs.replace(change(of, "reassigned"), team="managers")
    world = World().take(signal(), of, handed)
    assert world.tell() == ["a1-reassigned-e"]
    assert world.why() == ["handed_on"]
    world.take(handed)
    assert world.tell() == [], "the same record stands on the old team's topic as well"


def test_nobody_is_told_twice_that_their_own_alert_waits() -> None:
    of = alert("a1", team="managers")
    world = World().take(signal(), of, change(of, "escalated"))
    assert world.tell() == ["a1"]
    assert world.why() == ["own_alert"]


def test_two_teams_with_one_receiver_make_one_message_of_a_case() -> None:
    first = msgspec.structs.replace(alert("a1"), dedup_key="m|agent-desk")
    second = msgspec.structs.replace(alert("a2", team="store"), dedup_key="m|store")
    world = World().take(signal(), signal("a2"), first, second)
    assert len(world.tell()) == 1
    assert world.why() == ["same_case"]


def test_a_change_before_its_alert_waits_for_it_and_one_without_is_let_go() -> None:
    of = alert("a1")
    world = World().take(msgspec.structs.replace(change(of, "escalated"), team="managers"))
    assert world.tell(receiver=HOOK) == []
    world.take(signal(), of)
    assert world.tell(receiver=HOOK) == ["a1-escalated-e"]
    lost = World().take(msgspec.structs.replace(change(of, "escalated"), team="managers"))
    lost.notices.lost(NOW + ALERT_MS)
    assert lost.why() == []
    lost.notices.lost(NOW + ALERT_MS + 1)
    assert lost.why() == ["alert_unknown", "alert_unknown"]


def test_nobody_hears_of_what_was_before_they_were_named_nor_of_history() -> None:
    assert World(since=NOW + 1).take(*opened(1)).tell() == []
    assert World(since=NOW).take(*opened(1)).tell() == ["a1"]
    assert World().take(signal(), msgspec.structs.replace(alert("a1"), history="run")).tell() == []


def test_an_alert_waits_a_moment_for_its_signal() -> None:
    world = World().take(alert("a1"))
    assert world.tell(NOW + SIGNAL_MS - 1) == []
    assert world.tell(NOW + SIGNAL_MS + 1_000) == ["a1"]


@pytest.mark.parametrize(("late", "told"), [pytest.param(0, ["a1"], id="at the edge"), pytest.param(1, [], id="late")])
def test_a_moment_that_has_passed_is_not_told(late: int, told: list[str]) -> None:
    world = World().take(signal("a1", "incoming_call"), alert("a1"))
    assert world.tell(NOW + POP_MS + late) == told
    assert world.why() == ["moment_passed"] * late


def test_a_day_has_room_and_the_grave_always_finds_some() -> None:
    world = World().take(*(each for number in range(8) for each in opened(number)))
    assert len(world.tell()) == 4, "two thirds of six; the rest is kept for what is grave"
    world.take(*opened(20, "error"), *opened(21, "critical"))
    assert world.tell() == ["a21", "a20"]
    assert len(world.tell(LATER + 86_400_000)) == 4, "the next day has its own room"


def test_what_can_wait_takes_no_room_from_what_cannot() -> None:
    infos = World().take(*(each for number in range(8) for each in opened(number, "info")))
    assert len(infos.tell()) == 3, "half of the day"


def test_a_doorway_without_room_is_a_moment_that_passes() -> None:
    world = World().take(*(each for number in range(4) for each in opened(number)))
    world.tell()
    world.take(signal("a9", "arrival"), alert("a9", customer="c9"))
    assert world.tell(LATER + 1_000) == []
    assert world.why() == ["moment_passed"]


def test_pauses_double_up_to_ten_minutes_and_one_at_a_time_is_under_way() -> None:
    assert [pause(n) for n in (1, 2, 3)] == [2_000, 4_000, 8_000]
    assert pause(20) == pause(500) == LONGEST_PAUSE_MS
    world = World().take(*opened(1), *opened(2))
    pick = world.notices.next(DESK, LATER)
    assert pick is not None
    assert world.notices.next(DESK, LATER) is None, "one is on its way"
    world.notices.failed(pick, LATER)
    other = world.notices.next(DESK, LATER)
    assert other is not None
    assert other.notice.id != pick.notice.id, "one that fails holds up no other"
    world.sent(other)
    assert world.tell(LATER + pause(1) - 1) == []
    again = world.notices.next(DESK, LATER + pause(1) + 1_000)
    assert again is not None
    assert (again.notice.id, again.attempts, again.doubtful) == (pick.notice.id, 2, False)


def test_a_receiver_that_asks_for_rest_has_it() -> None:
    world = World().take(*opened(1), *opened(2))
    pick = world.notices.next(DESK, LATER)
    assert pick is not None
    world.notices.failed(pick, LATER, wait_ms=30_000)
    assert world.tell(LATER + 29_999) == []
    assert len(world.tell(LATER + 30_000)) == 2


@pytest.mark.parametrize(
    ("state", "told"),
    [
        pytest.param(["sent"], [], id="it arrived"),
        pytest.param(["dropped"], [], id="it was not to be told"),
        pytest.param(["dead"], [], id="it was given up"),
        pytest.param(["dead", "again"], ["a1"], id="it was given up and is wanted after all"),
        pytest.param(["trying"], ["a1"], id="nobody knows"),
        pytest.param(["trying", "sent"], [], id="it arrived in the end"),
        pytest.param(["trying", "failed"], ["a1"], id="it did not arrive"),
    ],
)
def test_after_a_restart_the_ledger_says_what_is_left(state: Sequence[str], told: list[str]) -> None:
    ledger = Ledger("UTC")
    for each in state:
        ledger.take(key_of("a1", "desk"), encode(entry(each, NOW - 60_000)))
    assert World(ledger).take(*opened(1)).tell() == told


def test_what_is_in_doubt_says_so_and_counts_its_attempts() -> None:
    ledger = Ledger("UTC")
    ledger.take(key_of("a1", "desk"), encode(entry("trying", attempts=3)))
    pick = World(ledger).take(*opened(1)).notices.next(DESK, LATER)
    assert pick is not None
    assert (pick.doubtful, pick.attempts) == (True, 4)


def test_what_is_in_doubt_is_left_where_nothing_may_come_twice() -> None:
    ledger = Ledger("UTC")
    ledger.take(key_of("a1", "desk"), encode(entry("trying", attempts=3)))
    ledger.take(key_of("a2", "desk"), encode(entry("failed", NOW - 60_000)))
    ledger.take(key_of("a4", "desk"), encode(entry("trying")))
    world, careful = World(ledger), msgspec.structs.replace(DESK, in_doubt="leave")
    over = alert("a4", customer="c4")
    world.take(*opened(1), *opened(2), *opened(3), signal("a4"), over, change(over, "resolved", "wei"))
    assert world.tell(receiver=careful) == ["a3", "a2"], "what is new, and what has failed, is told"
    assert [(each.notice.id, each.attempts) for each in world.notices.left] == [("a1", 3)]
    assert world.why() == ["case_over"]
    world.notices.again("a1", "desk")
    assert world.tell(LATER + 1_000, careful) == ["a1"], "and somebody may want it after all"


def test_what_was_given_up_is_tried_anew_when_somebody_asks() -> None:
    world = World().take(*opened(1))
    pick = world.notices.next(DESK, LATER)
    assert pick is not None
    world.notices.done(pick, "dead")
    world.ledger.put("a1", "desk", entry("dead"))
    assert world.tell(LATER + 2_000) == []
    assert world.ledger.take(key_of("a1", "desk"), encode(entry("again"))) == ("a1", "desk")
    world.notices.again("a1", "desk")
    assert world.tell(LATER + 3_000) == ["a1"]


def test_the_ledger_counts_a_day_of_its_zone_and_each_notice_once() -> None:
    ledger = Ledger("UTC")
    midnight = NOW - NOW % 86_400_000
    for _ in range(2):
        ledger.put("a1", "desk", entry("sent", midnight, "info"))
    ledger.put("a2", "desk", entry("sent", midnight - 1))
    assert ledger.sent("desk", midnight) == (1, 1)
    ledger.forget(midnight)
    assert ledger.get("a2", "desk") is None
    assert ledger.get("a1", "desk") is not None
