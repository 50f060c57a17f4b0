"""Everything about a signal, for somebody who has not read the code."""

from __future__ import annotations

import pytest

from rapport.explaining import explained, listed
from rapport.failure import WRONG_USAGE, Failure
from tests.streams.lab import knowledge


def test_every_signal_has_a_line_and_a_story_of_its_own() -> None:
    lines = list(listed(knowledge()))
    assert [line.split()[0] for line in lines[1:]] == list(knowledge().signals)


@pytest.mark.parametrize("name", sorted(knowledge().signals))
def test_a_signal_is_explained_whole(name: str) -> None:
    text = "\n".join(explained(knowledge(), name))
    rule = knowledge().signals[name]
    for part in (*rule.rows, *rule.teams, rule.purpose["zh"], rule.purpose["en"], "title", "do.1", "Fires"):
        assert part in text or (name == "contact_rule_broken" and part == "Fires")


def test_an_unknown_one_is_told_the_nearest() -> None:
    with pytest.raises(Failure, match=r"did you mean 'running_out'\?") as caught:
        list(explained(knowledge(), "runing_out"))
    assert caught.value.status == WRONG_USAGE
