"""Columns and folds by cells: Chinese takes two, nothing is lost, nothing that a terminal would obey gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from rapport.layout import clean, column, cut, folded, hung


@pytest.mark.parametrize(
    ("words", "width", "expected"),
    [
        pytest.param("short", 10, ["short"], id="it fits"),
        pytest.param("one two three", 7, ["one two", "three"], id="at a space"),
        pytest.param("one two", 7, ["one two"], id="the edge is inside"),
        pytest.param("顾客联系了我们", 8, ["顾客联系", "了我们"], id="between Chinese letters"),
        pytest.param("顾客联系。我们", 8, ["顾客联", "系。我们"], id="no line begins with a full stop"),
        pytest.param("他说“好的”了", 6, ["他说", "“好的”", "了"], id="no line ends with an opening quote"),
        pytest.param("abc 顾客联系了我们", 8, ["abc 顾客", "联系了我", "们"], id="mixed: the line is filled"),
        pytest.param(" aaa。。", 6, ["", "aaa。", "。"], id="twice, where once is not enough"),
        pytest.param("indivisible", 4, ["indi", "visi", "ble"], id="where it must be"),
    ],
)
def test_folds(words: str, width: int, expected: list[str]) -> None:
    assert [line.plain for line in folded(Text(words), width)] == expected


@given(st.text(alphabet="ab 顾客。，“”'x", max_size=60), st.integers(min_value=6, max_value=30))
def test_a_fold_loses_nothing_and_fits(words: str, width: int) -> None:
    lines = [line.plain for line in folded(Text(words), width)]
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(cell_len(line) <= width for line in lines)


@pytest.mark.parametrize(
    ("words", "width", "expected"),
    [
        pytest.param("abc", 5, "abc  ", id="padded"),
        pytest.param("顾客", 5, "顾客 ", id="Chinese takes two"),
        pytest.param("顾客联系", 5, "顾客…", id="cut"),
        pytest.param("顾客联", 4, "顾… ", id="half a letter is none"),
    ],
)
def test_a_column_is_exactly_as_wide(words: str, width: int, expected: str) -> None:
    assert column(Text(words), width).plain == expected
    assert cell_len(expected) == width


def test_a_column_can_stand_on_the_right() -> None:
    assert column(Text("9"), 3, right=True).plain == "  9"


def test_what_is_cut_says_so_and_what_fits_does_not() -> None:
    assert (cut(Text("顾客联系"), 8).plain, cut(Text("顾客联系了"), 8).plain) == ("顾客联系", "顾客联…")


def test_a_body_hangs_under_itself() -> None:
    assert hung(Text("do  "), Text("one two three"), 11).plain == "do  one two\n    three"
    assert hung(Text("do  "), Text("one two three"), None).plain == "do  one two three"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("\x1b[2Jgone", "\N{REPLACEMENT CHARACTER}[2Jgone", id="an escape sequence"),
        pytest.param("two\r\nlines\t.", "two  lines .", id="line ends and tabs"),
        pytest.param("\u202eback\u2066", "back", id="another direction"),
        pytest.param("顾客 “ok” 👍", "顾客 “ok” 👍", id="ordinary words stay"),
    ],
)
def test_nothing_that_a_terminal_obeys_passes(words: str, expected: str) -> None:
    assert clean(words) == expected
