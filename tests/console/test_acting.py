"""What staff do with an alert: what a tap writes, who wins, and what is refused."""

from __future__ import annotations

import msgspec
import pytest

from console.live.refusals import Refusals
from console.pages import inbox
from producers.collector.writing import Unavailable
from schemas.records import AlertState, Rejected, Touchpoint
from streams.alerts import life
from streams.customers.ids import output_id
from tests.console.world import World, alert, change, csrf, signal
from tests.streams.alerts.test_cases import acted, opened
from tests.streams.lab import MINUTE, Lab, of


def facts(touchpoint: Touchpoint) -> dict[str, object]:
    found: dict[str, object] = msgspec.json.decode(touchpoint.properties or "{}")
    return found


@pytest.mark.parametrize(
    ("action", "form", "type_", "said"),
    [
        pytest.param("acknowledge", {}, "alert.acknowledged", {}, id="acknowledge"),
        pytest.param("reassign", {"to": "conflict"}, "alert.reassigned", {"to": "conflict"}, id="reassign"),
        pytest.param("escalate", {}, "alert.reassigned", {"to": "managers"}, id="escalate"),
        pytest.param("resolve", {"root_cause": "stock", "action": "sent another"}, "alert.resolved",
                     {"root_cause": "stock", "action": "sent another"}, id="resolve"),
    ],
)  # fmt: skip
def test_a_tap_is_a_record(desk: World, action: str, form: dict[str, str], type_: str, said: dict[str, str]) -> None:
    client = desk.inside("tom")
    answer = client.post(f"/alerts/a1/{action}", data={"csrf": csrf(client), "nonce": "n1", **form})
    assert answer.status_code == 303
    (written,) = desk.log.written
    assert (written.type, written.customer_id, written.staff_id, written.channel) == (type_, "c-anna", "tom", "system")
    assert facts(written) == {"alert_id": "a1", **said}
    client.post(f"/alerts/a1/{action}", data={"csrf": csrf(client), "nonce": "n1", **form})
    assert {each.event_id for each in desk.log.written} == {written.event_id}, "a second tap is the same deed"


def test_a_snooze_says_until_when(desk: World) -> None:
    client = desk.inside("tom")
    client.post("/alerts/a1/snooze", data={"csrf": csrf(client), "minutes": "15"})
    until = desk.log.written[0]
    assert facts(until).keys() == {"alert_id", "until"}


@pytest.mark.parametrize(
    ("action", "form", "said"),
    [
        pytest.param("resolve", {"root_cause": "stock"}, "Cause and action are both needed.", id="no action"),
        pytest.param("snooze", {"minutes": "7"}, "Choose how long.", id="no such length"),
        pytest.param("reassign", {"to": "agent-desk"}, "Choose another team.", id="the same team"),
        pytest.param("reassign", {"to": "nobody"}, "Choose another team.", id="no team"),
        pytest.param("follow_up", {}, "It is not resolved yet.", id="too early"),
    ],
)
def test_what_cannot_be_done_is_said(desk: World, action: str, form: dict[str, str], said: str) -> None:
    client = desk.inside("tom")
    asked = {"csrf": csrf(client), **form}
    answer = client.post(f"/alerts/a1/{action}", data=asked, headers={"x-part": "card"})
    assert (answer.status_code, said in answer.text, desk.log.written) == (409, True, [])


@pytest.mark.parametrize("headers", [{}, {"x-part": "card"}], ids=["without our script", "with it"])
def test_what_was_not_written_is_not_taken_for_done(
    desk: World, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    def away(records: object) -> None:
        raise Unavailable("no Kafka")

    monkeypatch.setattr(desk.log, "put", away)
    client = desk.inside("tom")
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers=headers)
    assert (answer.status_code, "Nothing was sent" in answer.text) == (503, True)
    desk.hear(change(desk.alerts["a1"], "acknowledged", "ann"))
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers=headers)
    assert (answer.status_code, "ann was first and has it." in answer.text) == (409, True)


def test_two_take_it_and_one_wins(desk: World) -> None:
    tom, ann = desk.inside("tom"), desk.inside("ann")
    forms = [{"csrf": csrf(each)} for each in (tom, ann)]
    first = tom.post("/alerts/a1/acknowledge", data=forms[0], headers={"x-part": "card"})
    second = ann.post("/alerts/a1/acknowledge", data=forms[1], headers={"x-part": "card"})
    assert (first.status_code, "It is yours." in first.text) == (200, True)
    assert (second.status_code, "tom was first and has it." in second.text) == (409, True)
    assert "handled by tom" in ann.get("/inbox?tab=handled").text


def test_two_take_it_at_the_same_moment(desk: World) -> None:
    """Both are written, for neither screen knew; the log has an order, and the second is told."""
    ann = desk.inside("ann")
    desk.log.engine = lambda touchpoint: desk.hear(
        change(desk.alerts["a1"], "acknowledged", "tom", "of-tom"),
        change(desk.alerts["a1"], "acknowledged", touchpoint.staff_id, touchpoint.event_id),
    )
    answer = ann.post("/alerts/a1/acknowledge", data={"csrf": csrf(ann)}, headers={"x-part": "card"})
    assert (answer.status_code, "tom was first and has it." in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("state", "said"),
    [("resolved", "ann has resolved it already."), ("expired", "It has expired"), ("closed", "It is closed already.")],
)
def test_too_late(desk: World, state: AlertState, said: str) -> None:
    desk.hear(change(desk.alerts["a1"], state, "ann"))
    client = desk.inside("tom")
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert (answer.status_code, said in answer.text, desk.log.written) == (409, True, [])


