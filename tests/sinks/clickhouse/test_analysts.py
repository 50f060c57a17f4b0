"""The views for analysts: what became of what, told rightly also where it was stored twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from schemas.records import AlertChange, Emitted, Shift, Signal
from sinks.clickhouse.client import Store
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.rows import blocks, merged
from tests.sinks.conftest import OldServerStore
from tests.sinks.made import START, Made, chunk, everyone, outputs, resolved, sent

VIEWS = ("purchases", "complaints", "policy_changes", "relationship_periods", "signal_arms", "alert_outcomes")
HOUR = 3_600_000


def stored(store: Store, *records: Made, twice: bool = True) -> None:
    for _ in range(1 + twice):
        for block in merged(blocks([chunk(*records)])):
            store.insert(block.table, block.rows)


def rows(store: Store, sql: str) -> list[dict[str, Any]]:
    return list(store.query(sql).dicts())


def changed(number: int, state: str, at: int) -> Emitted:
    change = outputs()["alert_change"]
    assert isinstance(change, AlertChange)
    return msgspec.structs.replace(change, id=f"ch{number}", alert_id="o000000", state=state, at=START + at)


def shifted(number: int, before: str, after: str, at: int) -> Emitted:
    shift = outputs()["shift"]
    assert isinstance(shift, Shift)
    return msgspec.structs.replace(shift, id=f"sh{number}", from_=before, to=after, at=START + at)


def test_purchases_and_policy_changes(store: EmbeddedStore) -> None:
    price = '{"policy_id":"list-price","kind":"price","size":0.1}'
    made = everyone(3, "policy.changed")
    told = resolved(4, key="*", type="policy.changed", customer_id=None, event_id="w2", properties=price)
    stored(store, resolved(1, type="purchase.made", order_id="A-1"), resolved(2), made, told)
    assert [(row["order_id"], row["amount"]) for row in rows(store, "SELECT * FROM purchases")] == [("A-1", 12.5)]
    found = rows(store, "SELECT * FROM policy_changes ORDER BY event_id")
    assert [(row["policy_id"], row["policy_kind"], row["size"]) for row in found] == [
        ("", "", 0.0), ("list-price", "price", 0.1),
    ]  # fmt: skip


def test_a_complaint_from_opened_to_resolved(store: EmbeddedStore) -> None:
    mine: dict[str, Any] = {"key": "c1", "complaint_id": "k"}
    opened = resolved(1, type="complaint.opened", channel="phone", properties='{"cause":"price"}', **mine)
    refused = resolved(2, type="complaint.resolved", properties='{"outcome":"refused"}', **mine)
    fixed = resolved(4, type="complaint.resolved", properties='{"outcome":"fixed"}', **mine)
    stored(store, fixed, resolved(3, type="complaint.reopened", **mine), refused, opened)
    (row,) = rows(store, "SELECT * FROM complaints")
    assert (row["opened_on"], row["cause"], row["reopened"], row["outcome"]) == ("phone", "price", 1, "fixed")
    assert row["resolved_at"] - row["opened_at"] == timedelta(seconds=3)


def test_a_period_lasts_until_the_next_begins(store: EmbeddedStore) -> None:
    stored(store, sent(shifted(2, "friend", "fling", 2 * HOUR), 8), sent(shifted(1, "stranger", "friend", 0), 7))
    found = rows(store, "SELECT * FROM relationship_periods ORDER BY since")
    assert [row["relationship"] for row in found] == ["friend", "fling"]
    assert found[0]["until"] == found[1]["since"] == found[0]["since"] + timedelta(hours=2)
    assert found[1]["until"] is None


@pytest.mark.parametrize(
    ("changes", "taken", "ended"),
    [
        pytest.param([], False, "", id="open"),
        pytest.param([changed(1, "acknowledged", HOUR)], True, "", id="taken"),
        pytest.param([changed(1, "acknowledged", 1), changed(2, "resolved", 2)], True, "resolved", id="resolved"),
        pytest.param([changed(1, "escalated", 1), changed(2, "expired", 2)], False, "expired", id="nobody came"),
    ],
)
def test_what_became_of_an_alert(store: EmbeddedStore, changes: list[Emitted], taken: bool, ended: str) -> None:
    stored(store, sent(outputs()["alert"]), *(sent(each, 10 + n) for n, each in enumerate(changes)))
    (row,) = rows(store, "SELECT * FROM alert_outcomes")
    assert (row["acknowledged_at"] is not None, row["ended_as"]) == (taken, ended)
    assert (row["ended_at"] is not None) == bool(ended)
    assert row["escalations"] == sum(isinstance(e, AlertChange) and e.state == "escalated" for e in changes)


def test_the_arm_of_a_signal(store: EmbeddedStore) -> None:
    signal = outputs()["signal"]
    assert isinstance(signal, Signal)
    said: dict[str, dict[str, Any]] = {"a": {"n": 3}, "b": {"alert": "held_out"}, "c": {"alert": "open_already"}}
    made = [msgspec.structs.replace(signal, id=name, customer_id=name, values=each) for name, each in said.items()]
    stored(store, sent(signal), *(sent(each) for each in made))
    found = {row["customer_id"]: row["arm"] for row in rows(store, "SELECT * FROM signal_arms")}
    assert found == {"a": "alerted", "b": "held_out", "c": "open_already"}


@pytest.mark.clickhouse
def test_the_old_server_answers_them_too(old_store: OldServerStore) -> None:
    records = [sent(each) for each in outputs().values()]
    opened = resolved(1, key="c1", type="complaint.opened", complaint_id="k")
    stored(old_store, resolved(2, type="purchase.made"), opened, everyone(3, "policy.changed"), *records)
    counts = {view: len(rows(old_store, f"SELECT * FROM {view}")) for view in VIEWS}
    assert counts == {**dict.fromkeys(VIEWS, 1), "signal_arms": 0}
