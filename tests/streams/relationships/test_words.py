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


def test_punctuation_ends_the_reach_of_a_negation() -> None:
    assert "group.attack" in keys("不好，垃圾")


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
