"""Who responded in time, and the two arms of a signal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from rapport.history import arms, responses

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def moments(*rows: tuple[str, float]) -> pl.DataFrame:
    frame = {"customer_id": [who for who, _ in rows], "at": [START + days * DAY for _, days in rows]}
    return pl.DataFrame(frame, schema_overrides={"at": pl.Datetime("ms", "UTC")})


@pytest.mark.parametrize(
    ("deeds", "responded"),
    [
        pytest.param([("a", 6.9)], True, id="in time"),
        pytest.param([("a", 7)], True, id="at the last moment"),
        pytest.param([("a", 7.1)], False, id="too late"),
        pytest.param([("a", -1)], False, id="before"),
        pytest.param([("a", 0)], False, id="the cause itself"),
        pytest.param([("b", 1)], False, id="somebody else"),
        pytest.param([("a", 9), ("a", 2), ("b", 1)], True, id="the first of several, in any order"),
    ],
)
def test_a_response_comes_after_and_in_time(deeds: list[tuple[str, float]], responded: bool) -> None:
    found = responses(moments(("a", 0)), moments(*deeds), 7 * DAY)
    assert found["responded"].to_list() == [responded]
    assert found.columns == ["customer_id", "at", "responded"]


def signal(who: str, name: str, arm: str, responded: bool, day: int = 0) -> dict[str, object]:
    return {"id": f"{who}{day}", "customer_id": who, "at": START + day * DAY, "name": name, "arm": arm,
            "responded": responded}  # fmt: skip


def test_arms_count_a_customer_once_and_leave_out_what_chance_did_not_decide() -> None:
    rows = [
        signal("a", "novelty_due", "alerted", True), signal("a", "novelty_due", "alerted", False, day=3),
        signal("b", "novelty_due", "held_out", False), signal("c", "novelty_due", "open_already", True),
        signal("d", "running_out", "alerted", True),
    ]  # fmt: skip
    (found,) = arms(pl.DataFrame(rows))
    assert (found.name, *found[1:5]) == ("novelty_due", 1, 1, 1, 0)
    assert found.effect.above > 0.5
