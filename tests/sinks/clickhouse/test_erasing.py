"""An erased customer's rows go from every table, up to the record that says so; everybody else's stay."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from msgspec import structs

from schemas.hints import ERASED
from schemas.topics import CUSTOMERS, SHIFTS, SIGNALS
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.erasing import counting, erasures
from sinks.clickhouse.rows import POISON, TABLES, merged
from sinks.clickhouse.rows import blocks as rows_of
from sinks.clickhouse.writer import Writer
from tests.sinks.made import chunk, outputs, resolved, sent

OWN = {"signal": SIGNALS, "shift": SHIFTS, "card": CUSTOMERS}


def counts(store: EmbeddedStore, *keys: str) -> Mapping[object, object]:
    asked = {f"id{n}": key for n, key in enumerate(keys)}
    found = store.query(counting(len(keys)), asked)
    return {place: rows for place, rows in zip(found["place"], found["rows"], strict=True) if rows}


def test_every_table_is_looked_at() -> None:
    assert [
        table for table in (*TABLES.values(), "log", POISON) if table not in counting(1) and table != "measures"
    ] == []


def test_an_erased_customer_is_gone_and_the_others_stay(store: EmbeddedStore) -> None:
    own = [
        chunk(sent(structs.replace(output, customer_id=who, id=f"{who}-{kind}", offset=2)), topic=OWN[kind])
        for kind, output in outputs().items() if kind in OWN for who in ("anna", "ben")
    ]  # fmt: skip
    came = [resolved(1, key="anna"), resolved(2, key="ben"), resolved(3, key="it's \\'"), resolved(9, key="anna")]
    writer = Writer(store, lambda seconds: None)
    writer.write(merged(rows_of([chunk(*came), *own])))
    copies = {"moments": 2, "standings": 1}
    assert counts(store, "anna") == {"log": 2, "touchpoints": 2, "signals": 1, "shifts": 1, "customers": 1, **copies}
    before = counts(store, "ben", "it's \\'")
    said = merged(rows_of([chunk(resolved(5, key="anna", type=ERASED), resolved(6, key="nobody", type=ERASED))]))
    for _ in range(2):  # once more after a crash
        writer.write(said)
        writer.erase(erasures(said))
        assert counts(store, "anna") == {"log": 1, "touchpoints": 1, "moments": 1}, "who came again after it stays"
    assert counts(store, "ben", "it's \\'") == before
    writer.erase(erasures(merged(rows_of([chunk(resolved(7, key="it's \\'", type=ERASED))]))))
    assert counts(store, "it's \\'") == {}
    assert isinstance(said[0].rows, pl.DataFrame)
