"""Nobody gets more than they can bear, and nothing grave waits."""

from __future__ import annotations

import pytest

from schemas.records import Alert, AlertChange, AlertState, Card, Severity
from sinks.frontline.pacing import ENDED, NO_ROOM, PASSED, SAME_CASE, Pacing

HOUR, DAY = 3_600_000, 86_400_000
MORNING = 1_780_041_600_000
"""2026-05-29T08:00:00Z."""


def alert(number: int, severity: Severity = "warning", at: int = 0, team: str = "agent-desk", due: int = HOUR) -> Alert:
    return Alert(
        id=f"{number}-{team}", at=MORNING + at, partition=0, offset=number, knowledge="k", customer_id=f"c{number}",
        dedup_key=f"c{number}|m|{team}", signals=(f"s{number}",), team=team, severity=severity, title="t",
        card=Card("w", "h", "y", (), (), ()), due_at=MORNING + at + due, language="en",
    )  # fmt: skip


def change(of: Alert, state: AlertState, at: int) -> AlertChange:
    return AlertChange(
        id=f"x{of.id}{state}", at=MORNING + at, partition=0, offset=1, knowledge="k", alert_id=of.id, team=of.team,
        state=state,
    )  # fmt: skip


def paced(*what: tuple[Alert, str] | AlertChange, members: int = 1, a_day: int = 6) -> Pacing:
    pacing = Pacing(members, a_day, "UTC")
    for each in what:
        if isinstance(each, AlertChange):
            pacing.change(each)
        else:
            pacing.alert(*each)
    pacing.close()
    return pacing


def ids(pacing: Pacing) -> list[str]:
    return [sent.alert.id for sent in pacing.sent]


def test_a_day_holds_so_many_and_a_third_of_it_is_kept_for_what_is_grave() -> None:
    found = paced(*[(alert(n), "unanswered") for n in range(10)])
    assert len(found.sent) == 4
    assert found.reasons() == {NO_ROOM: 6}


@pytest.mark.parametrize("severity", ["error", "critical"])
def test_what_is_grave_never_waits(severity: Severity) -> None:
    found = paced(*[(alert(n, severity), "policy_collision") for n in range(10)])
    assert len(found.sent) == 10


def test_a_ringing_call_is_no_interruption_and_a_visit_that_is_over_is_not_told() -> None:
    full = [(alert(n), "unanswered") for n in range(4)]
    found = paced(*full, (alert(7, "info"), "incoming_call"), (alert(8, "info"), "arrival"))
    assert "7-agent-desk" in ids(found)
    assert found.not_sent["8-agent-desk"] == PASSED


def test_a_case_is_one_card_whatever_the_teams() -> None:
    found = paced((alert(1), "unanswered"), (alert(1, team="social-care"), "unanswered"))
    assert ids(found) == ["1-agent-desk"]
    assert found.not_sent == {"1-social-care": SAME_CASE}


def test_who_waits_comes_the_next_day_the_most_pressing_first() -> None:
    full = [(alert(n), "unanswered") for n in range(4)]
    waiting = [(alert(5, due=9 * DAY), "x"), (alert(6, due=2 * DAY), "x"), (alert(7, "info", due=DAY), "stage_gap")]
    found = paced(*full, *waiting, (alert(9, at=DAY), "x"))
    assert ids(found)[4:] == ["6-agent-desk", "5-agent-desk", "7-agent-desk", "9-agent-desk"]


def test_what_ended_while_it_waited_is_sent_to_nobody() -> None:
    full = [(alert(n), "unanswered") for n in range(4)]
    late = alert(5)
    found = paced(*full, (late, "unanswered"), change(late, "closed", HOUR), (alert(9, at=DAY), "x"))
    assert found.not_sent == {late.id: ENDED}


def test_the_small_do_not_take_the_place_of_warnings() -> None:
    found = paced(*[(alert(n, "info"), "stage_gap") for n in range(6)], (alert(7), "unanswered"))
    assert len(found.sent) == 4
    assert "7-agent-desk" in ids(found)


def test_members_share_alike() -> None:
    found = paced(*[(alert(n), "unanswered") for n in range(6)], members=3)
    assert found.days == [(2, 2, 2)]
