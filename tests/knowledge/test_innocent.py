"""Words of every day stand beside listed ones, never around one: they would silence it wherever it is."""

from __future__ import annotations

from streams.texts.finding import APART
from streams.texts.listening import GUARDED
from tests.streams.lab import knowledge


def test_no_listed_word_stands_whole_in_a_word_of_every_day() -> None:
    texts = knowledge().texts
    everyday = next(mark for mark in texts.marks if mark.family == "innocent" and mark.name == "everyday").of("zh")
    listed = {
        word
        for mark in texts.marks
        if mark.family in (*GUARDED, "doubtful")
        for word in mark.of("zh")
        if APART not in word
    }
    assert not {(word, each) for word in listed for each in everyday if word in each}


def test_every_doubtful_list_belongs_to_a_threat_that_has_its_severity() -> None:
    texts = knowledge().texts
    assert set(texts.names("doubtful")) <= set(texts.names("threat"))
