"""Alerts as they stand, from records in whatever order they come."""

from __future__ import annotations

from console.accounts.people import Person
from console.live.item import at_desk
from console.live.standing import REMEMBERED, Standing
from tests.console.world import NOW, alert, change, signal, to_team


def test_a_screen_catches_up_without_gap_or_doubles() -> None:
    standing = Standing()
    one, two = alert("one"), alert("two")
    standing.take(one)
    seen = standing.number
    for each in (two, change(one, "acknowledged", "tom"), change(one, "escalated"), two):
        standing.take(each)
    assert standing.since(seen) == ["two", "one"], "each alert once"
    assert standing.since(standing.number) == []
    assert standing.since(-1) is None, "a screen that never was here"
    for n in range(REMEMBERED):
        standing.take(alert(f"more-{n}", customer=f"c-{n}"))
    assert standing.since(seen) is None, "too long ago: it begins anew"


def test_what_happened_before_its_alert_is_heard_is_not_lost() -> None:
    standing, one = Standing(), alert("one")
    standing.take(change(one, "acknowledged", "tom"))
    standing.take(one)
    item = standing.get("one")
    assert item is not None
    assert (item.state, item.by) == ("acknowledged", "tom")


def test_pops_only_for_who_is_there_now() -> None:
    standing = Standing()
    for name, what, at in (
        ("call", "incoming_call", NOW),
        ("old", "arrival", NOW - 3_600_000),
        ("chat", "unanswered", NOW),
    ):
        standing.take(signal(name, what))
        standing.take(alert(name, at=at))
    assert [item.id for item in standing.items() if item.pops(NOW)] == ["call"]


def test_what_is_handed_on_and_what_is_escalated() -> None:
    standing, one = Standing(), alert("one")
    mine, managers, conflict = (Person(team, "agent", (team,)) for team in ("agent-desk", "managers", "conflict"))

    def sees() -> list[bool]:
        item = standing.get("one")
        assert item is not None
        return [at_desk(item, person) for person in (mine, managers, conflict)]

    standing.take(one)
    assert sees() == [True, False, False]
    standing.take(to_team(change(one, "escalated", offset=3), "managers"))
    assert sees() == [True, True, False], "both see what was escalated"
    standing.take(to_team(change(one, "acknowledged", "ann", "later", offset=9), "conflict"))
    standing.take(to_team(change(one, "reassigned", "tom", offset=7), "conflict"))
    standing.take(change(one, "acknowledged", "tom", "earlier", offset=5))
    assert sees() == [False, True, True]
    item = standing.get("one")
    assert item is not None
    assert (item.state, item.by, item.team) == ("acknowledged", "ann", "conflict"), "by the log, not by the topics"
