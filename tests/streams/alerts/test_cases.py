from __future__ import annotations

from typing import Any

import pytest

from schemas.records import Alert, AlertChange, Touchpoint
from tests.streams.lab import DAY, HOUR, MINUTE, Lab, of, tick, touchpoint


def asked(at: int, session: str = "s") -> Touchpoint:
    return touchpoint("chat.message", at, session_id=session, text="hello")


def opened(lab: Lab) -> dict[str, Alert]:
    return {a.team: a for a in of(lab.fold(asked(0), tick(3 * MINUTE)), Alert)}


def acted(kind: str, alert: Alert, at: int = 5 * MINUTE, **facts: Any) -> Touchpoint:
    return touchpoint(
        f"alert.{kind}", at, initiator="company", channel="system", staff_id="mia",
        properties={"alert_id": alert.id, **facts},
    )  # fmt: skip


def test_one_case_a_matter_and_one_alert_a_team() -> None:
    lab = Lab()
    alerts = opened(lab)
    assert set(alerts) == {"agent-desk", "social-care"}
    assert len({a.dedup_key for a in alerts.values()}) == 2
    (case,) = lab.live().customer.cases
    assert case.matter == "session:s"


def test_a_matter_that_is_open_already_raises_no_second_alert() -> None:
    lab = Lab()
    opened(lab)
    again = lab.fold(asked(9 * DAY), tick(9 * DAY + HOUR))
    assert [a for a in of(again, Alert) if a.because[0].event_id == asked(0).event_id] == []


@pytest.mark.parametrize(
    ("kind", "state", "facts"),
    [
        pytest.param("acknowledged", "acknowledged", {}, id="taken"),
        pytest.param("snoozed", "snoozed", {}, id="put off"),
        pytest.param("reassigned", "reassigned", {"to": "agent-desk"}, id="put back"),
        pytest.param("followed_up", "followed_up", {}, id="followed up"),
    ],
)
def test_what_staff_do_is_a_change_and_leaves_the_case_open(kind: str, state: str, facts: dict[str, Any]) -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    (change,) = of(lab.fold(acted(kind, alert, **facts)), AlertChange)
    assert (change.alert_id, change.state, change.by, change.team) == (alert.id, state, "mia", "agent-desk")
    assert len(lab.live().customer.cases) == 1


def test_resolving_one_alert_closes_the_others_of_the_case() -> None:
    lab = Lab()
    alerts = opened(lab)
    changes = of(lab.fold(acted("resolved", alerts["agent-desk"], root_cause="queue", action="called")), AlertChange)
    assert {(c.team, c.state, c.reason) for c in changes} == {
        ("agent-desk", "resolved", "queue; called"), ("social-care", "closed", "queue; called"),
    }  # fmt: skip
    assert lab.live().customer.cases == ()


def test_snoozing_says_until_when() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    (change,) = of(lab.fold(acted("snoozed", alert, until="2026-06-01T10:00:00Z")), AlertChange)
    assert change.until == 1_780_308_000_000


def test_an_action_on_an_alert_that_is_not_open_changes_nothing() -> None:
    lab = Lab()
    alert = opened(lab)["agent-desk"]
    lab.fold(acted("resolved", alert, root_cause="queue", action="called"))
    assert of(lab.fold(acted("acknowledged", alert, 6 * MINUTE)), AlertChange) == []


@pytest.mark.parametrize(
    ("at", "states"),
    [
        pytest.param(2 * MINUTE + 72 * HOUR - 1, set(), id="just before its maximum age"),
        pytest.param(2 * MINUTE + 72 * HOUR, {"expired"}, id="at its maximum age"),
    ],
)
def test_an_alert_expires_72_hours_after_opening(at: int, states: set[str]) -> None:
    lab = Lab()
    opened(lab)
    assert {c.state for c in of(lab.fold(tick(at)), AlertChange)} - {"escalated"} == states


def test_a_card_is_under_four_kilobytes_and_says_who_said_what() -> None:
    lab = Lab()
    life = [asked(0), touchpoint("chat.message", 1, initiator="company", text="One moment", session_id="t")]
    life += [touchpoint("chat.message", 2, text="麻烦快点" * 100, session_id="u", language="zh")]
    alert = of(lab.fold(*life, tick(HOUR)), Alert)[0]
    assert len(str(alert.card).encode()) < 4096
    assert any("我们说" in line for line in alert.card.recent)
