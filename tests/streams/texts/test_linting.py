"""What we must not write, what is harmless, and how it is said instead."""

from __future__ import annotations

import pytest

from streams.texts.linting import Flaw, mended, recital, rewritten, topic
from streams.texts.listening import listener
from tests.streams.lab import knowledge


def recited(text: str) -> Flaw | None:
    return recital(listener(knowledge().texts, knowledge().meanings).hear(text), knowledge().texts)


@pytest.mark.parametrize(
    ("text", "kind", "anew"),
    [
        pytest.param("您已经6个月没有光顾", "absence", "…", id="the document's own example"),
        pytest.param(
            "王阿姨，您已经六个月没来了，送您一张券！", "absence", "王阿姨，…送您一张券！", id="the rest is kept"
        ),
        pytest.param("You have not visited us for 6 months, so come.", "absence", "… so come.", id="en"),
        pytest.param("您上次光顾是3月12日，期待再见", "date", "…期待再见", id="date zh"),
        pytest.param("Hello. You bought a lamp on 12 March. Come!", "date", "Hello. … Come!", id="date"),
        pytest.param("You've ordered 12 times. Thanks", "count", "… Thanks", id="count"),
        pytest.param("您累计消费3次", "count", "…", id="count zh"),
    ],
)
def test_counts_and_dates_of_what_they_did_are_found_and_said_anew(text: str, kind: str, anew: str) -> None:
    flaw = recited(text)
    assert flaw is not None
    assert flaw.kind == kind
    assert mended(text, flaw, "…") == anew


@pytest.mark.parametrize(
    ("text", "language", "anew"),
    [
        pytest.param(
            "李奶奶，您有89天没来店里啦，上次3月2日买的茶喝完了吧？", "zh",
            "李奶奶，好久不见，很惦记您。上次能招待您，我们很高兴。", id="an absence and a date",
        ),
        pytest.param(
            "You have ordered 12 times. You have visited us 30 times. Come again.", "en",
            "Thank you for coming to us again and again. Come again.", id="two of a kind are said once",
        ),
        pytest.param(
            "You have not visited us for 6 months. We know about your diabetes. Come!", "en",
            "It has been a while, and we would love to see you again. If there is anything we can do for you, just tell"
            " us. Come!", id="a recital and a topic",
        ),
        pytest.param("Come and see us", "en", "Come and see us", id="nothing to mend"),
    ],
)  # fmt: skip
def test_a_text_is_said_anew_until_nothing_is_wrong_with_it(text: str, language: str, anew: str) -> None:
    ear = listener(knowledge().texts, knowledge().meanings)
    found = rewritten(text, ear, knowledge().texts, knowledge().wording[language])
    assert found == anew
    assert recited(found) is topic(ear.hear(found)) is None


def test_a_text_of_flaws_alone_does_not_go_round_for_ever() -> None:
    text = " ".join(f"You bought a lamp on {day} March." for day in range(1, 29))
    ear = listener(knowledge().texts, knowledge().meanings)
    found = rewritten(text, ear, knowledge().texts, knowledge().wording["en"])
    assert found == knowledge().wording["en"]["rewrite.date"]


@pytest.mark.parametrize(
    "text",
    [
        "好久不见，来坐坐吧", "本店保修2年，欢迎光顾", "我们3月12日上新，期待您光顾", "您购买的商品3天内送达",
        "You bought a lamp: it has 2 years of guarantee.", "We miss you! 20% off until May 3", "We open at 9 every day",
        "You visited us. We have 3 new lamps.", "",
    ],
)  # fmt: skip
def test_numbers_about_goods_and_shops_are_harmless(text: str) -> None:
    assert recited(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("We know about your diabetes.", "health", id="health"),
        pytest.param("您的糖尿病用药快用完了", "health", id="health zh"),
        pytest.param("As a Muslim you will like it", "creed", id="creed"),
        pytest.param("您的学历", "schooling", id="schooling zh"),
        pytest.param("your political views", "opinion", id="opinion"),
        pytest.param("Healthy snacks", None, id="healthy is no illness"),
        pytest.param("祝您身体健康", None, id="a wish is none"),
        pytest.param("欢迎在线上访问我们的新店", None, id="letters of 线上 and 访问"),
        pytest.param("怀念经典的味道", None, id="letters of 怀念 and 经典"),
        pytest.param("一批茶具，其中风格各异", None, id="letters of 其中 and 风格"),
        pytest.param("附上备用药箱清单", None, id="letters of 备用 and 药箱"),
        pytest.param("周末儿童科学历险营", None, id="letters of 科学 and 历险"),
        pytest.param("为您准备孕妇装专区", None, id="letters of 准备 and 孕妇"),
        pytest.param("到处方便取货", None, id="letters of 到处 and 方便"),
        pytest.param("相信佛山陶瓷的品质", None, id="letters of 相信 and 佛山"),
        pytest.param("您中风之后多保重", "health", id="the illness itself"),
        pytest.param("听说您信佛", "creed", id="the creed itself"),
    ],
)
def test_sensitive_topics(text: str, kind: str | None) -> None:
    flaw = topic(listener(knowledge().texts, knowledge().meanings).hear(text))
    assert (flaw and flaw.kind) == kind
