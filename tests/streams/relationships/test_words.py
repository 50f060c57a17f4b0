from __future__ import annotations

import pytest

from streams.relationships.words import Lexicon
from tests.streams.lab import knowledge

LEXICON = Lexicon(knowledge())


def keys(text: str) -> set[str]:
    return {term.key for term in LEXICON.find(text)}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("我一直用你们家的", "group.loyalty", id="loyalty zh"),
        pytest.param("再也不来了", "group.never_again", id="a cue that begins with a negation is not negated"),
        pytest.param("I will never fly with you. Never again!", "group.never_again", id="never again en"),
        pytest.param("worst service, you are a SCAM", "group.attack", id="attack, any case"),
        pytest.param("stop emailing me", "group.pursued", id="pursued"),
        pytest.param("别再打电话骚扰我", "group.pursued", id="pursued zh"),
        pytest.param("这就是店大欺客", "group.wronged", id="wronged zh"),
        pytest.param("再不处理我就报警", "group.threat", id="the police zh"),
        pytest.param("不退钱我们只能报警了", "group.threat", id="the police, too zh"),
        pytest.param("已经上瘾了，停不下来", "group.addiction", id="addiction zh"),
        pytest.param("I've been a loyal customer and I am so disappointed", "combination.broken_loyalty", id="hurt"),
        pytest.param("老顾客了，这次太失望", "combination.broken_loyalty", id="betrayed zh"),
    ],
)
def test_hears(text: str, key: str) -> None:
    assert key in keys(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("please refund me", "group.fun", id="fun is no part of refund"),
        pytest.param("洗碗机滴滴报警", "group.threat", id="a machine sounds an alarm zh"),
        pytest.param("一开机就报警，烟雾报警器也老响", "group.threat", id="so does another zh"),
        pytest.param("没有骚扰电话", "group.pursued", id="negated zh"),
        pytest.param("一点都不失望", "group.failure", id="not disappointed zh"),
        pytest.param("I am not disappointed", "group.failure", id="not disappointed en"),
        pytest.param("loyal customer, so disappointed", "group.loyalty", id="replaced by the combination"),
        pytest.param("", "group.love", id="nothing says nothing"),
    ],
)
def test_does_not_hear(text: str, key: str) -> None:
    assert key not in keys(text)


@pytest.mark.parametrize(
    ("text", "key", "of_us"),
    [
        pytest.param("my last gym was a scam", "group.attack", False, id="another company"),
        pytest.param("上家店大欺客，我才来你们这", "group.wronged", False, id="another company zh"),
        pytest.param("your last bill was a scam", "group.attack", True, id="ours"),
        pytest.param("my dad is addicted to sugar", "group.addiction", False, id="kin"),
        pytest.param("my dad and I are addicted to it", "group.addiction", True, id="kin and they"),
        pytest.param("I'm addicted like my dad", "group.addiction", True, id="kin behind"),
        pytest.param("my mum was ripped off in this shop", "group.wronged", True, id="kin, by us"),
        pytest.param("我爸在这家店被骗了", "group.wronged", True, id="kin, by us zh"),
        pytest.param("my husband says it's a scam", "group.attack", True, id="kin who say it"),
        pytest.param("我朋友最懂我", "group.friend", False, id="a friend zh"),
        pytest.param("my mum uses it too", "group.family", True, id="what is of kin by nature"),
        pytest.param("I've gone to the others, my last gym was better", "group.closing", True, id="a deed"),
        pytest.param("when does my contract end?", "group.locked_in", False, id="who asks"),
        pytest.param("my contract ties me down and I hate it", "group.locked_in", True, id="who suffers"),
        pytest.param("合约期到几号？", "group.locked_in", False, id="who asks zh"),
        pytest.param("垃圾桶放哪", "group.attack", False, id="a bin zh"),
        pytest.param("垃圾公司", "group.attack", True, id="an attack zh"),
        pytest.param("我最爱我妈妈", "group.loyalty", False, id="love of kin zh"),
        pytest.param("最爱你们家", "group.loyalty", True, id="love of us zh"),
        pytest.param("一直用沙宣，有卖吗？", "group.loyalty", False, id="a product that they ask for zh"),
        pytest.param("一直用你们家的，还有货吗？", "group.loyalty", True, id="ours that they ask for zh"),
        pytest.param("I followed your advice and it broke, useless scam", "group.learning", False, id="badly taught"),
        pytest.param("照你们教的做，枉我信你们", "group.learning", False, id="badly taught zh"),
        pytest.param("跟着老师教的步骤做成功了", "group.learning", True, id="well taught zh"),
    ],
)
def test_hears_of_whom_it_is_said(text: str, key: str, of_us: bool) -> None:
    assert (key in keys(text)) is of_us


