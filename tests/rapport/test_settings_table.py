"""docs/settings.md says of every setting what it is, and of nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rapport.settings import _ELSEWHERE, PREFIX, PROJECT, Settings
from tests.conftest import ROOT

ROW = re.compile(r"^\| `(RAPPORT_\w+)` \|(.*)\|$", re.MULTILINE)
TABLE = {name: [cell.strip() for cell in cells.split("|")] for name, cells in ROW.findall(
    (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
)}  # fmt: skip
FIELDS: Mapping[str, Any] = {PREFIX + field.name.upper(): field for field in msgspec.structs.fields(Settings)}


def test_every_setting_stands_in_the_table_and_nothing_else_does() -> None:
    assert [name for name in TABLE if name in FIELDS] == list(FIELDS), "in the order of rapport/settings.py"
    assert {name.removeprefix(PREFIX) for name in TABLE if name not in FIELDS} == _ELSEWHERE


@pytest.mark.parametrize("name", FIELDS)
def test_the_default_is_the_one_of_the_program(name: str) -> None:
    default = FIELDS[name].default
    if isinstance(default, Path) and default.is_absolute():
        default = default.relative_to(PROJECT)
    shown = "" if default in ("", None) else f"`{default}`"
    assert TABLE[name][0] == shown


@pytest.mark.parametrize("name", TABLE)
def test_every_row_says_what_it_means(name: str) -> None:
    assert len(TABLE[name][-1]) > 10