def test_a_line_that_does_not_answer(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "CONFIRM_S", 0.01)
    desk.log.engine = None
    client = desk.inside("tom")
    answer = client.post("/alerts/a1/acknowledge", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert "not confirmed it yet" in answer.text
    assert "handled by" not in answer.text


def test_a_call_ends_with_a_note(desk: World) -> None:
    desk.hear(signal("call", "incoming_call", queue="a"), alert("call"))
    client = desk.inside("tom")
    form = {"csrf": csrf(client), "root_cause": "question", "action": "answered"}
    answer = client.post("/alerts/call/resolve", data=form, headers={"x-part": "card"})
    assert (answer.status_code, desk.log.written) == (409, [])
    client.post("/alerts/call/resolve", data={**form, "note": "wants the blue one"})
    assert [(each.type, each.text) for each in desk.log.written] == [
        ("agent.noted", "wants the blue one"), ("alert.resolved", None),
    ]  # fmt: skip


def test_a_key_keeps_its_kind(desk: World) -> None:
    desk.hear(signal("card"), alert("card", customer="loyalty_card:LC-1"))
    client = desk.inside("tom")
    client.post("/alerts/card/acknowledge", data={"csrf": csrf(client)})
    (written,) = desk.log.written
    assert (written.customer_id, written.loyalty_card) == (None, "LC-1")


def test_a_trend_is_named_by_its_scope(desk: World) -> None:
    desk.hear(signal("trend", "cause_rising", {"cause": "late"}), alert("trend", customer=None))
    client = desk.inside("tom")
    client.post("/alerts/trend/acknowledge", data={"csrf": csrf(client)})
    assert facts(desk.log.written[0]) == {"alert_id": "trend", "scope": {"cause": "late"}}


def test_a_team_that_has_it_already_is_given_no_second(desk: World) -> None:
    desk.hear(signal("a2"), alert("a1-managers", "managers"))
    desk.hear(msgspec.structs.replace(alert("m", "managers"), dedup_key="a1|managers"))
    client = desk.inside("tom")
    answer = client.post("/alerts/a1/escalate", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert (answer.status_code, "has an alert of this matter" in answer.text, desk.log.written) == (409, True, [])


def refused(desk: World, reason: str, detail: str) -> None:
    """The engine answers every deed with this dead letter and with nothing else."""

    def answer(touchpoint: Touchpoint) -> None:
        told = {"id": output_id("rejected", "alerts", 1, "c-anna", reason, "", touchpoint.event_id),
                "stage": "engine", "reason": reason, "detail": detail}  # fmt: skip
        desk.hub.refuse([[(name, value.encode()) for name, value in told.items()]])

    desk.log.engine = answer


@pytest.mark.parametrize(
    ("reason", "detail", "action", "said"),
    [
        pytest.param(life.TAKEN, "ann has alert a1 until 2026-01-01T00:00:00Z: ask them, or reassign it", "acknowledge",
                     "ann was first and has it.", id="taken"),
        pytest.param(life.TAKEN, "managers has an alert of this case already: x", "escalate",
                     "has an alert of this matter", id="another team has one"),
        pytest.param(life.OVER, "alert a1 is over: expired at 2026-01-01T00:00:00Z", "acknowledge",
                     "It has ended meanwhile", id="over"),
        pytest.param(life.UNKNOWN, "no alert 'a1' of this customer is open", "acknowledge",
                     "knows no such alert", id="unknown"),
        pytest.param(life.NO_TEAM, "alert 'a1' stays where it is: to: 'sales' is no team", "escalate",
                     "Choose another team", id="no such team"),
    ],
)  # fmt: skip
def test_what_the_engine_refuses_is_said_at_once(
    desk: World, monkeypatch: pytest.MonkeyPatch, reason: str, detail: str, action: str, said: str
) -> None:
    monkeypatch.setattr(inbox, "CONFIRM_S", 60.0)
    refused(desk, reason, detail)
    client = desk.inside("tom")
    answer = client.post(f"/alerts/a1/{action}", data={"csrf": csrf(client)}, headers={"x-part": "card"})
    assert (answer.status_code, said in answer.text) == (409, True)


def test_a_refusal_is_of_one_deed_only() -> None:
    lab = Lab()
    one = opened(lab)["agent-desk"]
    lab.fold(acted("acknowledged", one, 3 * MINUTE))
    second = msgspec.structs.replace(acted("acknowledged", one, 4 * MINUTE), staff_id="tom")
    (rejected,) = of(lab.fold(second), Rejected)
    refusals = Refusals()
    named = {"id": rejected.id, "stage": rejected.stage, "reason": rejected.reason, "detail": rejected.detail}
    assert refusals.take([(name, value.encode()) for name, value in named.items()])
    assert not refusals.take([("stage", b"engine"), ("reason", b"bad_time")])
    assert one.customer_id is not None
    found = refusals.of(one.customer_id, second.event_id)
    assert found is not None
    assert found.holder(one.id) == "mia"
    assert refusals.of(one.customer_id, "another") is None
