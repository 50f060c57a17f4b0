"""The hours that dashboards read: what a count of the touchpoints says, after whatever happened in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from console.pages import live, portfolio
from console.pages.spending import money
from rapport.settings import PROJECT
from schemas.hints import ERASED
from sinks.clickhouse.client import Store
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.erasing import erasures
from sinks.clickhouse.hours import HOUR_MS, astray, statements, touched
from sinks.clickhouse.rows import Block, blocks, merged
from sinks.clickhouse.writer import Writer
from streams.knowledge.load import load
from tests.sinks.conftest import OldServerStore
from tests.sinks.made import START, Made, chunk, outputs, resolved, sent

MINUTE = 60_000
COUNTED = "SELECT sum(arraySum(counts)) AS a, sum(arraySum(type_counts)) AS b FROM hours_now"
BY_HOUR = "SELECT hour, arraySum(counts) AS n FROM hours_now WHERE n > 0 ORDER BY hour"
ROW_BY_ROW = (
    f"SELECT intDiv(toUnixTimestamp64Milli(occurred_at), {HOUR_MS}) * {HOUR_MS} AS hour, count() AS n"
    " FROM touchpoints_now GROUP BY hour ORDER BY hour"
)


class Crash(Exception):
    """The process ended here."""


def shaped(*records: Made) -> list[Block]:
    return merged(blocks([chunk(*records)]))


def take(store: Store, *records: Made) -> None:
    """As the sink stores a batch."""
    writer, rows = Writer(store, lambda seconds: None), shaped(*records)
    writer.write(rows)
    writer.count(rows)
    writer.erase(erasures(rows))


def at(number: int, minutes: float, **fields: Any) -> Made:
    return resolved(number, occurred_at=START + round(minutes * MINUTE), **fields)


def agree(store: Store) -> None:
    """Hours say what the rows say, hour by hour."""
    assert list(store.query(BY_HOUR).rows()) == list(store.query(ROW_BY_ROW).rows())


def handed(number: int, key: str, event: str, donor: str, minutes: float) -> Made:
    made = at(number, minutes, key=key, event_id=event)
    return made._replace(headers=[*made.headers, ("handed_from", donor.encode())])


DAY = [at(n, n * 7, channel="chat" if n % 3 else "web") for n in range(60)]
LATE = [at(100 + n, n * 11, key="late") for n in range(20)]
OVER = [at(201, 5, key="cookie", event_id="h"), handed(202, "anna", "h", "cookie", 5)]
BACK = [at(203, 900, key="cookie", event_id="anew", type="customer.reset")]
GONE = [at(204, 950, key="late", event_id="gone", type=ERASED)]


@pytest.mark.parametrize(
    "batches",
    [
        pytest.param([DAY], id="one batch"),
        pytest.param([DAY, DAY, DAY], id="sent again and again"),
        pytest.param([DAY[:25], DAY[20:]], id="overlapping"),
        pytest.param([DAY, LATE], id="late ones come into old hours"),
        pytest.param([DAY, OVER[:1], OVER[1:]], id="handed over"),
        pytest.param([DAY, OVER, BACK], id="handed over and taken back"),
        pytest.param([DAY, LATE, GONE], id="erased"),
        pytest.param([DAY, LATE, GONE, LATE], id="erased, and then something old again"),
    ],
)
def test_hours_say_what_the_rows_say(store: EmbeddedStore, batches: Sequence[Sequence[Made]]) -> None:
    for batch in batches:
        take(store, *batch)
        agree(store)
    (counted,) = store.query(COUNTED).rows()
    assert counted[0] == counted[1] != 0


def test_an_hour_that_lost_everything_is_empty(store: EmbeddedStore) -> None:
    take(store, *LATE[:1])
    take(store, *GONE)
    found = store.query("SELECT hour, length(counts) AS n FROM hours_now")
    assert (min(touched(shaped(*LATE[:1]))), 0) in found.rows()


@pytest.mark.parametrize("survives", range(3), ids=lambda n: f"{n} statements survive")
def test_a_crash_anywhere_counts_nothing_twice_and_leaves_nothing_out(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    """The batch was not committed, so it is read again, with more beside it."""
    take(store, *DAY[:10])
    with monkeypatch.context() as patch:
        crash_after(patch, store, survives)
        with pytest.raises(Crash):
            take(store, *DAY[5:40])
    take(store, *DAY[5:60])
    agree(store)


@pytest.mark.parametrize("survives", [5, 6, 17], ids=lambda n: f"{n} statements survive")
def test_a_crash_while_somebody_is_erased_is_mended_at_the_next_start(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    take(store, *DAY, *LATE)
    with monkeypatch.context() as patch:
        crash_after(patch, store, survives)
        with pytest.raises(Crash):
            take(store, *GONE)
    for statement in statements(astray(store)):
        store.execute(statement)
    take(store, *GONE)
    agree(store)
    assert store.query("SELECT count() AS n FROM moments WHERE customer_id = 'late' AND type != {t:String}",
                       {"t": ERASED})["n"] == [0]  # fmt: skip


def crash_after(patch: pytest.MonkeyPatch, store: EmbeddedStore, survives: int) -> None:
    """The process ends at the write after so many."""
    left = iter(range(survives))

    def dying(do: Callable[..., None]) -> Callable[..., None]:
        def write(*arguments: Any) -> None:
            if next(left, None) is None:
                raise Crash
            do(*arguments)

        return write

    patch.setattr(store, "insert", dying(store.insert))
    patch.setattr(store, "execute", dying(store.execute))


def test_an_archive_from_before_is_counted_at_the_next_start(store: EmbeddedStore) -> None:
    take(store, *DAY)
    store.execute("TRUNCATE TABLE hours")
    assert astray(store) == touched(shaped(*DAY))
    for statement in statements(astray(store)):
        store.execute(statement)
    agree(store)
    assert astray(store) == set()


def test_the_last_card_of_each_customer_stands(store: EmbeddedStore) -> None:

    card = outputs()["card"]
    take(store, sent(card), sent(card))
    said = [(row["customer_id"], row["relationship"]) for row in store.query("SELECT * FROM standings_now").dicts()]
    assert said == [
        (row["customer_id"], row["relationship"]) for row in store.query("SELECT * FROM customers_now").dicts()
    ]


def test_a_window_of_the_live_page_counts_what_the_rows_have(store: EmbeddedStore) -> None:
    take(store, *DAY, *DAY)
    facts = {"a": START - MINUTE, "b": START + 60 * 7 * MINUTE}
    for step in (15_000, 360_000):
        found = store.query(live.questions(step)["touchpoints"], {**facts, "step": step})
        by_channel: dict[object, int] = {}
        for _, channel, n in found.rows():
            by_channel[channel] = by_channel.get(channel, 0) + int(str(n))
        assert by_channel == {"chat": 40, "web": 20}


def test_every_question_of_live_and_portfolio_is_answered(store: EmbeddedStore) -> None:
    take(store, *DAY)
    facts = {"a": START, "b": START + HOUR_MS, "step": MINUTE} | money(load(PROJECT / "knowledge"))
    for sql in (*live.questions(1).values(), *live.questions(MINUTE).values(), *portfolio.QUESTIONS.values()):
        assert store.query(sql, facts).names


@pytest.mark.clickhouse
def test_the_old_server_counts_too(old_store: OldServerStore) -> None:
    for batch in (DAY[:40], DAY[20:], LATE, OVER):
        take(old_store, *batch)
    agree(old_store)
