"""The page of one customer: everything that is known has its words in both languages, fits, and obeys nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, get_args

import msgspec
import pytest
from rich.cells import cell_len

from rapport.customers.known import Contact, Known, Lack, Likely, Matter, Note, Reason, Standing, Waiting
from rapport.customers.page import page_of, to_json
from rapport.readable import Page
from rapport.voice import Voice
from schemas.records import Because, Shift, Signal
from streams.knowledge.load import load
from streams.knowledge.terms import MIGRATIONS
from tests.conftest import ROOT

NOW: Final = 1_700_000_000_000
MINUTE: Final = 60_000
BASE: Final[dict[str, Any]] = {"partition": 0, "offset": 1, "knowledge": "k", "customer_id": "anna"}
VOICES: Final = {language: Voice(language, load(Path(ROOT / "knowledge"))) for language in ("zh", "en")}
REASON: Final = Reason("e1", "group.never_again: 再也不来", "enemy", 1.9, NOW - MINUTE, "chat")
STANDING: Final = Standing(
    "enemy", NOW, (REASON, Reason("e2", "group.wronged", "villain_victim", None)),
    (Likely("enemy", 0.94), Likely("fling", 0.05)), NOW, "state",
)  # fmt: skip
NEW: Final = Standing("complete_stranger", None, (), (Likely("enemy", 0.99), Likely("complete_stranger", 0.0)))
LATE: Final = Matter("a", "store", "open", None, "event:k-2", names=("unanswered",))
BOUGHT: Final = Contact(NOW, "purchase.made", "pos", "customer", None, "tea", "e3", None, 1250.5, "CNY", "A-7")
SHIFT: Final = Shift(
    **BASE, id="s", at=NOW, because=(Because("e1", "touchpoint"),), from_="complete_stranger", to="enemy",
    probability=0.94, runner_up="fling", migration="betrayal", strategy="steer", advice="",
)  # fmt: skip
SIGNAL: Final = Signal(
    **BASE, id="u", at=NOW - MINUTE, name="unanswered", version=1, severity="warning", matter="m", values={"n": 2}
)
ANNA: Final = Known(
    "anna", STANDING, ("email:k1:0123",), "zh", 1234, NOW - 90 * MINUTE, NOW, {"email": True, "camera": False},
    (
        Matter("a1", "conflict", "open", "critical", "m", "退货纠纷", NOW, NOW + 30 * MINUTE),
        Matter("a2", "store", "acknowledged", None, "event:1", None, NOW, NOW - 90 * MINUTE),
    ),
    (Waiting(NOW + 48 * 60 * MINUTE, "running_out", "tea"),),
    (
        Contact(NOW - MINUTE, "chat.message", "chat", "customer", "在吗？", None, "e1"),
        Contact(NOW, "purchase.made", "store", "company", None, "tea", "e2", "run-1"),
    ),
    (SHIFT,), (SIGNAL,),
)  # fmt: skip


def page(known: Known, language: str = "en", width: int | None = None) -> str:
    voice = VOICES[language]
    return "\n".join(line.plain for line in page_of(known, Page(width, cards=False, voice=voice), NOW))


@pytest.mark.parametrize(
    ("known", "zh", "en"),
    [
        pytest.param(ANNA, "anna · 强烈不满", "anna · strongly dissatisfied", id="who, in neutral words"),
        pytest.param(ANNA, "先承认事实", "admit the facts first", id="how to talk to them"),
        pytest.param(ANNA, "也是  email:k1:0123", "also      email:k1:0123", id="keys that are linked"),
        pytest.param(ANNA, "1,234 次往来 · 最近", "1,234 touchpoints · last", id="how well they are known"),
        pytest.param(Known("b", STANDING, touchpoints=1), "1 次往来", "1 touchpoint\n", id="who was here once"),
        pytest.param(ANNA, "email 是 · camera 否", "email yes · camera no", id="consents"),
        pytest.param(Known("b", STANDING), "没有问过", "never asked", id="no consent was asked for"),
        pytest.param(ANNA, "94% ███████████████████", "94% ███████████████████", id="how sure we are"),
        pytest.param(ANNA, "截至最近一次往来", "as of the last touchpoint", id="when the probabilities held"),
        pytest.param(
            Known("b", msgspec.structs.replace(STANDING, by="shift")),
            "截至上次变化",
            "as of the last shift",
            id="of a shift",
        ),
        pytest.param(
            ANNA, "+1.9 说不会再来：“再也不来”", "+1.9 said never again: “再也不来”", id="why, in their words"
        ),
        pytest.param(
            ANNA,
            "觉得被亏待 (指向 感到委屈)",
            "(speaks for feels treated unfairly)",
            id="what spoke for something else",
        ),
        pytest.param(
            Known("b", Standing("complete_stranger", None)),
            "还没有依据",
            "nothing speaks for another one yet",
            id="no reasons",
        ),
        pytest.param(
            ANNA,
            "危急 退货纠纷 · 冲突处理 · 未受理 · 期限",
            "critical 退货纠纷 · conflict management · open · due",
            id="an open matter",
        ),
        pytest.param(ANNA, "(还有30分钟)", "(in 30 min)", id="the time that is left"),
        pytest.param(ANNA, "event:1 · 门店 · 已受理", "event:1 · store · acknowledged", id="one without a title"),
        pytest.param(ANNA, "(已过90分钟)", "(90 min over)", id="a deadline that has passed"),
        pytest.param(
            ANNA,
            "到时 顾客常买的东西快用完了 · tea ·",
            "falls due What this customer buys regularly is about to run out · tea ·",
            id="what waits for its time",
        ),
        pytest.param(Known("b", STANDING), "没有未了结的事", "nothing is open", id="nothing is open"),
        pytest.param(Known("b", STANDING), "这段时间没有往来", "nothing in that time", id="an empty timeline"),
        pytest.param(ANNA, "尚不认识 → 强烈不满 94%", "not known yet → strongly dissatisfied 94%", id="a shift"),
        pytest.param(
            ANNA, "94% · 觉得被辜负 · 引流", "94% · feels let down · steer", id="which way it went, and what to do"
        ),
        pytest.param(
            ANNA,
            "注意 顾客留了言，没有人按时回复",
            "warning A customer wrote and nobody answered in time",
            id="a signal",
        ),
        pytest.param(
            msgspec.structs.replace(ANNA, signals=(msgspec.structs.replace(SIGNAL, name="of_old", matter="item:tea"),)),
            "注意 of old · tea",
            "warning of old · tea",
            id="a signal that knowledge does not know",
        ),
        pytest.param(ANNA, "往来 (最近 2 / 共 1,234)", "Timeline (last 2 of 1,234)", id="how much of the timeline"),
        pytest.param(ANNA, "顾客 在线聊天 聊天消息 “在吗？”", "they chat Chat message “在吗？”", id="what they said"),
        pytest.param(
            msgspec.structs.replace(ANNA, matters=(LATE,)),
            "提示 顾客留了言，没有人按时回复 · 门店",
            "info A customer wrote and nobody answered in time · store",
            id="an alert that the archive has not got yet",
        ),
        pytest.param(
            msgspec.structs.replace(ANNA, matters=(msgspec.structs.replace(LATE, names=("shift:turned_away",)),)),
            "提示 顾客态度明显变差（强烈不满） · 门店",
            "info A customer has turned away (strongly dissatisfied) · store",
            id="one of a shift",
        ),
        pytest.param(
            msgspec.structs.replace(ANNA, standing=NEW),
            "anna · 大概是：强烈不满（99%，尚未确认）",
            "anna · probably: strongly dissatisfied (99%, not yet confirmed)",
            id="who counts as a stranger still",
        ),
        pytest.param(
            msgspec.structs.replace(ANNA, timeline=(BOUGHT,)),
            "购买 “tea” · 1,250.50 CNY · 订单 A-7",
            "Purchase “tea” · 1,250.50 CNY · order A-7",
            id="what was paid, and the order",
        ),
        pytest.param(ANNA, "我们 门店 购买 “tea”  历史", "we   in store Purchase “tea”  history", id="what is history"),
    ],
)
def test_everything_has_its_words(known: Known, zh: str, en: str) -> None:
    assert zh in page(known, "zh")
    assert en in page(known, "en")


def test_only_a_clear_lead_is_told_ahead_of_a_shift_and_what_rounds_to_nothing_is_left_out() -> None:
    told = page(msgspec.structs.replace(ANNA, standing=NEW))
    assert " 0% " not in told
    close = msgspec.structs.replace(NEW, likely=(Likely("enemy", 0.5), Likely("complete_stranger", 0.4)))
    for standing in (close, STANDING):
        assert "probably" not in page(msgspec.structs.replace(ANNA, standing=standing))


@pytest.mark.parametrize(
    ("timer", "zh", "en"),
    [
        pytest.param(Waiting(NOW, "unanswered", "m1"), " · m1 · ", " · m1 · ", id="a signal, and about what"),
        pytest.param(
            Waiting(NOW, "relationships", ""), "到时 重新看一遍关系 · ", "is looked at again · ", id="a review"
        ),
        pytest.param(Waiting(NOW, "alert", "m1"), "升级或过期 · m1", "escalates or expires · m1", id="an alert's life"),
    ],
)
def test_what_falls_due_has_its_words(timer: Waiting, zh: str, en: str) -> None:
    known = msgspec.structs.replace(ANNA, waiting=(timer,))
    for language, wanted in (("zh", zh), ("en", en)):
        assert wanted in page(known, language)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", [*MIGRATIONS, "drift"])
def test_every_way_that_a_relationship_goes_has_its_words(name: str, language: str) -> None:
    assert VOICES[language].migration(name) not in (name, "")
    assert Voice(language).migration("of_old") == "of old"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("lack", get_args(Lack))
def test_what_is_missing_is_said(lack: Lack, language: str) -> None:
    last = page(Known("b", STANDING, notes=(Note(lack, "w\x1b[2Jhy"),)), language).splitlines()[-1]
    assert last.startswith("! ")
    assert "{" not in last


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(language: str, width: int) -> None:
    long = msgspec.structs.replace(ANNA.timeline[0], text="这是一段很长很长的话，" * 20)
    text = page(msgspec.structs.replace(ANNA, timeline=(long,), linked=("email:k1:" + "0" * 32,) * 9), language, width)
    assert max(map(cell_len, text.splitlines())) <= width


BAD: Final = "a\x1b[31m\u202eb\nc\u2066\x9b"


@pytest.mark.parametrize(
    "known",
    [
        pytest.param(msgspec.structs.replace(ANNA, customer_id=BAD), id="the id"),
        pytest.param(msgspec.structs.replace(ANNA, linked=(BAD,)), id="a linked key"),
        pytest.param(msgspec.structs.replace(ANNA, language=BAD), id="the language"),
        pytest.param(msgspec.structs.replace(ANNA, consents={BAD: True}), id="a consent"),
        pytest.param(Known("b", Standing(BAD, None, likely=(Likely(BAD, 1.0),))), id="the relationship"),
        pytest.param(Known("b", Standing("enemy", NOW, (Reason("e", f"{BAD}: {BAD}", BAD, 1.0, NOW, BAD),))),
                     id="a reason"),
        pytest.param(msgspec.structs.replace(ANNA, matters=(Matter("a", BAD, "open", "info", BAD, BAD),)),
                     id="a matter"),
        pytest.param(msgspec.structs.replace(ANNA, waiting=(Waiting(NOW, BAD, BAD),)), id="what waits"),
        pytest.param(msgspec.structs.replace(ANNA, timeline=(Contact(NOW, BAD, BAD, "customer", BAD, BAD),)),
                     id="the timeline"),
        pytest.param(msgspec.structs.replace(ANNA, signals=(msgspec.structs.replace(SIGNAL, matter=BAD),)),
                     id="a signal"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("width", [None, 80])
def test_no_text_from_outside_moves_the_terminal(known: Known, width: int | None) -> None:
    lines = [line.plain for line in page_of(known, Page(width, cards=False, voice=VOICES["en"]), NOW)]
    assert [sign for sign in "\x1b\x9b\u202e\u2066" if any(sign in line for line in lines)] == []
    if width is None:
        assert not any("\n" in line for line in lines), "in a pipe a line stays one line"


def test_as_data() -> None:
    found = msgspec.json.decode(msgspec.json.encode(to_json(ANNA)))
    assert found["customer_id"] == "anna"
    assert found["linked"] == ["email:k1:0123"]
    assert found["relationship"]["type"] == "enemy"
    assert found["relationship"]["because"][0] == {
        "event_id": "e1", "what": "group.never_again: 再也不来", "type": "enemy", "weight": 1.9,
        "at": "2023-11-14T22:12:20.000Z", "channel": "chat",
    }  # fmt: skip
    assert found["timeline"][1]["occurred_at"] == "2023-11-14T22:13:20.000Z"
    assert [matter["due_at"] for matter in found["matters"]] == ["2023-11-14T22:43:20.000Z", "2023-11-14T20:43:20.000Z"]
    assert [(each["kind"], each["at"]) for each in (*found["shifts"], *found["signals"])] == [
        ("shift", "2023-11-14T22:13:20.000Z"), ("signal", "2023-11-14T22:12:20.000Z"),
    ]  # fmt: skip
