"""A group that lives, is empty, hands out, is stuck or late; and what Kafka will delete, or has, before it is read."""

from __future__ import annotations

import pytest

from rapport.doctoring.finding import Finding
from rapport.doctoring.groups import GroupSeen, Look, Position, judge

NOW = 1_800_000_000_000
HOUR = 3_600_000
WEEK = 7 * 24 * HOUR


def position(
    committed: int | None,
    end: int = 100,
    *,
    begin: int = 0,
    age_ms: int = 500,
    retention_ms: int | None = WEEK,
    p: int = 0,
) -> Position:
    return Position("t", p, begin, end, committed, NOW - age_ms, retention_ms)


def look(*positions: Position, members: int = 1, state: str = "Stable", at_ms: int = NOW) -> Look:
    return Look(at_ms, state, members, positions)


def seen(first: Look, second: Look) -> GroupSeen:
    return GroupSeen("rapport", "worker", "`rapport worker`", first, second)


def found(first: Look, second: Look) -> dict[str, Finding]:
    return {each.name: each for each in judge(seen(first, second))}


BEFORE = NOW - 4_000


@pytest.mark.parametrize(
    ("first", "second", "severity", "told"),
    [
        pytest.param(look(position(100)), look(position(100)), "ok", "1 member, nothing unread", id="all is read"),
        pytest.param(
            look(position(10)), look(position(90)), "ok", "10 records unread, the oldest 500 ms", id="it moves"
        ),
        pytest.param(look(position(100)), look(position(100, 101)), "ok", "1 record unread", id="something just came"),
        pytest.param(look(position(10)), look(position(10, 110)), "action", "stuck", id="no commit between the looks"),
        pytest.param(look(position(None)), look(position(None)), "action", "stuck", id="no commit at all"),
        pytest.param(
            look(position(10), position(10, p=1)),
            look(position(50), position(10, p=1)),
            "action",
            "(t[1])",
            id="one partition of two is stuck",
        ),
        pytest.param(
            look(members=0, state="Empty"),
            look(position(10), members=0, state="Empty"),
            "action",
            "no worker is a member",
            id="empty",
        ),
        pytest.param(
            look(members=0, state="Dead"),
            look(members=0, state="Dead"),
            "action",
            "nothing unread",
            id="there never was a member",
        ),
        pytest.param(
            look(state="PreparingRebalance"),
            look(position(10), state="CompletingRebalance"),
            "warning",
            "hands out",
            id="hands out in both looks",
        ),
        pytest.param(
            look(position(10), state="PreparingRebalance"),
            look(position(20)),
            "ok",
            "1 member",
            id="has just handed out",
        ),
        pytest.param(
            look(position(10)), look(position(20, age_ms=60_000)), "ok", "60 s", id="a minute late is the edge"
        ),
        pytest.param(
            look(position(10)), look(position(20, age_ms=61_000)), "warning", "catches up", id="later is behind"
        ),
    ],
)
def test_the_life_of_a_group(first: Look, second: Look, severity: str, told: str) -> None:
    living = found(Look(BEFORE, first.state, first.members, first.positions), second)["group"]
    assert (living.severity, told in living.seen) == (severity, True), living


@pytest.mark.parametrize(
    ("at", "severity", "told"),
    [
        pytest.param(position(0, age_ms=5 * 24 * HOUR), "ok", "stays 2.0 d", id="two days of seven are left"),
        pytest.param(position(0, age_ms=6 * 24 * HOUR), "ok", "stays 24 h", id="a day is the edge"),
        pytest.param(
            position(0, age_ms=6 * 24 * HOUR + 1000),
            "action",
            "100 unread records of t will be deleted, the first in 24 h",
            id="less than a day is left",
        ),
        pytest.param(position(0, age_ms=WEEK + HOUR), "action", "at any moment", id="nothing is left"),
        pytest.param(
            position(0, age_ms=44 * 60_000, retention_ms=HOUR), "ok", "16 min", id="a quarter of an hour and more"
        ),
        pytest.param(
            position(0, age_ms=46 * 60_000, retention_ms=HOUR), "action", "in 14 min", id="less than a quarter"
        ),
        pytest.param(
            position(0, age_ms=100 * WEEK, retention_ms=None), "ok", "nothing unread is old", id="kept for ever"
        ),
        pytest.param(position(100, age_ms=WEEK), "ok", "nothing unread", id="all is read"),
        pytest.param(
            position(10, begin=40), "action", "30 records of t were deleted before it had read them", id="lost"
        ),
        pytest.param(position(None, begin=40), "ok", "stays", id="what was deleted before the group began is not lost"),
    ],
)
def test_retention(at: Position, severity: str, told: str) -> None:
    finding = found(look(at, at_ms=BEFORE), look(at))["retention"]
    assert (finding.severity, told in finding.seen) == (severity, True), finding


def test_the_remedy_can_be_typed() -> None:
    near = position(0, age_ms=WEEK - HOUR)
    remedy = found(look(near, at_ms=BEFORE), look(near))["retention"].remedy
    assert (
        f"kafka-configs.sh --bootstrap-server HOST:PORT --topic t --alter --add-config retention.ms={2 * WEEK};"
        in remedy
    )
