"""What staff do with an alert, what time does with it, and who is refused and why."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schemas.records import Alert, AlertChange, Emitted, Rejected
from tests.streams.alerts.test_cases import acted, asked, opened
from tests.streams.lab import DAY, HOUR, MINUTE, Lab, knowledge, of, signals, tick, touchpoint

OPENED = 2 * MINUTE  # an unanswered chat; its deadline is half an hour later


def states(outputs: list[Emitted], alert: Alert) -> list[tuple[str, str]]:
    return [(c.state, c.team) for c in of(outputs, AlertChange) if c.alert_id == alert.id]


@pytest.mark.parametrize(
    ("until", "told"),
    [
        pytest.param(OPENED + 15 * MINUTE - 1, [], id="just before half of the way"),
        pytest.param(OPENED + 15 * MINUTE, [("escalated", "managers")], id="half of the way: not taken"),
        pytest.param(OPENED + 30 * MINUTE - 1, [("escalated", "managers")], id="once only"),
        pytest.param(OPENED + 30 * MINUTE, [("escalated", "managers")] * 2, id="overdue: once more"),
        pytest.param(OPENED + 60 * HOUR, [("escalated", "managers")] * 2, id="and never again"),
        pytest.param(
            OPENED + 72 * HOUR, [("escalated", "managers")] * 2 + [("expired", "agent-desk")], id="maximum age"
        ),
    ],
)
def test_what_nobody_takes_escalates_twice_and_expires(until: int, told: list[tuple[str, str]]) -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    assert states(lab.fold(tick(until)), alert) == told


def test_what_is_taken_escalates_only_when_it_is_overdue() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    changes = of(lab.fold(acted("acknowledged", alert), tick(OPENED + 30 * MINUTE)), AlertChange)
    own = [c for c in changes if c.alert_id == alert.id]
    assert [c.state for c in own] == ["acknowledged", "escalated"]
    assert own[1].reason == "overdue: agent-desk → managers"


def test_the_last_in_line_hand_nothing_to_themselves() -> None:
    lab = Lab()
    handed = [touchpoint("call.transferred", n * MINUTE, channel="phone", initiator="company") for n in range(2)]
    alert = next(a for a in of(lab.fold(*handed, tick(5 * MINUTE)), Alert) if a.team == "managers")
    changes = of(lab.fold(tick(2 * HOUR)), AlertChange)
    told = [(c.state, c.team, c.reason) for c in changes if c.alert_id == alert.id]
    assert told == [("escalated", "managers", "not taken: managers"), ("escalated", "managers", "overdue: managers")]


def test_an_acknowledgement_expires() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    taken = of(lab.fold(acted("acknowledged", alert)), AlertChange)[0]
    assert taken.until == taken.at + 4 * HOUR
    before = lab.fold(tick(5 * MINUTE + 4 * HOUR - 1))
    assert ("reopened", "agent-desk") not in states(before, alert)
    after = of(lab.fold(tick(5 * MINUTE + 4 * HOUR)), AlertChange)
    assert [(c.state, c.reason) for c in after] == [("reopened", "acknowledged by mia has run out")]


def test_a_snoozed_alert_is_left_alone_until_it_wakes() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    lab.fold(acted("snoozed", alert, until="2026-05-29T00:00:00Z"))
    wakes = 1_780_012_800_000 - 1_780_000_000_000
    assert states(lab.fold(tick(wakes - 1)), alert) == []
    assert states(lab.fold(tick(wakes)), alert) == [("reopened", "agent-desk"), ("escalated", "managers")]


def test_every_change_says_who_when_and_from_where() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    action = msgspec.structs.replace(acted("acknowledged", alert), location_id="lon-01")
    (change,) = of(lab.fold(action), AlertChange)
    assert (change.by, change.at) == ("mia", action.occurred_at)
    assert change.because[0].event_id == action.event_id
    assert change.because[0].what == "open → acknowledged, alert.acknowledged by system lon-01"


def test_of_two_at_once_one_wins_and_the_other_is_told_who() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    second = msgspec.structs.replace(acted("acknowledged", alert), staff_id="tom", event_id="second")
    outputs = lab.fold(acted("acknowledged", alert), second)
    assert [c.by for c in of(outputs, AlertChange)] == ["mia"]
    (refused,) = of(outputs, Rejected)
    assert (refused.reason, refused.customer_id) == ("alert_taken", "anna")
    assert "mia has alert" in refused.detail


@pytest.mark.parametrize(
    ("first", "reason", "words"),
    [
        pytest.param("resolved", "alert_over", "resolved by mia at 2026-05-28T20:31:40", id="resolved by a colleague"),
        pytest.param("", "alert_over", "expired at", id="expired"),
    ],
)
def test_who_comes_too_late_is_told_what_became_of_it(first: str, reason: str, words: str) -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    if first:
        lab.fold(acted(first, alert, root_cause="queue", action="called"))
    else:
        lab.fold(tick(OPENED + 72 * HOUR))
    (refused,) = of(lab.fold(acted("acknowledged", alert, 80 * HOUR)), Rejected)
    assert refused.reason == reason
    assert words in refused.detail


def test_an_alert_that_never_was_is_unknown() -> None:
    lab = Lab()
    alert = msgspec.structs.replace(opened(lab)["agent-desk"], id="nothing")
    (refused,) = of(lab.fold(acted("resolved", alert)), Rejected)
    assert (refused.reason, "'nothing'" in refused.detail) == ("alert_unknown", True)


@pytest.mark.parametrize(
    "facts", [{}, {"root_cause": "queue"}, {"action": "called"}, {"root_cause": " ", "action": "x"}]
)
def test_resolving_needs_cause_and_action(facts: dict[str, Any]) -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    outputs = lab.fold(acted("resolved", alert, **facts))
    assert [r.reason for r in of(outputs, Rejected)] == ["alert_incomplete"]
    assert len(lab.live().customer.cases) == 1


def test_what_is_resolved_can_be_followed_up_once() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    lab.fold(acted("resolved", alert, root_cause="queue", action="called"))
    (change,) = of(lab.fold(acted("followed_up", alert, DAY)), AlertChange)
    assert (change.state, change.by, change.team) == ("followed_up", "mia", "agent-desk")
    assert [r.reason for r in of(lab.fold(acted("followed_up", alert, 2 * DAY)), Rejected)] == ["alert_over"]


def test_a_reassigned_alert_is_the_other_teams_and_open() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    lab.fold(acted("acknowledged", alert))
    (change,) = of(lab.fold(acted("reassigned", alert, 6 * MINUTE, to="conflict")), AlertChange)
    assert (change.team, change.reason) == ("conflict", "mia → conflict")
    later = states(lab.fold(tick(OPENED + 15 * MINUTE)), alert)
    assert later == [("escalated", "managers")]


@pytest.mark.parametrize(
    ("to", "guess"),
    [
        pytest.param("stroe", "did you mean store? ", id="a slip"),
        pytest.param("conceirge", "did you mean concierge? ", id="another"),
        pytest.param("", "", id="nobody"),
    ],
)
def test_an_alert_for_a_team_that_does_not_exist_stays_where_it_is(to: str, guess: str) -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    lab.fold(acted("acknowledged", alert))
    outputs = lab.fold(acted("reassigned", alert, 6 * MINUTE, to=to))
    (refused,) = of(outputs, Rejected)
    assert (refused.reason, of(outputs, AlertChange)) == ("team_unknown", [])
    teams = ", ".join(knowledge().teams)
    assert (
        refused.detail == f"alert {alert.id!r} stays where it is: to: {to!r} is no team ({guess}the teams are {teams})"
    )
    (kept,) = [each for case in lab.live().customer.cases for each in case.alerts if each.id == alert.id]
    assert (kept.team, kept.state, kept.by) == ("agent-desk", "acknowledged", "mia")


def test_an_alert_for_a_person_is_open_until_they_take_it() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    lab.fold(acted("acknowledged", alert))
    (change,) = of(lab.fold(acted("reassigned", alert, 6 * MINUTE, to="alessa")), AlertChange)
    assert (change.state, change.team, change.reason) == ("reassigned", "agent-desk", "mia → alessa")
    (kept,) = [each for case in lab.live().customer.cases for each in case.alerts if each.id == alert.id]
    assert (kept.team, kept.state, kept.by) == ("agent-desk", "open", "")


def test_a_change_is_for_the_alerts_own_team_and_those_it_was_escalated_to_as_well() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    told: list[tuple[str, str, tuple[str, ...]]] = []
    for body in (
        acted("reassigned", alert, 6 * MINUTE, to="conflict"), acted("reassigned", alert, 7 * MINUTE, to="agent-desk"),
        acted("acknowledged", alert, 8 * MINUTE), tick(OPENED + 30 * MINUTE),
        acted("resolved", alert, 31 * MINUTE, root_cause="queue", action="called"),
    ):  # fmt: skip
        outcome = lab.process(lab.records([body]))
        changes = [c for c in of(outcome.outputs, AlertChange) if c.alert_id == alert.id]
        told += [(c.state, c.team, outcome.besides.get(c.id, ())) for c in changes]
    assert told == [
        ("reassigned", "conflict", ("agent-desk",)), ("reassigned", "agent-desk", ("conflict",)),
        ("acknowledged", "agent-desk", ()), ("escalated", "managers", ("agent-desk",)),
        ("resolved", "agent-desk", ("managers",)),
    ]  # fmt: skip


def test_a_grave_matter_of_complaints_never_expires_and_escalates_daily() -> None:
    lab = Lab()
    life = [touchpoint("complaint.opened", n, complaint_id=f"k{n}", properties={"policy_id": "sign"}) for n in (0, 1)]
    conflict = next(
        a for a in of(lab.fold(*life, tick(MINUTE)), Alert) if (a.team, a.severity) == ("conflict", "error")
    )
    told = [c for c in of(lab.fold(tick(5 * DAY)), AlertChange) if c.alert_id == conflict.id]
    assert [c.state for c in told] == ["escalated"] * 6
    assert [c.at - conflict.due_at for c in told[1:]] == [n * DAY for n in range(5)]
    assert len({c.id for c in told}) == 6


def test_a_small_matter_gives_way_to_what_a_team_has_already() -> None:
    lab = Lab()
    lab.fold(touchpoint("purchase.made", 0, channel="pos", item_id="tea"), tick(HOUR))
    chat = lab.fold(asked(7 * DAY - HOUR), tick(7 * DAY - 1))
    assert {a.team for a in of(chat, Alert)} == {"agent-desk", "social-care"}
    outputs = lab.fold(tick(7 * DAY))
    assert [s.values.get("alert") for s in signals(outputs, "stage_gap")] == [None]
    assert [a.team for a in of(outputs, Alert)] == ["marketing"]


def test_a_hold_out_is_recorded_and_never_of_what_is_grave() -> None:
    known = knowledge()
    held = msgspec.structs.replace(known, holdouts=msgspec.structs.replace(known.holdouts, on=True, share=1.0))
    lab = Lab(held)
    outputs = lab.fold(asked(0), tick(HOUR))
    (signal,) = signals(outputs, "unanswered")
    assert signal.values["alert"] == "held_out"
    assert of(outputs, Alert) == []
    grave = [
        touchpoint("complaint.opened", HOUR + n, complaint_id=f"k{n}", properties={"policy_id": "sign"}) for n in (1, 2)
    ]
    collision = [a for a in of(lab.fold(*grave), Alert) if a.severity == "error"]
    assert {a.team for a in collision} == {"conflict", "concierge", "legal"}


def test_hold_outs_are_off_and_otherwise_a_share_by_hash() -> None:
    rules = knowledge().holdouts
    assert not any(rules.held_out(f"c{n}", "running_out", "info") for n in range(100))
    on = msgspec.structs.replace(rules, on=True, share=0.1, signals={"arrival": 0.0})
    held = [n for n in range(5000) if on.held_out(f"c{n}", "running_out", "info")]
    assert 400 < len(held) < 600
    assert held == [n for n in range(5000) if on.held_out(f"c{n}", "running_out", "info")]
    assert not any(on.held_out(f"c{n}", "arrival", "info") for n in range(5000))
    assert not any(on.held_out(f"c{n}", "running_out", "error") for n in range(5000))