def test_a_clause_about_somebody_else_is_not_read_on() -> None:
    assert LEXICON.read("上家店大欺客，你们好")[1].strip() == "，你们好"


@pytest.mark.parametrize(
    ("text", "of_us"),
    [
        pytest.param("where is my order", True, id="what is ours"),
        pytest.param("u ppl are slow", True, id="chat spelling"),
        pytest.param("这家真行", True, id="this shop zh"),
        pytest.param("妳哋做乜", True, id="Cantonese"),
        pytest.param("back in five minutes", False, id="nobody"),
        pytest.param("立刻出发", False, id="nobody zh"),
    ],
)
def test_tells_whether_a_text_is_to_us(text: str, of_us: bool) -> None:
    assert LEXICON.of_us(text) is of_us


def test_punctuation_ends_the_reach_of_a_negation() -> None:
    assert "group.attack" in keys("不好，垃圾")


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("千万别让我们这些老顾客寒心", False),
        ("希望以后不要再让忠实用户失望", False),
        ("这么多年没有让我这个老会员失望过", False),
        ("你们让我这个老会员很失望", True),
        ("没有一次让人满意，老顾客太失望了", True),
        ("As a loyal customer I hope I won't be disappointed", False),
        ("As a loyal customer I am disappointed", True),
    ],
)
def test_a_hope_not_to_be_disappointed_breaks_nothing(text: str, breaks: bool) -> None:
    assert ("broken_loyalty" in [term.name for term in LEXICON.find(text)]) is breaks


@pytest.mark.parametrize(
    ("text", "bought"),
    [
        ("You guys are amazing, the best!! Please follow me back", True),
        ("you are the best, I hope to win the hamper", True),
        ("你们最棒了，太喜欢了，求翻牌", True),
        ("好评！服务真棒，五星返现记得发我", True),
        ("You guys are amazing, the best!", False),
        ("Please follow me so I can send the booking number, my bag is lost and nobody helps", False),
        ("你们最棒了，太喜欢了", False),
        ("关注你们很久了，一直很喜欢", False),
    ],
)
def test_praise_that_wants_something_for_it_is_bought(text: str, bought: bool) -> None:
    assert LEXICON.bought(text) is bought


def test_a_cue_counts_once_in_a_text() -> None:
    names = [term.name for term in LEXICON.find("scam scam scam")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("text", "closes"),
    [
        ("Right, close my account please", True),
        ("we have moved over to your rivals", True),
        ("I'm cancelling our membership with a heavy heart", True),
        ("麻烦尽快注销会员", True),
        ("我已经换别家了", True),
        ("轉咗去第二間，幫我取消會籍", True),
        ("please don't close my account", False),
        ("why did they close my account?", False),
        ("I closed my account with my old bank to come here", False),
        ("别给我注销账号", False),
        ("账号突然被注销了，怎么找回", False),
        ("换了别家才知道还是你们好", False),
    ],
)
def test_words_that_close_the_account_are_that_deed(text: str, closes: bool) -> None:
    deed = next(d for d in knowledge().deeds if d.name == "closing_the_account")
    terms = [t for t in LEXICON.find(text) if t.slot == deed.slot]
    assert bool(terms) is closes
    assert all(term.transformational for term in terms)


