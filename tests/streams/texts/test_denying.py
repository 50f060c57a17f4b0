"""One negation denies, two affirm, and that of a condition or of a longer word does neither."""

from __future__ import annotations

import pytest

from streams.knowledge.marks import Negation
from streams.texts.denying import denied
from streams.texts.finding import lowered

ZH = Negation(
    "zh",
    ("不会", "不是", "没有", "别", "不用", "不敢"),
    4,
    ("不排除", "特别"),
    ("，", "我"),
    ("别以为", "你以为"),
    ("不",),
)
EN = Negation(
    "en", ("not", "never", "no", "n't", "nor"), 5, ("n't hesitate",), (",", "i", "but", "we"),
    ("don't think", "you think"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        pytest.param("我起诉", False, id="no negation"),
        pytest.param("我不会起诉", True, id="one"),
        pytest.param("不起诉", True, id="one that adjoins"),
        pytest.param("不修好起诉", False, id="one that would have to adjoin"),
        pytest.param("不会不起诉", False, id="two"),
        pytest.param("不用不用起诉", True, id="one, said twice"),
        pytest.param("不排除起诉", False, id="part of a word that affirms"),
        pytest.param("特别想起诉", False, id="part of another word"),
        pytest.param("别以为我不会起诉", False, id="two, beyond the subject"),
        pytest.param("别以为我们真的不敢起诉", False, id="two, and words between"),
        pytest.param("别以为我会起诉", True, id="one, beyond the subject"),
        pytest.param("你以为我不敢起诉", False, id="a rhetorical one affirms"),
        pytest.param("你以为我起诉", False, id="and does not deny alone"),
        pytest.param("别以为，我不会起诉", True, id="another clause"),
        pytest.param("不会，起诉", False, id="a negation of another clause"),
        pytest.param("不是起诉", True, id="is not"),
        pytest.param("这不是起诉人吗", False, id="a question that claims"),
        pytest.param("不是起诉，是问问吗", True, id="the question is another clause's"),
    ],
)
def test_negations_in_chinese(text: str, turned: bool) -> None:
    assert denied(ZH, text, text.index("起诉"), ()) == turned


def test_a_negation_that_is_part_of_a_word_found_denies_nothing() -> None:
    assert not denied(ZH, "不会起诉", 2, [(0, 4)])


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        pytest.param("I will sue", False, id="no negation"),
        pytest.param("I will not sue", True, id="one"),
        pytest.param("I will not say a word or a thing or sue", False, id="too far"),
        pytest.param("never not sue", False, id="two"),
        pytest.param("no no sue", True, id="one, said twice"),
        pytest.param("I will not call you nor sue", True, id="nor goes on denying"),
        pytest.param("I won't hesitate to sue", False, id="it affirms"),
        pytest.param("Don't think that I won't sue", False, id="two, beyond the subject"),
        pytest.param("I don't think I will sue", True, id="one, beyond the subject"),
        pytest.param("You think we won't sue", False, id="a rhetorical one affirms"),
        pytest.param("You think we sue", False, id="and does not deny alone"),
        pytest.param("I don't think so, I will sue", False, id="another clause"),
        pytest.param("I don't think much but I will sue", False, id="a clause set against it"),
        pytest.param("If it is not mended by then we sue", False, id="of another clause"),
        pytest.param("If you do not pay me back someone will sue", False, id="of a condition"),
        pytest.param("If it is not mended they sue", False, id="of what is done"),
        pytest.param("If you do not sue", True, id="of the deed itself"),
    ],
)  # fmt: skip
def test_negations_in_english(text: str, turned: bool) -> None:
    low = lowered(text)
    assert denied(EN, low, low.index("sue"), ()) == turned
