"""What we must not write, what is harmless, and how it is said instead."""

from __future__ import annotations

import pytest

from streams.texts.linting import Flaw, confided, mended, recital, rewritten, topic
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
    ("text", "kind"),
    [
        ("Wow, you've burned through 14 spin classes since January", "count"),
        ("You swam 42 lengths last week", "count"),
        ("You've taken thirteen rides with us since Sunday", "count"),
        ("Thank you for your 14 orders", "count"),
        ("This is your fifth haircut with us", "count"),
        ("The 12 coffees you've bought here", "count"),
        ("You train with us 4 times a week", "count"),
        ("You bought these trainers 8 months ago", "count"),
        ("Hi Sam, u've had 23 flat whites with us, legend", "count"),
        ("You haven't used your debit card in 45 days", "absence"),
        ("Since 3 May you have not logged in", "absence"),
        ("we havent seen you for 5 weeks", "absence"),
        ("On 12 March you flew with us to Rome", "date"),
        ("Your last massage was on 3 May", "date"),
        ("您去年一共做了15次面部护理", "count"),
        ("这是您第八次入住", "count"),
        ("你已經飲咗12杯凍檸茶", "count"),
        ("您今年已经跑了312公里", "count"),
        ("您半年没碰器械了", "absence"),
        ("自11月14日以来您再没坐过我们的航班", "absence"),
        ("您3月2日在本店买的面包机", "date"),
    ],
)  # fmt: skip
def test_what_they_did_is_told_by_structure_whatever_it_was(text: str, kind: str) -> None:
    flaw = recited(text)
    assert flaw is not None
    assert flaw.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "If you've spent £50 you get free delivery", "Once you've bought 5 coffees the 6th is free",
        "You've earned 500 points", "You have 3 free classes left this month", "Your 3rd coffee is free",
        "Your third instalment is due on 5 May", "You ordered a cake for 12 May; it is ready",
        "3 nights with us from £99",
        "Have you tried our 3 new flavours?", "You have booked 2 seats on BA117", "You were charged £3.50 by mistake",
        "You need 2 forms of ID", "Thank you for 10 years with us", "You often come by and we love it",
        "If you haven't received it in 5 days, call us", "您今年可享2次免费洗车", "您本月还有3次机会抽奖",
        "单笔消费满300元送50元券", "您已获得500积分", "您预约的3月9日15:00洗牙已确认",
        "您3月9日乘坐的CA1234航班登机口变更为12",
        "您收藏的商品已降价50元", "您的第2件半价", "您好，3天没收到货可申请退款", "我们10年没涨价，只为您",
        "您最近经常来，谢谢",
        "您已欠费2个月，请及时缴纳",
    ],
)  # fmt: skip
def test_what_they_get_may_do_or_owe_is_no_count_of_them(text: str) -> None:
    assert recited(text) is None


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
    assert recited(found) is topic(ear.hear(found), knowledge().texts) is None


@pytest.mark.parametrize(
    ("text", "language", "anew"),
    [
        ("看到您在备孕，叶酸买一送一", "zh", "{line}"),
        ("春天到了。看到您在备孕。叶酸买一送一！欢迎来店里坐坐。", "zh", "春天到了。{line}欢迎来店里坐坐。"),
        ("王阿姨，您在化疗，假发专区已为您备好", "zh", "王阿姨，{line}"),
        ("As you are pregnant, vitamins are half price. See you soon.", "en", "{line} See you soon."),
    ],
)
def test_what_was_chosen_by_what_we_know_goes_with_it(text: str, language: str, anew: str) -> None:
    ear = listener(knowledge().texts, knowledge().meanings)
    lines = knowledge().wording[language]
    assert rewritten(text, ear, knowledge().texts, lines) == anew.format(line=lines["rewrite.topic"])


@pytest.mark.parametrize(
    "text",
    [
        "You've ordered pad thai nine Fridays in a row!", "The boots you returned last Wednesday are back",
        "Last Friday you tried on the blue coat", "上周三您退掉的那双靴子又到新色了", "昨天您看过的那条裙子降价了",
    ],
)  # fmt: skip
def test_the_day_of_what_they_did_is_one_of_theirs(text: str) -> None:
    assert recited(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Your order from yesterday is on its way", "We came by yesterday and you were out", "Come in on Friday",
        "昨天到的新茶，想请您尝尝", "上周三到了一批新靴子，您来看看", "您昨天预约的师傅已确认",
    ],
)  # fmt: skip
def test_other_days_are_harmless(text: str) -> None:
    assert recited(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "The blazer for my son's school hasn't come", "battery died after a week", "three weeks gone and no parcel",
        "my visa card was declined", "我上个礼拜买的裙子还没到", "孩子考试要用的文具还没到", "包裹被打开过",
    ],
)  # fmt: skip
def test_words_of_every_day_confide_nothing(text: str) -> None:
    assert not confided(listener(knowledge().texts, knowledge().meanings).hear(text), knowledge().texts)


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
        pytest.param("Your atorvastatin goes well with our tea", "health", id="a medicine by its ending"),
        pytest.param("您常用的缬沙坦到货了", "health", id="a medicine by its ending zh"),
        pytest.param("April offers, and 20% off in aprils to come", None, id="April is no medicine"),
        pytest.param("Hope you're recovering from your operation", "health", id="an operation"),
        pytest.param("If you are unwell please rebook free of charge", None, id="only on a condition"),
        pytest.param("Dear Aisha, Eid Mubarak! 10% off", "creed", id="a feast wished to one person"),
        pytest.param("马先生，开斋节快乐", "creed", id="a feast wished to one person zh"),
        pytest.param("Happy Diwali from all of us", None, id="a season's greeting to all"),
        pytest.param("祝大家开斋节快乐", None, id="a season's greeting to all zh"),
        pytest.param("Pray for sunshine, our terrace is open", None, id="no prayer"),
        pytest.param("清真食材专区", None, id="goods for a creed"),
        pytest.param("You marched for Palestine, so here's a scarf", "opinion", id="what they marched for"),
        pytest.param("您投了绿党，这个环保袋送您", "opinion", id="whom they voted for"),
        pytest.param("Vote for your favourite flavour", None, id="a vote on goods"),
        pytest.param("支持支付宝付款，支持统一发货", None, id="what we support"),
        pytest.param("恭喜您女儿被北大录取", "schooling", id="admitted zh"),
        pytest.param("We know your son is struggling with maths", "schooling", id="a child's marks"),
        pytest.param("开学季书包八折", None, id="the season of schools"),
        pytest.param("Since your divorce, a weekend away for one?", "private", id="a divorce"),
    ],
)
def test_sensitive_topics(text: str, kind: str | None) -> None:
    flaw = topic(listener(knowledge().texts, knowledge().meanings).hear(text), knowledge().texts)
    assert (flaw and flaw.kind) == kind


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("刚开始吃帕罗西汀，能喝酒吗", True, id="a medicine"),
        pytest.param("I'm on 50 mg of sertraline", True, id="a medicine en"),
        pytest.param("My mum passed away last week, can I cancel her order", True, id="a death"),
        pytest.param("I just lost my job and can't afford the rent", True, id="want"),
        pytest.param("刚从医院回来，晚点到", True, id="a hospital"),
        pytest.param("我离婚了，改一下户名", True, id="a divorce"),
        pytest.param("Where is my suitcase?", False, id="a suitcase"),
        pytest.param("我想换个大一号的", False, id="a size"),
    ],
)
def test_what_customers_confide_is_not_brought_up(text: str, kept: bool) -> None:
    assert confided(listener(knowledge().texts, knowledge().meanings).hear(text), knowledge().texts) is kept
