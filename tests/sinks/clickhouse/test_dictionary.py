"""docs/data-dictionary.md says of every table and column there is what it means, and of nothing else."""

from __future__ import annotations

import pytest

from sinks.clickhouse.dictionary import PAGE, Undocumented, columns, page
from sinks.clickhouse.embedded import EmbeddedStore


def test_the_page_is_what_the_tables_and_schemas_say(store: EmbeddedStore) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(columns(store)), "write it anew: make dictionary"


def test_a_column_that_nothing_describes_is_refused_by_name(store: EmbeddedStore) -> None:
    store.execute("ALTER TABLE alerts ADD COLUMN mood String")
    with pytest.raises(Undocumented, match=r"alerts\.mood is not described"):
        columns(store)


def test_a_table_that_nothing_describes_is_refused_by_name(store: EmbeddedStore) -> None:
    store.execute("CREATE TABLE moods (at Int64) ENGINE = MergeTree ORDER BY at")
    with pytest.raises(Undocumented, match="moods is not described"):
        columns(store)


def test_a_meaning_comes_from_the_schema_where_the_schema_tells_it(store: EmbeddedStore) -> None:
    meanings = {(each.table, each.name): each.meaning for each in columns(store)}
    assert meanings["touchpoints", "type"] == "one of knowledge/touchpoints.yaml"
    assert meanings["touchpoints_now", "type"] == meanings["touchpoints", "type"]
    assert meanings["purchases", "currency"] == meanings["touchpoints", "currency"] == "ISO 4217"
