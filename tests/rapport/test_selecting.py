"""What is read and what is let through, by filter; impossible wishes are refused with the nearest possible one."""

from __future__ import annotations

from typing import Any, Final

import pytest

from rapport.failure import Failure
from rapport.selecting import ALERTS, KINDS, OUTPUTS, USUAL, selection
from schemas import topics
from schemas.records import Alert, AlertChange, Card, Emitted, Rejected, Shift, Signal

BASE: Final[dict[str, Any]] = {"at": 1, "partition": 0, "offset": 1, "knowledge": "k"}
CARD: Final = Card("", "", "", (), (), ())
HISTORY: Final = topics.HISTORY_ALERTS


def alert(id_: str, team: str = "store", severity: Any = "warning", **more: Any) -> Alert:
    return Alert(**BASE, id=id_, dedup_key="d", signals=(), team=team, severity=severity, title="", card=CARD,
                 due_at=2, language="en", **more)  # fmt: skip


def signal(id_: str, severity: Any = "warning", name: str = "unanswered", **more: Any) -> Signal:
    return Signal(**BASE, id=id_, name=name, version=1, severity=severity, matter="m", values={}, **more)


def shift(id_: str, **more: Any) -> Shift:
    return Shift(**BASE, id=id_, from_="a", to="b", probability=0.9, runner_up="a", migration="", strategy="",
                 advice="", **more)  # fmt: skip


STREAM: Final[tuple[Emitted, ...]] = (
    alert("a-info", severity="info", customer_id="anna"),
    alert("a-error", "legal", "error", customer_id="bert"),
    AlertChange(**BASE, id="change", alert_id="a", team="store", state="closed", customer_id="anna"),
    signal("s-info", "info", "arrival", customer_id="anna"),
    signal("s-critical", "critical", customer_id="bert"),
    shift("shift", customer_id="anna"),
    shift("past", customer_id="anna", history="run"),
    Rejected(**BASE, id="refused", stage="s", reason="r", detail="", original=b""),
)


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        pytest.param({}, USUAL, id="nothing asked"),
        pytest.param({"team": "store"}, ("alerts.store.v1",), id="a team"),
        pytest.param({"named": (topics.DLQ,), "team": "store"}, (topics.DLQ, "alerts.store.v1"), id="and a topic"),
        pytest.param({"named": (topics.MEASURES,)}, (topics.MEASURES,), id="a topic"),
        pytest.param({"kinds": ("rejected",)}, (topics.DLQ,), id="a kind"),
        pytest.param({"kinds": ("signal", "alert")}, (*ALERTS, topics.SIGNALS), id="two kinds"),
        pytest.param({"severity": "error"}, (*ALERTS, topics.SIGNALS), id="what has a severity"),
        pytest.param({"names": ("unanswered",)}, (topics.SIGNALS,), id="a signal by name"),
        pytest.param({"kinds": ("alert",), "history": "include"}, (*ALERTS, HISTORY), id="with history"),
        pytest.param({"kinds": ("alert",), "history": "only"}, (HISTORY,), id="only history"),
        pytest.param({"team": "store", "history": "only"}, (HISTORY,), id="only history of a team"),
    ],
)
def test_which_topics_are_read(wishes: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert selection(**wishes).topics == expected


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        pytest.param({}, "a-info a-error change s-info s-critical shift", id="nothing asked"),
        pytest.param({"customer": "bert"}, "a-error s-critical", id="a customer"),
        pytest.param({"team": "store"}, "a-info change", id="a team"),
        pytest.param({"severity": "info"}, "a-info a-error s-info s-critical", id="any severity, but one"),
        pytest.param({"severity": "error"}, "a-error s-critical", id="at least an error"),
        pytest.param({"severity": "critical"}, "s-critical", id="the highest"),
        pytest.param({"names": ("arrival",)}, "s-info", id="a signal by name"),
        pytest.param({"kinds": ("shift", "rejected")}, "shift refused", id="kinds"),
        pytest.param({"kinds": ("shift",), "history": "include"}, "shift past", id="with history"),
        pytest.param({"history": "only"}, "past", id="only history"),
        pytest.param({"named": (topics.SHIFTS,)}, "a-info a-error change s-info s-critical shift past refused",
                     id="whatever stands on a topic that is named, history too"),
    ],
)  # fmt: skip
def test_what_is_let_through(wishes: dict[str, Any], expected: str) -> None:
    wanted = selection(**wishes)
    assert [o.id for o in STREAM if wanted.holds(o) and wanted.of_its_time(o)] == expected.split()


@pytest.mark.parametrize(
    ("wishes", "told"),
    [
        pytest.param({"team": "stroe"}, r"stroe is no team \(did you mean store\?\)", id="team"),
        pytest.param({"kinds": ("alrt",)}, r"did you mean alert\?", id="kind"),
        pytest.param({"severity": "fatal"}, "there are info, warning, error, critical", id="severity"),
        pytest.param({"history": "exclud"}, r"did you mean exclude\?", id="history"),
        pytest.param({"named": ("touchpoints.raw.v1",)}, "`rapport customer ID` shows them", id="touchpoints"),
        pytest.param({"named": ("alerts",)}, "alerts is no topic of outputs", id="topic"),
        pytest.param({"team": "store", "kinds": ("shift",)}, "nothing can be all of it.*--team", id="nothing left"),
        pytest.param({"names": ("x",), "kinds": ("alert",)}, "nothing can be all of it.*--name", id="nor here"),
    ],
)
def test_an_impossible_wish_is_refused(wishes: dict[str, Any], told: str) -> None:
    with pytest.raises(Failure, match=told) as failure:
        selection(**wishes)
    assert failure.value.status == 2


def test_every_output_topic_has_a_kind_and_every_kind_a_topic() -> None:
    assert {topic for read in KINDS.values() for topic in read} | {HISTORY} == set(OUTPUTS)
    assert {alias.__struct_config__.tag for alias in Emitted.__args__} == set(KINDS)
