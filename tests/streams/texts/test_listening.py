"""What customers say: intents and threats in both languages, what they deny, and what only looks like it."""

from __future__ import annotations

import pytest

from streams.texts.listening import Heard, listener
from tests.streams.lab import knowledge


def hear(text: str) -> Heard:
    return listener(knowledge().texts, knowledge().meanings).hear(text)


@pytest.mark.parametrize(
    ("text", "threat"),
    [
        pytest.param("I will call my lawyer", "law", id="law"),
        pytest.param("if you don't refund me i will sue you", "law", id="another clause's negation does not reach it"),
        pytest.param("Don't make me call my lawyer", "law", id="a threat in the form of a denial"),
        pytest.param("I'm going to the press", "press", id="press"),
        pytest.param("get me the manager!", "manager", id="manager"),
        pytest.param("I'll do a chargeback", "chargeback", id="chargeback"),
        pytest.param("不退款就找媒体", "press", id="press zh: no refund denies no threat"),
        pytest.param("别逼我找律师", "law", id="law zh, in the form of a denial"),
        pytest.param("一直不处理，我要打12315", "regulator", id="regulator zh"),
        pytest.param("叫你们领导来", "manager", id="manager zh"),
        pytest.param("叫你們經理來聽電話", "manager", id="manager, traditional"),
        pytest.param("我要把這段錄音發到網上", "press", id="press, traditional, with words between"),
        pytest.param("we take the whole matter to the ombudsman", "regulator", id="regulator, with words between"),
        pytest.param("让银行把这笔钱追回来", "chargeback", id="chargeback zh, with words between"),
    ],
)
def test_hears_threats(text: str, threat: str) -> None:
    assert list(hear(text).said("threat")) == [threat]
    assert "threat" in hear(text).intents


@pytest.mark.parametrize(
    "text",
    [
        "I am not going to sue you", "I don't want to call a lawyer", "I would never boycott you",
        "my lawyer friend loves your lamps", "thank your manager, she was great", "the charger came back",
        "我不想找消协", "没打算告你们", "不会去曝光的，放心", "双重曝光的照片很好看", "谢谢你们经理",
        "没必要为这个闹到打官司", "I was going to call my bank but the money is here", "市场监督局旁边那家店",
        "saw the review in the local paper",
    ],
)  # fmt: skip
def test_what_is_denied_or_innocent_is_no_threat(text: str) -> None:
    assert hear(text).said("threat") == {}


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        pytest.param("别给我发广告", ["leave_alone"], id="nothing at all"),
        pytest.param("再推销我就退会员", ["leave_alone"], id="or they leave"),
        pytest.param("Strike me off whichever mailing list", ["leave_alone"], id="off any list"),
        pytest.param("不要给我打电话了", ["leave_alone"], id="no call"),
        pytest.param("别再打了，烦死了", ["leave_alone"], id="no more calls"),
        pytest.param("宝宝在睡，别打电话，放门口就好", [], id="how to deliver"),
        pytest.param("别打电话，微信说就行", [], id="by which channel"),
        pytest.param("别给我发红色的，要蓝色", [], id="which colour"),
        pytest.param("别打扰我爸妈休息", [], id="not to be woken"),
        pytest.param("Don't call me again", ["leave_alone"], id="no call, in English"),
        pytest.param("do not send me any more newsletters", ["leave_alone"], id="no letters"),
        pytest.param("Please don't text me after 9pm", [], id="at which hour"),
        pytest.param("Don't phone me, email me", [], id="by which channel, in English"),
        pytest.param("don't send me the wrong size again", [], id="which size"),
        pytest.param("可以退吗", ["swap", "change"], id="to give back"),
        pytest.param("想换", ["change"], id="to change, and not what"),
        pytest.param("想换个发型", [], id="another haircut"),
        pytest.param("我要换手机了", [], id="a new phone"),
        pytest.param("以旧换新怎么弄", [], id="an old one taken in part payment"),
        pytest.param("我想换货", ["change", "swap"], id="to exchange"),
        pytest.param("能否更換顏色", ["swap"], id="another colour, traditional"),
        pytest.param("咋退啊", ["swap", "change"], id="how to give back"),
        pytest.param("怎么退票", [], id="how to give back a ticket"),
        pytest.param("could I have them in size 6 instead", ["swap"], id="another size, in English"),
        pytest.param("which size suits a child of 6?", [], id="which size"),
        pytest.param("Drop my cell number, fed up with your promos", ["leave_alone"], id="to forget a number"),
        pytest.param("remove my number from the parcel label", [], id="a number on a parcel"),
        pytest.param("推銷簡訊打個不停，你們怎麼會有我的電話", ["leave_alone"], id="pursued, Taiwanese"),
        pytest.param("快递员一直打来，我没接到", [], id="a courier calls"),
        pytest.param("积分能换什么", [], id="points"),
        pytest.param("Can I return this?", ["swap", "change"], id="to give back, in English"),
        pytest.param("I want to return the lamp", ["change"], id="to give back, and perhaps theirs"),
        pytest.param("we hope to return next month", [], id="to come back"),
        pytest.param("to return your call", [], id="to ring back"),
    ],
)
def test_hears_wishes(text: str, wishes: list[str]) -> None:
    assert list(hear(text).said("wish")) == wishes


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        pytest.param("Can you tell me when you open?", ("question",), id="question"),
        pytest.param("stranded at the airport, please help", ("worry",), id="worry"),
        pytest.param("thank you, great job", ("praise",), id="praise"),
        pytest.param("I'd like to cancel my order", ("cancellation",), id="cancellation"),
        pytest.param("you should add a darker lamp", ("suggestion",), id="suggestion"),
        pytest.param("worst service, nobody", ("complaint",), id="complaint"),
        pytest.param("请问几点开门", ("question",), id="question zh"),
        pytest.param("包裹一直没收到，好担心", ("worry",), id="worry zh"),
        pytest.param("一点都不担心", (), id="no worry zh"),
        pytest.param("建议你们早点开门", ("suggestion",), id="suggestion zh"),
        pytest.param("帮我取消订单", ("cancellation",), id="cancellation zh"),
        pytest.param("", (), id="nothing"),
    ],
)
def test_hears_intents(text: str, intents: tuple[str, ...]) -> None:
    assert hear(text).intents == intents


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        pytest.param("my parcel is two weeks late, so slow", "late", id="late"),
        pytest.param("on hold for an hour and nobody answers the phone", "no_help", id="no help"),
        pytest.param("the flight attendant was so rude", "staff", id="staff"),
        pytest.param("客服态度特别恶劣，爱理不理", "staff", id="staff zh"),
        pytest.param("刚用两天就坏了，开不了机", "defect", id="defect zh"),
        pytest.param("发货慢，等了很久", "late", id="late zh"),
        pytest.param("是我自己摔坏的", "misuse", id="misuse zh"),
    ],
)
def test_hears_what_a_complaint_is_about(text: str, cause: str) -> None:
    assert hear(text).cause().name == cause


