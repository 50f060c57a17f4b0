from __future__ import annotations

from typing import Any

import pytest

from schemas.records import Alert, Signal, Touchpoint
from tests.streams.lab import MINUTE, Lab, of, touchpoint


def consent(scope: str, granted: bool, at: int = -1) -> Touchpoint:
    return touchpoint("consent.changed", at, event_id=f"{scope}{at}", properties={"scope": scope, "granted": granted})


def entered(confidence: float | None = 0.9, at: int = 0) -> Touchpoint:
    facts: dict[str, Any] = {} if confidence is None else {"confidence": confidence}
    return touchpoint("store.entered", at, channel="camera", location_id="lon-01", properties=facts)


def scanned(at: int = 0) -> Touchpoint:
    return touchpoint("qr.scanned", at, channel="qr", location_id="lon-01", properties={"code": "tea"})


@pytest.mark.parametrize(
    ("life", "who", "expected"),
    [
        pytest.param([entered()], "anna", 0, id="no consent, nothing"),
        pytest.param([consent("camera", True), entered()], "anna", 1, id="with consent"),
        pytest.param([consent("camera", True), consent("camera", False, 0), entered(at=1)], "anna", 0, id="taken back"),
        pytest.param([consent("camera", True), entered(0.8)], "anna", 1, id="the floor is enough"),
        pytest.param([consent("camera", True), entered(0.79)], "anna", 0, id="below the floor"),
        pytest.param([consent("camera", True), entered(None)], "anna", 0, id="no confidence is none"),
        pytest.param([scanned()], "anna", 1, id="a scan is their own act"),
        pytest.param([consent("profiling", False), scanned()], "anna", 0, id="who refused profiling is left alone"),
        pytest.param([scanned()], "cookie:k1:ab", 0, id="a cookie is nobody one could greet"),
        pytest.param([consent("camera", True), entered(), entered(at=MINUTE)], "anna", 2, id="each time"),
    ],
)
def test_greets_whom_it_may(life: list[Touchpoint], who: str, expected: int) -> None:
    assert len(of(Lab().fold(*life, who=who), Signal)) == expected


def test_the_card_says_who_what_to_do_and_what_not() -> None:
    (alert,) = of(Lab().fold(consent("camera", True), entered()), Alert)
    assert alert.team == "store"
    assert alert.card.do
    assert alert.card.do_not
    assert "anna" in alert.card.who
    assert "stranger" not in alert.card.who.lower()


def test_speaks_the_customers_language() -> None:
    hello = touchpoint("chat.message", -5, text="你好", language="zh-CN", session_id="s")
    (alert,) = of(Lab().fold(hello, consent("camera", True), entered()), Alert)
    assert alert.language == "zh"
    assert any("一" <= letter <= "鿿" for letter in alert.card.do[0])


@pytest.mark.parametrize(
    ("words", "language", "wanted", "unwanted"),
    [
        ("I will see you in court over this bill", "en", "conflict management", "What can I show you"),
        ("这单我一定起诉你们", "zh-CN", "冲突处理", "想看点什么"),
    ],
)
def test_who_comes_in_upset_is_heard_out_and_sold_nothing(
    words: str, language: str, wanted: str, unwanted: str
) -> None:
    lab = Lab()
    said = touchpoint("chat.message", -5, text=words, language=language, session_id="s")
    lab.fold(said)
    (alert,) = [each for each in of(lab.fold(scanned()), Alert) if each.team == "store"]
    assert wanted in alert.card.why_now
    assert wanted in alert.card.do[1]
    assert not any(unwanted in line for line in alert.card.do)
    line = {"en": "Do not offer or sell anything", "zh-CN": "别推销"}[language]
    assert alert.card.do_not[0].startswith(line)


def test_what_is_settled_or_lighter_leaves_the_usual_greeting() -> None:
    question = touchpoint("chat.message", -5, text="Do you have this in blue?", session_id="s")
    (alert,) = [each for each in of(Lab().fold(question, scanned()), Alert) if each.team == "store"]
    assert "sell" not in alert.card.do_not[0]
