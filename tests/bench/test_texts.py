"""The report on texts is made whole, and the way that can be explained is no worse than a bag of words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.texts import baseline
from bench.texts.run import MARK, labelled_threats, marked, write
from bench.texts.traps import found
from rapport.fitting.labelled import Labelled, Unlabelled, read
from rapport.fitting.meanings import learn
from rapport.quality.texts import judged
from streams.texts.listening import Listener
from tests.streams.lab import FOLDER, knowledge

TRAPS = (
    Labelled("老顾客了，这次太失望", "zh", "negative"),
    Labelled("没有骚扰电话", "zh", "positive"),
    Labelled("书里她背叛了丈夫", "zh", "positive"),
    Labelled("please refund me", "en", "negative"),
    Labelled("love your delays", "en", "negative"),
)


def test_the_traps_of_cues_are_read_as_they_should() -> None:
    read_so = {trap.name: trap.right for trap in found(knowledge(), TRAPS)}
    assert len(read_so) >= len(TRAPS)
    assert set(read_so.values()) == {1.0}


def test_what_stands_before_the_mark_of_a_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"head\n{MARK}old\n", encoding="utf-8")
    write(page, "new\n")
    assert page.read_text("utf-8") == f"head\n{MARK}\nnew\n"


def test_a_file_that_is_neither_set_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(Unlabelled, match=r"other\.csv"):
        read(file)


@pytest.mark.data
def test_causes_of_unseen_tweets_are_within_five_points_of_a_bag_of_words(shared_data: Path) -> None:
    texts = read(next((shared_data / "airline_tweets").glob("*.csv.gz")))
    assert sum(marked(each.text) in labelled_threats() for each in texts) >= len(labelled_threats())
    complaints = [each for each in texts if each.cause]
    known, asked = complaints[::2], complaints[1::2]
    ear = Listener(knowledge().texts, learn(known, FOLDER / "training", knowledge()))
    bag = baseline.learnt([each.text for each in known], [each.cause for each in known], "en")
    truth = [each.cause for each in asked]
    ours = judged("ours", truth, [ear.hear(each.text).cause().name for each in asked])
    theirs = judged("bag", truth, [str(said) for said in bag.predict([each.text for each in asked])])
    assert ours.macro_f1 >= theirs.macro_f1 - 0.05
