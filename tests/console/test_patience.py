"""A store that is stuck: its reader says so in time, does not ask it for a while, and comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from threading import Event

import pytest

from console.web.patience import Patient
from sinks.clickhouse.client import Answer, Parameter, StoreAway, StoreError

ONE = Answer(("n",), ([1],))


class Stuck:
    """A store that answers once it is let go."""

    where = "a store"

    def __init__(self) -> None:
        self.goes_on = Event()
        self.asked = 0
        self.failure: StoreError | None = None

    def query(self, sql: str, params: Mapping[str, Parameter] | None = None, *, binary: Collection[str] = ()) -> Answer:
        del sql, params, binary
        self.asked += 1
        self.goes_on.wait(60)
        if self.failure is not None:
            raise self.failure
        return ONE

    def close(self) -> None:
        self.goes_on.set()


@pytest.fixture
def store() -> Iterator[Stuck]:
    found = Stuck()
    yield found
    found.close()


def test_a_store_that_answers_is_passed_through(store: Stuck) -> None:
    store.goes_on.set()
    reader = Patient(store)
    assert reader.query("SELECT 1") is ONE
    store.failure = StoreError("no such table", 60)
    for _ in range(2):
        with pytest.raises(StoreError, match="no such table"):
            reader.query("SELECT 1")
    assert store.asked == 3, "what it answers is no reason to let it rest"
    reader.close()


def test_a_store_that_is_stuck_is_away_in_time_and_for_a_while_at_once(store: Stuck) -> None:
    now = 0.0
    reader = Patient(store, 0.2, 15.0, lambda: now)
    with pytest.raises(StoreAway, match=r"a store did not answer within"):
        reader.query("SELECT 1")
    for _ in range(100):
        with pytest.raises(StoreAway, match="did not answer in time"):
            reader.query("SELECT 1")
    assert store.asked == 1, "nobody else waits for it"
    store.goes_on.set()
    now = 14.9
    with pytest.raises(StoreAway, match="did not answer in time"):
        reader.query("SELECT 1")
    now = 15.0
    reader.query("SELECT 1")
    assert store.asked == 2, "then one question finds out"
    reader.close()
