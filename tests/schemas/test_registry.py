from __future__ import annotations

import json
from pathlib import Path

import avro.schema
import pytest

from schemas.records import Touchpoint
from schemas.registry import BY_NAME, FOLDER, REGISTERED, TOUCHPOINT, Registered

each = pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.name) for entry in REGISTERED])


def test_ids_and_names_are_given_once() -> None:
    assert len({entry.id for entry in REGISTERED}) == len(REGISTERED) == len(BY_NAME)


def test_ids_are_fixed() -> None:
    assert {entry.name: entry.id for entry in REGISTERED} == {
        "touchpoint": 1001, "shift": 1002, "signal": 1003, "decision": 1004,
        "alert": 1005, "alert_change": 1006, "card": 1007, "measure": 1008,
    }  # fmt: skip


def test_every_schema_file_is_registered() -> None:
    assert {entry.file for entry in REGISTERED} == {path.name for path in FOLDER.glob("*.avsc")}


@each
def test_avro_itself_parses_the_schema(entry: Registered) -> None:
    parsed = avro.schema.parse((FOLDER / entry.file).read_text(encoding="utf-8"))
    assert parsed.get_prop("namespace") == "rapport"


@each
def test_schema_and_struct_have_the_same_fields(entry: Registered) -> None:
    fields = [field["name"] for field in entry.source()["fields"]]
    names = list(entry.struct.__struct_encode_fields__)
    if entry.struct is Touchpoint:
        assert fields == names, "columns map onto the struct by position"
    else:
        assert fields == ["kind", *names]
        assert entry.source()["fields"][0]["default"] == entry.struct.__struct_config__.tag


def test_a_touchpoint_is_flat_with_its_required_fields_first() -> None:
    kinds = [field["type"] for field in TOUCHPOINT.source()["fields"]]
    flat = [isinstance(kind, str) or (kind[0] == "null" and isinstance(kind[1], str)) for kind in kinds]
    assert all(flat)
    assert [isinstance(kind, list) for kind in kinds] == [False] * 6 + [True] * 28


def test_schema_files_are_plain_json() -> None:
    for path in Path(FOLDER).glob("*.avsc"):
        assert json.loads(path.read_text(encoding="utf-8"))["type"] == "record"
