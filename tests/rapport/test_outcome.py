"""What a program may conclude from the exit status of a command that sends."""

from __future__ import annotations

from collections import Counter

import pytest

from producers.counts import Counts
from rapport.commands.outcome import report
from rapport.failure import FAILED, Failure


@pytest.mark.parametrize("json", [False, True])
def test_where_everything_was_rejected_it_has_failed(json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Failure, match=r"nothing was accepted, all 3 were rejected.*dlq ls") as refused:
        report(Counts(dead_lettered=3, rejected=Counter(not_json=3)), 3, json)
    assert refused.value.status == FAILED
    assert "not_json" in capsys.readouterr().out, "the counts are told all the same"


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param(Counts(), id="there was nothing"),
        pytest.param(Counts(accepted=1, rejected=Counter(not_json=9)), id="one was accepted"),
        pytest.param(Counts(present=1, rejected=Counter(not_json=9)), id="one was, before the interruption"),
    ],
)
def test_else_it_is_done(counts: Counts) -> None:
    report(counts, 0, False)


def test_that_there_was_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    report(Counts(), 0, False)
    assert "there was nothing to send" in capsys.readouterr().err
