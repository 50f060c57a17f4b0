"""The bucket: what it holds when, what it lets through, and when it will (D6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.contacts.budget import DAY_MS, Budget
from streams.contacts.ledger import Bucket, Hold

MONTH = 30 * DAY_MS
HELD = st.builds(
    Hold, st.integers(0, 9), st.sampled_from(["email", "push"]), st.integers(1, 2), st.integers(0, MONTH)
)  # fmt: skip
NEARLY_MS = 10_000
"""Debts are kept to a millionth of a token, and the smallest bucket refills one in 2.6 s."""


@pytest.mark.parametrize(
    ("capacity", "costs", "free_after_days"),
    [
        pytest.param(1, [], 0, id="full at first"),
        pytest.param(1, [1], 30, id="one of one"),
        pytest.param(4, [2], 0, id="an e-mail of four"),
        pytest.param(4, [2, 2], 15, id="two e-mails of four"),
        pytest.param(1, [2], 60, id="dearer than all: once, then twice as long"),
        pytest.param(2, [2], 30, id="as dear as all"),
        pytest.param(0, [], None, id="none ever"),
    ],
)
def test_when_the_next_may_go(capacity: float, costs: list[float], free_after_days: float | None) -> None:
    budget, buckets = Budget(capacity, MONTH), dict[str, Bucket]()
    for cost in costs:
        buckets = budget.spend(buckets, "email", cost, 0)
    cost = costs[-1] if costs else 1
    free = budget.free_from(buckets, [], "email", cost, 0)
    assert free == (None if free_after_days is None else free_after_days * DAY_MS)


def test_channels_share_a_bucket_besides_their_own() -> None:
    budget = Budget(2, MONTH)
    buckets = budget.spend({}, "push", 1, 0)
    assert budget.free_from(buckets, [], "sms", 1, 0) == 0
    buckets = budget.spend(buckets, "push", 1, 0)
    assert budget.free_from(buckets, [], "sms", 1, 0) == 15 * DAY_MS


def test_a_reservation_counts_until_it_ends() -> None:
    budget, hold = Budget(1, MONTH), Hold(7, "push", 1, DAY_MS)
    assert budget.free_from({}, [hold], "push", 1, 0) == DAY_MS
    assert budget.free_from({}, [hold], "sms", 1, 0) == DAY_MS
    assert budget.free_from({}, [hold], "sms", 1, DAY_MS) == DAY_MS


@given(
    capacity=st.integers(1, 6),
    costs=st.lists(st.tuples(st.integers(0, MONTH), st.sampled_from(["email", "push", "sms"]), st.integers(0, 2))),
    holds=st.lists(HELD),
    cost=st.integers(1, 2),
)
def test_it_is_free_when_it_said_and_never_owes_more_than_one(
    capacity: int, costs: list[tuple[int, str, int]], holds: list[Hold], cost: int
) -> None:
    budget, buckets, at = Budget(capacity, MONTH), dict[str, Bucket](), 0
    for wait, channel, taken in costs:
        at += wait
        buckets = budget.spend(buckets, channel, taken, at)
    assert all(-1 <= budget.level(bucket, at) <= capacity for bucket in buckets.values())
    free = budget.free_from(buckets, holds, "push", cost, at)
    assert free is not None
    assert budget.free_from(buckets, holds, "push", cost, free) == free
    if free - NEARLY_MS > at:
        assert budget.free_from(buckets, holds, "push", cost, free - NEARLY_MS) != free - NEARLY_MS
