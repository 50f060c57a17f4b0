"""A column that a file lacks is named before anything is sent, whatever kind of file it is, unless it is optional."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from producers.importers.run import Mode, import_files, looked
from producers.importers.table import Table, lines_of
from producers.lines import UnreadableInput
from tests.producers.importers.orders import HEADER, MAPPING, ROWS, imported, objects, table, told
from tests.producers.world import IDENTITY, memory, write


def test_a_column_that_lacks_is_named_before_anything_is_sent(tmp_path: Path) -> None:
    file = write(tmp_path / "orders.csv", [HEADER.replace(b"till", b"desk"), ROWS[0]])
    with pytest.raises(UnreadableInput, match=r"orders.csv:1: no column till; there are kind, day, .*, desk"):
        import_files(table(), [lines_of(str(file))], Mode(), memory(), IDENTITY, tmp_path)


def misspelt() -> Table:
    return table(MAPPING.replace("{column: client}", "{column: cleint}"))


def test_of_parquet_too(tmp_path: Path) -> None:
    pl.DataFrame(objects()).write_parquet(tmp_path / "orders.parquet")
    with pytest.raises(UnreadableInput, match=r"no column cleint; there are kind,.*Did you mean client"):
        looked(misspelt(), [lines_of(str(tmp_path / "orders.parquet"))], Mode())


def test_a_path_is_sought_in_the_structs_of_parquet(tmp_path: Path) -> None:
    pl.DataFrame({"meta": [{"at": "2026-05-31"}], "user": [{"id": "u1"}]}).write_parquet(tmp_path / "v.parquet")
    text = """
name: visits
touchpoint: {type: web.viewed, channel: web, occurred_at: {column: meta.at}, identifiers: {email: {column: user.mail}}}
"""
    with pytest.raises(UnreadableInput, match=r"no column user.mail; there are meta, user"):
        looked(table(text), [lines_of(str(tmp_path / "v.parquet"))], Mode())


def test_of_json_lines_if_no_line_has_it(tmp_path: Path) -> None:
    file = write(tmp_path / "orders.jsonl", [json.dumps(each).encode() for each in objects()])
    with pytest.raises(UnreadableInput, match=r"no column cleint in its first .* lines; there are kind.* mean client"):
        looked(misspelt(), [lines_of(str(file))], Mode())


def test_one_line_that_has_it_is_enough(tmp_path: Path) -> None:
    sparse = [{name: value for name, value in each.items() if value is not None} for each in objects()]
    file = write(tmp_path / "orders.jsonl", [b"no JSON", *[json.dumps(each).encode() for each in sparse[::-1]]])
    look = looked(table(), [lines_of(str(file))], Mode())
    assert (look.types.total(), look.rejected) == (3, {"not_json": 1})


@pytest.mark.parametrize("name", ["orders.csv", "orders.jsonl", "orders.parquet"])
def test_a_column_that_is_optional_may_lack(tmp_path: Path, name: str) -> None:
    file, rows = tmp_path / name, pl.DataFrame(objects()).drop("till")
    written: dict[str, Callable[[Path], object]] = {
        ".csv": rows.write_csv, ".jsonl": rows.write_ndjson, ".parquet": rows.write_parquet,
    }  # fmt: skip
    written[file.suffix](file)
    with pytest.raises(UnreadableInput, match="no column till"):
        looked(table(), [lines_of(str(file))], Mode())
    found = imported(file, table(f"optional: [till]\n{MAPPING}"))
    assert [each["properties"] for each in told(found)] == [{"gift_wrap": True}, {"gift_wrap": False}, {}]
