"""English as it is typed in a hurry is found as it is spelt, and shown as it was typed; Cantonese as Mandarin."""

from __future__ import annotations

import pytest

from streams.texts.finding import lowered
from streams.texts.listening import listener
from streams.texts.script import simplified
from streams.texts.spelling import TYPED, spelt
from tests.streams.lab import knowledge


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("dnt txt me agn, pls!!", "don't text me again, please!!", id="words and signs"),
        pytest.param("ur late… u said 2day", "your late… you said today", id="beside signs of no alphabet"),
        pytest.param("thats what i havent got", "that's what i haven't got", id="no apostrophes"),
        pytest.param("唔好再msg我pls", "不要再message我please", id="between Chinese letters"),
        pytest.param("well, ill were in hell", "well, ill were in hell", id="words of their own"),
        pytest.param("curl, blur, pure; 5u", "curl, blur, pure; 5u", id="parts of words"),
    ],
)
def test_words_are_read_as_they_are_spelt(typed: str, read: str) -> None:
    assert spelt(lowered(typed)).text == read


def test_each_place_is_told_in_what_was_typed() -> None:
    low = "pls dont msg ur mum"
    found = spelt(low)
    at = found.text.index("message your")
    assert low[slice(*found.typed(at, at + len("message your")))] == "msg ur"
    assert low[slice(*found.typed(0, len(found.text)))] == low
    assert spelt("please").typed(2, 4) == (2, 4)


def test_nothing_is_typed_that_is_spelt_so() -> None:
    assert not TYPED.keys() & set(TYPED.values())


@pytest.mark.parametrize(
    ("text", "family", "name", "words"),
    [
        pytest.param("ur going to hear from my lawyer, i wont wait", "threat", "law", None, id="a threat"),
        pytest.param("can u tell me the price", "intent", "question", "can u tell me", id="a question"),
        pytest.param("my parcel hasnt arrived", "intent", "worry", "hasnt arrived", id="a worry"),
        pytest.param("唔好再打嚟", "wish", "leave_alone", "不要再打", id="Cantonese"),
        pytest.param("plz stop msging me", "wish", "leave_alone", "stop msging", id="shown as it was typed"),
    ],
)
def test_every_list_hears_them(text: str, family: str, name: str, words: str | None) -> None:
    said = listener(knowledge().texts, knowledge().meanings).hear(text).said(family)
    assert name in said
    assert words is None or said[name].startswith(words)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param("唔該你唔好再嚟", "唔该你不要再来", id="唔該 stays"),
        pytest.param("係咪可以換？唔係呢件", "是否可以换？不是这件", id="係 that is 是"),
        pytest.param("冇關係，聯系我", "没关系，联系我", id="系 that is 系"),
        pytest.param("喇叭唔響", "喇叭不响", id="喇 stays"),
        pytest.param("點樣退？", "怎样退？", id="no letter of its own"),
    ],
)
def test_cantonese_keeps_its_places(text: str, read: str) -> None:
    assert simplified(text) == read
    assert len(read) == len(text)
