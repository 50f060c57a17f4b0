"""Values as SQL text: whatever they hold, they come out of ClickHouse as they went in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.clickhouse.client import Parameter
from sinks.clickhouse.embedded import EmbeddedStore
from sinks.clickhouse.literals import bind, literal, name


@pytest.mark.parametrize(
    ("value", "sql"),
    [
        pytest.param("it's", "'it\\'s'", id="quote"),
        pytest.param("\\", "'\\\\'", id="backslash"),
        pytest.param(b"\0'", "unhex('0027')", id="bytes"),
        pytest.param(-3, "-3", id="number"),
        pytest.param([1, 2], "[1,2]", id="numbers"),
        pytest.param(["a", "'"], "['a','\\'']", id="texts"),
    ],
)
def test_literals(value: Parameter, sql: str) -> None:
    assert literal(value) == sql


def test_what_a_value_holds_is_no_place_for_another() -> None:
    assert bind("{a:String} {b:String}", {"a": "{b:String}", "b": "x"}) == "'{b:String}' 'x'"


def test_a_missing_value_is_named() -> None:
    with pytest.raises(KeyError, match="nothing"):
        bind("{nothing:String}", {})


@pytest.mark.parametrize("wrong", ["a b", "a`", "", "表", "a;"])
def test_a_name_is_a_word(wrong: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        name(wrong)


def test_every_text_and_every_byte_comes_back(store: EmbeddedStore) -> None:
    @given(st.text(), st.binary())
    @settings(max_examples=60)
    def comes_back(text: str, data: bytes) -> None:
        found = store.query("SELECT {t:String} AS t, {b:String} AS b", {"t": text, "b": data}, binary=("b",))
        assert next(found.rows()) == (text, data)

    comes_back()
