"""A store that stores, waits, is read-only or full, hangs, is gone or elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from rapport.doctoring import store
from rapport.doctoring.store import StoreSeen
from sinks.clickhouse.client import CAUSES
from tests.rapport.doctoring.judging import one


@pytest.mark.parametrize(
    ("facts", "severity", "told"),
    [
        pytest.param({"committed_at": 90.0}, "ok", "storing, the last batch 10 s ago", id="well"),
        pytest.param({}, "ok", "no batch since it started", id="nothing to store yet"),
        pytest.param({"committed_at": 10.0}, "ok", "storing", id="nothing to store for long"),
        pytest.param(
            {"committed_at": 39.0, "unread": 5},
            "action",
            "5 records unread, the last batch was stored 61 s ago",
            id="it stores nothing",
        ),
        pytest.param({"committed_at": 40.0, "unread": 5}, "ok", "storing", id="a minute is the edge"),
        pytest.param({"state": "waiting for ClickHouse"}, "action", "is waiting for ClickHouse", id="it waits"),
        pytest.param({"away": "Cannot insert", "cause": store.READ_ONLY}, "action", "it is read-only", id="read-only"),
        pytest.param({"away": "No space", "cause": store.FULL}, "action", "its disk is full: No space", id="full"),
        pytest.param(
            {"away": "connection refused", "cause": "away"}, "action", "an insert waits", id="ClickHouse is away"
        ),
        pytest.param(
            {"error": "refused", "members": 0, "named": False}, "action", "does not answer", id="there is none"
        ),
        pytest.param(
            {"error": "refused", "members": 1, "named": False}, "warning", "1 member elsewhere", id="elsewhere"
        ),
        pytest.param({"error": "refused", "named": False}, "warning", "not checked", id="nobody knows"),
        pytest.param(
            {"error": "refused", "members": 1, "process": "process 7 is gone"},
            "action",
            "process 7 is gone",
            id="it should be here",
        ),
        pytest.param({"error": "timeout", "silent": True}, "action", "it hangs", id="it hangs"),
    ],
)
def test_store(facts: Mapping[str, Any], severity: str, told: str) -> None:
    usual: dict[str, Any] = {"address": "h:1", "state": store.STORING, "now": 100.0}
    one(store.judge(StoreSeen(**{**usual, **facts})), severity, told)


def test_causes_are_those_that_the_store_tells() -> None:
    assert {store.READ_ONLY, store.FULL} <= CAUSES
