from __future__ import annotations

import pytest

from streams.knowledge.terms import TYPE_IDS
from streams.relationships.voice import WHOLE, Ear, around, readable
from streams.relationships.words import Lexicon
from tests.streams.lab import knowledge

LEXICON = Lexicon(knowledge())
EAR = Ear(knowledge().voice, len(TYPE_IDS))


def heard(text: str) -> dict[str, float]:
    terms, rest = LEXICON.read(text)
    return {TYPE_IDS[n]: share / WHOLE for n, share in EAR.listen(EAR.pieces(rest), terms)}


def loudest(text: str) -> str:
    shares = heard(text)
    return max(shares, key=lambda name: shares[name]) if shares else "nothing"


@pytest.mark.parametrize(
    ("text", "type_id"),
    [
        pytest.param("I was a loyal customer for years and now I am so disappointed", "ex_friend", id="broken loyalty"),
        pytest.param("老顾客了，这次太失望了，不会再来", "ex_friend", id="broken loyalty zh"),
        pytest.param("please put it in a plain box, my wife need not see it", "secret_affair", id="no cue word"),
        pytest.param("别再打电话来了，谁给你们我的号码", "stalker_prey", id="pursued zh"),
        pytest.param("we are bound by the contract and cannot get out", "captive", id="captive"),
        pytest.param("凌晨又爬起来下单，根本停不下来", "dealer_addict", id="craving zh"),
        pytest.param("I suggest you add a button for refills", "business_partner", id="adviser"),
        pytest.param("小时候放学就买这个，老味道", "childhood_friend", id="childhood zh"),
    ],
)
def test_hears(text: str, type_id: str) -> None:
    assert loudest(text) == type_id


@pytest.mark.parametrize(
    ("text", "type_id"),
    [
        pytest.param("I want a refund please", "buddy", id="fun is no part of refund"),
        pytest.param("没有垃圾短信，没有骚扰", "stalker_prey", id="negated zh"),
        pytest.param("一点都不失望", "ex_friend", id="not disappointed zh"),
        pytest.param("I am not disappointed at all", "ex_friend", id="not disappointed"),
        pytest.param("小说里主角被好友背叛，成了敌人", "enemy", id="a plot zh"),
        pytest.param("The hero of the novel is betrayed by his best friend", "best_friend", id="a plot"),
        pytest.param("Great, another delay, I just love waiting", "marriage_partner", id="sarcasm"),
        pytest.param("Where is my parcel", "enemy", id="the matter in hand"),
    ],
)
def test_does_not_take_for(text: str, type_id: str) -> None:
    assert heard(text).get(type_id, 0) < 0.4


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        pytest.param("hello", None, True, id="no word on the language"),
        pytest.param("你好", "zh-CN", True, id="Chinese with its region"),
        pytest.param("hallo", "de", False, id="German, as it says"),
        pytest.param("привет", None, False, id="by its letters"),
        pytest.param("また来ます", None, False, id="kana"),
    ],
)
def test_reads_two_languages(text: str, language: str | None, read: bool) -> None:
    assert readable(text, language) is read


@pytest.mark.parametrize(
    ("text", "piece", "quoted"),
    [
        pytest.param("Hello? Still waiting, can anyone help me please", "me", "can anyone help me please", id="en"),
        pytest.param("Nobody answered me!", "nobod", "Nobody answered me", id="the beginning of a word"),
        pytest.param("to meet me there", "me", "to meet me there", id="not within a word"),
        pytest.param("什么破玩意儿，赶紧给我退货退款！", "破", "什么破玩意儿", id="one character"),
        pytest.param("I can't believe it", "ca not", "I can't believe it", id="spelt apart"),
        pytest.param(
            "we have been coming here with the whole family every single summer since the children were small",
            "family", "with the whole family every single", id="of a long clause what is near",
        ),
        pytest.param("我们全家每年夏天都会来你们店里住上一个星期", "店里", "年夏天都会来你们店里住上一个星期", id="zh"),
    ],
)  # fmt: skip
def test_what_is_quoted_can_be_read(text: str, piece: str, quoted: str) -> None:
    assert around(text, piece) == quoted


def test_a_part_of_the_text_is_quoted() -> None:
    text = "please put it in a plain box without a logo"
    assert EAR.telling(EAR.pieces(text), text, TYPE_IDS.index("secret_affair")) in text
