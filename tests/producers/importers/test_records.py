"""Which lines are one record: no line is lost, and what is wrong with a record takes no other with it."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.importers.columns import csv_columns
from producers.importers.records import MOST_LINES, records
from producers.lines import Line, Oversized

PAIR = partial(csv_columns, ("a", "b"))


def lines(*contents: bytes) -> list[Line]:
    return [Line(number, content) for number, content in enumerate(contents, 1)]


def pairs(*contents: bytes) -> list[tuple[int, bytes | Oversized]]:
    return [(each.number, each.content) for each in records(lines(*contents), PAIR)]


def test_a_record_goes_on_over_the_lines_of_a_quoted_column() -> None:
    assert pairs(b"a,b", b'1,"one', b"two", b'three"', b"2,x", b'3,"said ""so"""') == [
        (1, b"a,b"), (2, b'1,"one\ntwo\nthree"'), (5, b"2,x"), (6, b'3,"said ""so"""'),
    ]  # fmt: skip


def test_blank_lines_inside_of_quotes_are_kept() -> None:
    found = list(records([Line(1, b'1,"one'), Line(4, b'two"')], PAIR))
    assert [(each.number, each.content) for each in found] == [(1, b'1,"one\n\n\ntwo"')]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'5" nail,3', id="an inch mark in the first column"),
        pytest.param(b'3,5" nail', id="in the last"),
        pytest.param(b'3, "nail', id="a blank before it"),
        pytest.param("钉子 5\",3".encode(), id="at the end of Chinese words"),
        pytest.param(b'"nail",5"', id="beside a quoted column"),
        pytest.param(b'"a ""quoted"" word",5"', id="beside quoted quotes"),
    ],
)  # fmt: skip
def test_a_quote_inside_of_a_column_opens_nothing(line: bytes) -> None:
    assert pairs(line, b"2,x", line, b"3,y") == [(1, line), (2, b"2,x"), (3, line), (4, b"3,y")]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param([], id="in the last line"),
        pytest.param([b"2,x"] * 3, id="until the end"),
        pytest.param([b"2,x", b'3,"y"'], id="until a quoted column opens"),
        pytest.param([b"2,x", b'"y",3'], id="until one opens a line"),
        pytest.param([b"2,x"] * (MOST_LINES + 50), id="longer than any record"),
        pytest.param([b"2,x", b'1,"open', b"3,y"], id="until another stray one"),
        pytest.param([b"2,x", b'1,"two', b'lines"', b"3,y"], id="before a record of two lines"),
    ],
)
def test_a_stray_quote_takes_no_other_record_with_it(after: list[bytes]) -> None:
    expected = [Line(1, b'1,"open'), *(Line(each.number + 1, each.content) for each in records(lines(*after), PAIR))]
    assert list(records(lines(b'1,"open', *after), PAIR)) == expected


def test_what_is_wrong_with_a_record_of_several_lines_does_not_take_it_apart() -> None:
    assert pairs(b'1,"one', b'two",3,4', b"2,x") == [(1, b'1,"one\ntwo",3,4'), (3, b"2,x")]


def test_a_line_too_long_to_hold_ends_a_record() -> None:
    long = Oversized(1 << 30, "")
    found = records([Line(1, b'1,"one'), Line(2, long), Line(3, b"2,x")], PAIR)
    assert list(found) == [Line(1, b'1,"one'), Line(2, long), Line(3, b"2,x")]


def test_a_quote_opens_behind_the_delimiter_of_the_file() -> None:
    split = partial(csv_columns, ("a", "b"), delimiter=";")
    found = records(lines(b'1;"one', b'two"', b'2,"x;y'), split, ";")
    assert [each.number for each in found] == [1, 3]


@given(st.lists(st.text('"",;a\n\r钉', max_size=12).map(str.encode), max_size=12))
def test_every_line_is_in_one_record_in_order(contents: list[bytes]) -> None:
    given = [line for content in contents for line in content.split(b"\n")]
    found = [line for _, content in pairs(*given) if isinstance(content, bytes) for line in content.split(b"\n")]
    assert found == given


WHOLE = st.lists(st.tuples(st.text('a"\n钉 ', max_size=8), st.text('b"\n,', max_size=8)).filter(any), max_size=8)


@given(WHOLE)
def test_what_a_writer_of_csv_wrote_is_read_as_it_was(rows: list[tuple[str, str]]) -> None:
    written = "\n".join(",".join('"' + each.replace('"', '""') + '"' for each in row) for row in rows)
    found = records(lines(*written.encode().split(b"\n")), PAIR) if rows else []
    read = [PAIR(each.content.decode()) for each in found if isinstance(each.content, bytes)]
    assert read == [list(row) for row in rows]