@pytest.mark.parametrize(
    ("text", "feeling"),
    [
        pytest.param("I love it, thank you so much, great service", "positive", id="en"),
        pytest.param("terrible, rude, never again", "negative", id="en bad"),
        pytest.param("质量很好，非常满意，下次还来", "positive", id="zh"),
        pytest.param("一点都不好用，太失望了", "negative", id="zh bad"),
    ],
)
def test_hears_how_it_feels_and_says_why(text: str, feeling: str) -> None:
    opinion = hear(text).sentiment()
    assert opinion.name == feeling
    assert all(weight > 0 for _, weight in opinion.because)
    assert opinion.because


def test_handles_and_addresses_are_no_words() -> None:
    assert hear("@nobody thanks").sentiment() == hear("@somebody thanks https://x.y").sentiment()


@pytest.mark.parametrize(
    ("text", "complains"),
    [
        pytest.param("你们家的面包从没让我失望", False, id="never let down"),
        pytest.param("这次可别让老顾客失望", False, id="a hope"),
        pytest.param("一点也不失望", False, id="not at all"),
        pytest.param("这次让我失望", True, id="let down"),
        pytest.param("we have never been disappointed", False, id="never, in English"),
        pytest.param("you won't be disappointed", False, id="a promise"),
        pytest.param("no complaints at all", False, id="none"),
        pytest.param("we are disappointed", True, id="in English"),
        pytest.param("I have a complaint", True, id="one"),
    ],
)
def test_disappointment_that_is_denied_is_no_complaint(text: str, complains: bool) -> None:
    assert ("complaint" in hear(text).intents) == complains


@pytest.mark.parametrize(
    ("text", "praises"),
    [
        pytest.param("Thanks for nothing", False, id="for nothing"),
        pytest.param("thank you for making the worst day of my year", False, id="for the worst"),
        pytest.param("thanks for making my day", True, id="for a good one"),
        pytest.param("thanks for losing my suitcase", False, id="for a failure"),
        pytest.param("thanks for finding my suitcase", True, id="for a success"),
        pytest.param("Good job everybody. 3 hours waiting at the gate", False, id="by rote, in a plight"),
        pytest.param("Good job everybody. We landed early", True, id="by rote, and no plight"),
        pytest.param("Good job everybody, the staff was lovely. 3 hours waiting at the gate", True, id="other praise"),
        pytest.param("好一个服务，谢谢你们让我白跑一趟", False, id="in Chinese"),
        pytest.param("呵呵，味道不错", True, id="a laugh"),
        pytest.param("味道不错，等一周，我也是呵呵了", False, id="no laugh"),
    ],
)
def test_praise_that_mocks_is_none(text: str, praises: bool) -> None:
    assert ("praise" in hear(text).intents) == praises
