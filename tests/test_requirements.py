"""`docs/requirements.md` is true: modules and stories exist, stories name their rows, few rows are told by nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from streams.knowledge.signals import SPECS
from tests.scenarios.story import read

ROOT = Path(__file__).parents[1]
ROWS = {0: 32, 1: 32, 2: 12, 3: 16, 4: 14}
"""The last row of each source document; the fourth begins with 00."""
MOST_UNTOLD = 25
NONE = "none: "
_LINE = re.compile(r"\| (S\d-\d\d) \| (.+) \| (?:`([^`]+)`|–) \| (.+) \|")
_STORY = re.compile(r"\[(\w+)\]\(\.\./tests/scenarios/(\w+)\.yaml\)")
_NAMED = re.compile(r"(page|awaited) `([^`]+)`")


class Row(NamedTuple):
    id: str
    module: str | None
    told: str


def rows() -> list[Row]:
    lines = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8").splitlines()
    found = [_LINE.fullmatch(line) for line in lines if line.startswith("| S")]
    assert all(found), "a line of the table has another form"
    return [Row(each[1], each[3], each[4]) for each in found if each]


def untold(row: Row) -> bool:
    return row.told.startswith(NONE)


TABLE = rows()


def test_every_row_of_the_source_documents_is_there_once() -> None:
    wanted = [f"S{n}-{row:02}" for n, last in ROWS.items() for row in range(0 if n == 3 else 1, last + 1)]
    assert [row.id for row in TABLE] == wanted


@pytest.mark.parametrize("row", TABLE, ids=[row.id for row in TABLE])
def test_a_row_is_told_by_what_there_is(row: Row) -> None:
    if row.module is not None:
        assert (ROOT / row.module).is_file(), f"{row.id}: there is no {row.module}"
    if untold(row):
        assert len(row.told) > len(NONE), f"{row.id}: no story tells it, and why is not said"
        return
    story, named = _STORY.fullmatch(row.told), _NAMED.fullmatch(row.told)
    if story is not None:
        path = ROOT / "tests" / "scenarios" / f"{story[2]}.yaml"
        assert path.is_file(), f"{row.id}: there is no story {story[2]}"
        assert row.id in read(path).rows, f"{story[2]} does not say that it tells {row.id}"
        assert row.module is not None, f"{row.id} is told and has no module"
    elif named is not None and named[1] == "page":
        assert (ROOT / named[2]).is_file(), f"{row.id}: there is no {named[2]}"
    else:
        assert named is not None, f"{row.id}: {row.told!r} is neither a story nor a page, nor awaited, nor none"
        there = named[2] in SPECS or (ROOT / named[2]).is_file()
        assert not there, f"{row.id} awaits {named[2]}, which is there: name its story or page in the table"


def test_few_rows_are_told_by_nothing() -> None:
    found = [row.id for row in TABLE if untold(row)]
    assert len(found) <= MOST_UNTOLD, found
