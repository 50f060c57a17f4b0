"""Words of a list in a text: all of them, wherever they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.texts.trie import Trie

letters = st.text(alphabet="ab 快递𝕏", max_size=12)


@given(st.lists(letters.filter(bool), max_size=12, unique=True), letters)
def test_finds_every_word_wherever_it_stands(words: list[str], text: str) -> None:
    there = [
        (start, number)
        for start in range(len(text))
        for number, _ in sorted(enumerate(words), key=lambda each: len(each[1]))
        if text.startswith(words[number], start)
    ]
    assert [tuple(each) for each in Trie(words).find(text).tolist()] == there


@given(st.lists(letters, max_size=12), letters)
def test_of_equal_words_the_last_is_found_and_an_empty_one_never(words: list[str], text: str) -> None:
    last = {word: number for number, word in enumerate(words) if word}
    assert Trie(words).standing(text) == {number for word, number in last.items() if word in text}


def test_a_lone_surrogate_is_a_letter_like_others() -> None:
    assert Trie(["\ud83d!"]).standing("so \ud83d!") == {0}


def test_a_list_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1,048,576 letters"):
        Trie(["a" * (1 << 20)])


def test_words_that_begin_alike_share_what_a_list_may_have() -> None:
    words = [f"{'a' * 500}{number:06}" for number in range(2_100)]
    assert Trie(words).standing(words[7]) == {7}