@pytest.mark.parametrize(
    ("group", "meant", "not_meant"),
    [
        pytest.param("wronged", "退个卡扣一半，就是店大欺客", "从没觉得被你们忽悠", id="denied zh"),
        pytest.param("wronged", "别想忽悠我", "这合同不是霸王条款", id="forbidden zh"),
        pytest.param("wronged", "你们这不是欺负人吗", "这不是欺负人", id="claimed by a question zh"),
        pytest.param("wronged", "why did you lie to me?", "nobody ever lied to me", id="denied"),
        pytest.param("attack", "isn't this a scam?", "it isn't a scam", id="claimed by a question"),
        pytest.param("nearby", "离得不远，就在楼下", "我家不在附近", id="not near zh"),
        pytest.param("nearby", "I live nearby so I pop in", "it is not nearby any more", id="not near"),
        pytest.param("third_party", "这卡是单位发的", "不是单位发的，自己掏钱", id="not given zh"),
        pytest.param("status", "我可是你们的VIP", "我不是VIP", id="a word of both languages"),
        pytest.param("secret", "please don't tell my wife", "don't tell me you are closed", id="of whom"),
        pytest.param("manager", "get me the duty manager", "the duty manager was so kind", id="no wish"),
        pytest.param("manager", "叫经理过来", "不用叫经理，小事", id="no need zh"),
        pytest.param("command", "I want it done immediately", "you don't have to do it immediately", id="no need"),
        pytest.param(
            "attack", "my husband says you're crooks", "my husband calls you crooks, I disagree", id="dissent"
        ),
        pytest.param("attack", "朋友骂你们奸商", "朋友骂你们奸商，我觉得你们挺良心", id="dissent zh"),
        pytest.param("attack", "评论没说错，你们就是垃圾", "评论都说你们垃圾，我看不像", id="hearsay zh"),
        pytest.param("attack", "You are the worst", '"The worst" says my aunt, who has never been', id="quoted"),
        pytest.param("wronged", "you lied to me", "If you ever lied to me I'd leave, but you haven't", id="supposed"),
        pytest.param("wronged", "我被骗了能赔吗，气死了", "如果被骗了能赔吗", id="supposed zh"),
        pytest.param("closing", "close my account", "If I close my account do I lose my points?", id="a deed supposed"),
        pytest.param("closing", "请帮我注销", "如果帮我注销，积分还在吗", id="a deed supposed zh"),
        pytest.param(
            "closing", "Can you cancel my contract?", "Please close my account, I opened two", id="one of two"
        ),
        pytest.param("closing", "会员到期就不续了", "帮我注销一个，重复注册了", id="one of two zh"),
        pytest.param("failure", "if that's how you treat me I'm disappointed", "I'd ask if disappointed", id="a fact"),
        pytest.param("nearby", "附近就你们一家", "附近有充电桩吗", id="asked zh"),
        pytest.param("nearby", "you're nearby", "Any chance of a cash machine nearby?", id="asked"),
        pytest.param("advice", "我建议你们加个夜间档", "有没有什么建议", id="asked for zh"),
        pytest.param("advice", "have you thought of opening earlier?", "What would you suggest?", id="asked for"),
        pytest.param("trial", "I am thinking of switching to you", "What does the trial balance show?", id="homonym"),
        pytest.param("fun", "哈哈太逗了", "哈哈，又弄丢我的包裹了", id="irony zh"),
        pytest.param("fun", "haha you made my day", "haha, third time the box is broken", id="irony"),
        pytest.param("price", "便宜就买", "便宜没好货，要好的", id="a saying zh"),
    ],
)
def test_hears_what_its_speaker_holds_to_be_so(group: str, meant: str, not_meant: str) -> None:
    assert f"group.{group}" in keys(meant)
    assert f"group.{group}" not in keys(not_meant)


def test_what_is_told_of_others_is_not_listened_to() -> None:
    assert LEXICON.read("I lost faith in the council, you are fine")[1].strip() == ", you are fine"
