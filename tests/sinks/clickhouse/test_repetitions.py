"""What a producer sent twice under one event id counts once for whoever asks, whatever times it gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import polars as pl
import pytest

from schemas.hints import ERASED
from schemas.topics import DLQ
from sinks.clickhouse.client import Store
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.erasing import erasures
from sinks.clickhouse.hours import astray, statements
from sinks.clickhouse.migrate import migrate, migrations
from sinks.clickhouse.rows import blocks, merged
from sinks.clickhouse.writer import Writer
from streams.app.deadletters import marks
from streams.engine.outcome import Repeated
from tests.sinks.clickhouse.test_hours import agree
from tests.sinks.conftest import OldServerStore
from tests.sinks.made import START, Made, chunk, everyone, resolved

ASKED = "SELECT event_id, toUnixTimestamp64Milli(at) AS ms, amount FROM purchases ORDER BY event_id, ms"


def bought(offset: int, event: str, seconds: float, *, key: str = "anna") -> Made:
    at = START + round(seconds * 1000)
    return resolved(
        offset, partition=3, key=key, event_id=event, type="purchase.made", occurred_at=at, amount=float(offset)
    )


def mark(of: Made, event: str) -> Made:
    """What the worker writes of it beside the dead letters."""
    assert of.key is not None
    ((key, value, headers, _),) = marks([Repeated(of.key.decode(), event, of.timestamp - 5, of.offset)], of.partition)
    return Made(1, 900 + of.offset, of.timestamp + 400, key, value, headers)


def take(store: Store, records: Sequence[Made], told: Sequence[Made] = ()) -> None:
    writer = Writer(store, lambda seconds: None)
    rows = merged(blocks([chunk(*records), chunk(*told, topic=DLQ, topic_id="t2")]))
    writer.write(rows)
    writer.count(rows)
    writer.erase(erasures(rows))


FIRST, AGAIN, THIRD = bought(5, "e1", 0), bought(9, "e1", 3), bought(12, "e1", 3)
SAME = bought(10, "e1", 0)
OTHER = bought(11, "e2", 4_000)
BOTH = (mark(AGAIN, "e1"), mark(THIRD, "e1"))
SHOWN = [("e1", START, 5.0), ("e2", START + 4_000_000, 11.0)]


@pytest.mark.parametrize(
    "batches",
    [
        pytest.param([([FIRST, AGAIN, OTHER, THIRD], BOTH)], id="one batch"),
        pytest.param([([FIRST], ()), ([AGAIN, OTHER, THIRD], ()), ([], BOTH)], id="told later"),
        pytest.param([([], BOTH), ([FIRST, AGAIN, OTHER, THIRD], ())], id="told before the rows come"),
        pytest.param([([FIRST, AGAIN, OTHER, THIRD], BOTH)] * 2, id="all of it again after a crash"),
        pytest.param([([FIRST, SAME, OTHER], (mark(SAME, "e1"),))], id="at the same time"),
        pytest.param([([FIRST, SAME, OTHER], ()), ([], (mark(SAME, "e1"),))], id="at the same time, told later"),
    ],
)
def test_the_first_one_counts(store: EmbeddedStore, batches: Sequence[tuple[Sequence[Made], Sequence[Made]]]) -> None:
    for records, told in batches:
        take(store, records, told)
        if told and records:
            agree(store)
    assert list(store.query(ASKED).rows()) == SHOWN
    agree(store)
    store.execute("OPTIMIZE TABLE touchpoints FINAL")
    store.execute("OPTIMIZE TABLE moments FINAL")
    assert list(store.query(ASKED).rows()) == SHOWN
    assert astray(store) == set()
    offsets = {each.offset for records, _ in batches for each in records}
    assert set(store.query("SELECT offset FROM log_now")["offset"]) == offsets


def test_what_the_company_did_counts_once_too(store: EmbeddedStore) -> None:
    first, again = everyone(1, "stock.out"), everyone(2, "stock.out")._replace(timestamp=START + 5)
    again = again._replace(value=resolved(2, type="stock.out", event_id="w1", occurred_at=START + 9).value)
    told = mark(again._replace(timestamp=START + 14), "w1")
    take(store, [first, again], [told])
    assert store.query("SELECT offset FROM touchpoints_now")["offset"] == [1]


def test_nothing_is_left_of_who_is_erased(store: EmbeddedStore) -> None:
    gone = resolved(20, partition=3, key="anna", event_id="gone", type=ERASED, occurred_at=START + 9_000)
    take(store, [FIRST, AGAIN], [mark(AGAIN, "e1")])
    take(store, [gone])
    for table in ("touchpoints", "moments"):
        assert store.query(f"SELECT offset FROM {table} WHERE customer_id = 'anna' AND offset < 20")["offset"] == []


def test_a_mark_that_is_none_is_set_aside(store: EmbeddedStore) -> None:
    told = mark(AGAIN, "e1")
    take(store, [FIRST], [told._replace(headers=[each for each in told.headers if each[0] != "at"])])
    assert store.query("SELECT reason FROM poison")["reason"] == ["bad_headers"]
    assert store.query("SELECT offset FROM touchpoints_now")["offset"] == [5]


def older(store: Store) -> None:
    """As if this release had come only now."""
    before = [(each.number, each.name) for each in migrations() if each.name != "repetitions"]
    store.execute("TRUNCATE TABLE migrations")
    store.insert("migrations", pl.DataFrame(before, schema={"number": pl.UInt32, "name": pl.String}, orient="row"))
    assert migrate(store) == ["repetitions"]
    for statement in statements(astray(store)):
        store.execute(statement)


def test_an_archive_from_before_is_mended(store: EmbeddedStore) -> None:
    between = [bought(20 + n, f"b{n:02}", 10 + n, key="ben") for n in range(40)]
    near = [bought(15, "x", 1, key="ben"), *between[:31], bought(80, "x", 99, key="ben")]
    far = [bought(100, "y", 1, key="cleo"), *(bought(101 + n, f"c{n:02}", 10 + n, key="cleo") for n in range(40))]
    take(store, [FIRST, AGAIN, SAME, OTHER, THIRD, *near, *far, bought(180, "y", 99, key="cleo")])
    take(store, [FIRST, AGAIN])  # stands twice until it is merged
    for _ in range(2):
        older(store)
        found = [(row[0], row[1]) for row in store.query("SELECT event_id, offset FROM touchpoints_now").rows()]
        assert sorted(found) == sorted(
            [("e1", 5), ("e2", 11), ("x", 15), *((f"b{n:02}", 20 + n) for n in range(31)),
             ("y", 100), ("y", 180), *((f"c{n:02}", 101 + n) for n in range(40))]
        )  # fmt: skip
        agree(store)


@pytest.mark.clickhouse
def test_the_old_server_counts_once_too(old_store: OldServerStore) -> None:
    take(old_store, [FIRST, AGAIN, OTHER, THIRD], BOTH)
    assert Counter(old_store.query("SELECT offset FROM touchpoints_now")["offset"]) == Counter([5, 11])
    agree(old_store)
    take(old_store, [bought(15, "x", 1, key="ben"), bought(16, "x", 9, key="ben")])
    older(old_store)
    assert Counter(old_store.query("SELECT offset FROM touchpoints_now")["offset"]) == Counter([5, 11, 15])
    agree(old_store)
