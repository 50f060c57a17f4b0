"""Forms in the lists of texts.yaml: one line for all that is said alike."""

from __future__ import annotations

import pytest

from streams.knowledge.forms import expanded
from tests.streams.lab import knowledge


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param("late", ("late",), id="a word is itself"),
        pytest.param("(my|our) bank", ("my bank", "our bank"), id="one of two"),
        pytest.param("(a|b)(c|d)", ("ac", "ad", "bc", "bd"), id="each with each"),
        pytest.param("(别|不要)(再|)打", ("别再打", "别打", "不要再打", "不要打"), id="or nothing"),
        pytest.param("(my|our bank", (), id="a bracket that does not close"),
        pytest.param("my|our) bank", (), id="or was never opened"),
        pytest.param("".join(["(a|b|c)"] * 12), (), id="more than anybody means"),
    ],
)
def test_a_form_stands_for(form: str, words: tuple[str, ...]) -> None:
    assert expanded(form) == words


def test_no_word_of_the_lists_is_a_form_any_more() -> None:
    words = {word for mark in knowledge().texts.marks for _, found in mark.words for word in found}
    assert not {word for word in words if set(word) & set("()|")}
    assert {"asked my bank to", "让银行撤"} <= words
