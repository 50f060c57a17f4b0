"""Words with something between them: found in one clause, near each other, and only where nothing there denies them."""

from __future__ import annotations

import pytest

from streams.knowledge.marks import Negation
from streams.texts.finding import Entry, Finder, lowered

NO_ZH = Negation("zh", ("不", "没", "别"), 4, ("不得不", "特别"), ("，", "。"))
CLEAR = Finder([
    Entry(("告你", "12315", "开除", "要 … 开除"), "zh", None, "one"),
    Entry(("闹大",), "zh", None, "two"),
    Entry(("转告", "打开", "热闹"), "zh", None, "one", ("two",)),
])  # fmt: skip
NO_EN = Negation("en", ("not", "n't"), 5, (), (",", "."))
FINDER = Finder([
    Entry(("叫 … 经理", "叫 … 领导"), "zh", NO_ZH, "one"),
    Entry(("dispute … visa", "dispute"), "en", NO_EN, "one"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("叫经理", "叫经理", id="nothing between"),
        pytest.param("叫你们那个经理来", "叫你们那个经理", id="something between"),
        pytest.param("叫一二三四五六七八九十经理", "叫一二三四五六七八九十经理", id="as far as it may be"),
        pytest.param("叫一二三四五六七八九十百经理", None, id="too far"),
        pytest.param("叫我来，经理", None, id="another clause"),
        pytest.param("经理叫我来", None, id="the other way round"),
        pytest.param("叫我别找经理", None, id="denied in between"),
        pytest.param("叫特别大的领导", "叫特别大的领导", id="what only looks like a denial"),
        pytest.param("叫老王，再叫经理", "叫经理", id="the first has no second, the next has"),
        pytest.param("I'll dispute it with Visa", "dispute it with visa", id="the longest wins"),
        pytest.param("I'll dispute it in Visalia", "dispute", id="whole words alone"),
        pytest.param("I won't dispute it with visa", None, id="denied before"),
    ],
)
def test_finds_words_apart(text: str, found: str | None) -> None:
    low = lowered(text)
    meant, _ = FINDER.find(low)
    assert [low[hit.start : hit.end] for hit in meant.values()] == ([found] if found else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("#boycottacme now", True, id="a hashtag that begins so"),
        pytest.param("#boycott", True, id="and is that"),
        pytest.param("boycottacme", False, id="no hashtag"),
        pytest.param("#theboycott", False, id="it ends so"),
    ],
)
def test_a_word_may_be_left_open_at_its_end(text: str, found: bool) -> None:
    finder = Finder([Entry(("#boycott*",), "en", None)])
    assert bool(finder.find(text)[0]) == found


def test_traditional_letters_are_read_as_simplified_ones_that_keep_their_places() -> None:
    text = "叫你們那個經理來！"
    assert lowered(text) == "叫你们那个经理来！"
    assert FINDER.find(lowered(text))[0] == FINDER.find("叫你们那个经理来！")[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("转告你们", ["转告"], id="its first letter belongs to another word"),
        pytest.param("我告你们", ["告你"], id="it stands by itself"),
        pytest.param("热闹大气", ["热闹"], id="so of another family with which that word competes"),
        pytest.param("要打开除湿", ["打开"], id="so of the second of two words apart"),
        pytest.param("要把他开除", ["要把他开除"], id="two words apart"),
        pytest.param("打12315", ["12315"], id="a number"),
        pytest.param("13812315678", [], id="part of a longer number"),
        pytest.param("A12315", [], id="part of a code"),
    ],
)
def test_what_belongs_to_another_word_is_not_found(text: str, found: list[str]) -> None:
    assert [text[hit.start : hit.end] for hit in CLEAR.hits(lowered(text))] == found
