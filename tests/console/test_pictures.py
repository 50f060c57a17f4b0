"""Pictures of what is archived: by a real ClickHouse, and what they say while it is away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from console.charts.bars import bars, short, stages
from console.charts.sankey import sankey
from console.pages import dialogue, empathy, holdouts, live, policy, portfolio, profit
from console.pages.spending import money
from console.web import asking
from sinks.clickhouse.literals import bind
from sinks.store.guard import checked
from tests.console.archive import Archive
from tests.console.world import World, knowledge

ROWS = (
    "INSERT INTO touchpoints (customer_id, occurred_at, event_id, type, channel, initiator, timestamp, precedence)"
    " VALUES"
    " ('a', now64(3), 'e1', 'chat.message', 'chat', 'customer', now64(3), 2),"
    " ('a', now64(3) - INTERVAL 0 SECOND, 'e2', 'web.viewed', 'web', 'customer', now64(3), 2),"
    " ('a', now64(3), 'e3', 'clock.tick', 'system', 'company', now64(3), 2)",
    "INSERT INTO shifts (customer_id, at, id, `from`, `to`, probability, precedence) VALUES"
    " ('a', now64(3), 's1', 'complete_stranger', 'enemy', 0.9, 1),"
    " ('b', now64(3), 's2', 'complete_stranger', 'enemy', 0.9, 1)",
    "INSERT INTO signals (customer_id, at, id, name, severity, precedence)"
    " VALUES ('a', now64(3), 'n1', 'unanswered', 'warning', 1)",
    "INSERT INTO alerts (customer_id, at, id, team, severity, precedence)"
    " VALUES ('a', now64(3) - INTERVAL 5 MINUTE, 'a1', 'store', 'info', 1)",
    "INSERT INTO alert_changes (customer_id, at, id, alert_id, team, state, precedence) VALUES"
    " ('a', now64(3), 'c1', 'a1', 'store', 'acknowledged', 1)",
    "INSERT INTO customers (customer_id, at, id, relationship, precedence) VALUES ('a', now64(3), 'k1', 'enemy', 1)",
)  # fmt: skip

SIGNAL: Final = next(n for n, sql in enumerate(ROWS) if sql.startswith("INSERT INTO signals "))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Archive]:
    found = Archive(tmp_path)
    yield found
    found.close()


def test_pages_of_what_is_archived(store: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((asking, "FRESH_S"), (portfolio, "FRESH_S"), (live, "SLOW_S")):
        monkeypatch.setattr(module, name, 0.0)
    world = World(tmp_path, store=store)
    world.join("max", "manager")
    client = world.inside("max")
    for path in ("/live", "/portfolio"):
        assert "Nothing in this window." in client.get(path).text, "empty"
    for sql in ROWS:
        store.execute(sql)
    page = client.get("/live?window=15m", headers={"x-part": "charts"}).text
    assert [
        word for word in ("chat 1", "web 1", "not known yet → strongly dissatisfied: 2", "5 min") if word not in page
    ] == []
    assert "clock.tick" not in page
    assert len(re.findall(r'style="', page)) == 0, "the content policy lets no style through"
    assert "Nothing in this window." in client.get("/live?until=2020-01-01T00:00").text
    assert client.get("/live?until=soon").status_code == 422
    page = client.get("/portfolio").text
    assert [word for word in ("strongly dissatisfied", "+2") if word not in page] == []
    digest = client.get("/portfolio?file=1")
    assert digest.headers["content-disposition"].startswith("attachment")
    assert "Noticed this week\n  A customer wrote and nobody answered in time: 1" in digest.text, "no week before it"
    store.execute(ROWS[SIGNAL].replace("now64(3)", "now64(3) - INTERVAL 9 DAY").replace("'n1'", "'n0'"))
    assert "1 → 1" not in client.get("/portfolio?file=1").text
    store.execute(ROWS[SIGNAL].replace("'n1'", "'n2'"))
    assert "1 → 2" in client.get("/portfolio?file=1").text

    store.away = True
    for path in ("/live?window=15m", "/portfolio"):
        assert "The archive is away. Charts are as of" in client.get(path).text
    assert "The archive is away: no charts." in client.get("/live?window=7d").text
    assert client.get("/inbox").status_code == 200
    world.close()


def test_two_bands_of_one_flow() -> None:
    picture = sankey([("a", "b", 3), ("a", "<c>", 1)], "flows")
    assert picture.count("<path") == 2
    assert "<c>" not in picture


@pytest.mark.parametrize(("name", "seen"), [("abc", "abc"), ("abcdef", "abcd…"), ("一二三", "一二…")])
def test_names_that_run_over(name: str, seen: str) -> None:
    assert short(name, 4) == seen


def test_a_long_name_leaves_room_for_its_number_on_a_phone() -> None:
    picture = str(bars([("a" * 70, 1234), ("b", 1)], "signals"))
    seen = re.findall(r'class="(large|small)">(?:<title>a+</title>)?(a+…?)<', picture)
    assert seen == [("large", "a" * 70), ("small", "a" * 53 + "…")]
    assert picture.count(">b</text>") == 1


def test_a_share_of_few_is_not_told() -> None:
    picture = str(stages([("came", 60), ("asked", 15), ("bought", 12)], "funnel"))
    assert re.findall(r">([^<>]*(?:came|asked|bought)[^<>:]*)</text>", picture) == ["came", "asked · 25%", "bought"]


def test_questions_are_such_as_the_store_answers() -> None:
    asked = {
        "a": 1, "b": 2, "step": 3, "margin": 0.4, "contact": 4.0, "types": ["enemy"], "most": 5,
        "breaches": ["x"], "charted": ["y"], **money(knowledge()),
    }  # fmt: skip
    modules = (live.QUESTIONS, live.SLOW, portfolio.QUESTIONS, empathy.QUESTIONS, dialogue.QUESTIONS, policy.QUESTIONS)
    for sql in (*(sql for each in modules for sql in each.values()), profit.QUESTION, holdouts.QUESTION):
        assert checked(bind(sql, asked))
