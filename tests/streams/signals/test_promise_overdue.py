"""A promise is told in its own words, and states from before words were kept are read."""

from __future__ import annotations

import msgspec
import pytest

from schemas.records import Alert, Emitted
from streams.signals.promise_overdue import LETTERS, PROMISES, Promised, PromiseOverdue
from tests.streams.lab import DAY, Lab, of, signals, tick, touchpoint

LATER = 10 * DAY


def promised(at: int, text: str | None = None, promise: str = "p", **facts: str) -> list[Emitted]:
    lab = Lab()
    given = touchpoint(
        "agent.promised", at, text=text, initiator="company", properties={"promise_id": promise, **facts}
    )
    return [*lab.fold(given, tick(LATER))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("We ring you back", "We ring you back", id="as it was given"),
        pytest.param(" We\n ring  you back ", "We ring you back", id="on one line"),
        pytest.param("x" * (LETTERS + 1), "x" * LETTERS + "…", id="shortened"),
        pytest.param(None, "", id="without words"),
    ],
)
def test_the_words_of_a_promise_are_in_its_signal(text: str | None, said: str) -> None:
    (signal,) = signals(promised(0, text), "promise_overdue")
    assert signal.values == {"promise_id": "p", "promised": said}


def test_without_words_the_name_that_the_source_gave_is_told() -> None:
    alerts = of(promised(0, promise="PR-88213"), Alert)
    assert "(PR-88213)" in alerts[0].card.what_happened


def test_a_state_from_before_words_were_kept_is_read() -> None:
    old = msgspec.msgpack.encode([{"p": 5}, {"q": 3}])
    assert msgspec.msgpack.decode(old, type=Promised) == Promised({"p": 5}, {"q": 3}, {})


def test_words_are_kept_no_longer_than_the_promise_is_watched() -> None:
    lab = Lab()
    lab.fold(*(
        touchpoint("agent.promised", n, text=f"words {n}", initiator="company", properties={"promise_id": f"p{n}"})
        for n in range(PROMISES + 3)
    ))  # fmt: skip
    lab.fold(touchpoint("agent.fulfilled", 100, initiator="company", properties={"promise_id": f"p{PROMISES}"}))
    state = lab.live().states["promise_overdue.1"]
    assert isinstance(state, Promised)
    assert state.said.keys() == state.due.keys()
    assert len(state.said) == PROMISES - 1


def test_two_halves_of_one_life_keep_the_words_of_both() -> None:
    mine, older = Promised({"a": 2}, {}, {"a": "mine"}), Promised({"b": 1, "a": 2}, {}, {"a": "older", "b": "theirs"})
    assert PromiseOverdue().merge(mine, older).said == {"a": "mine", "b": "theirs"}
