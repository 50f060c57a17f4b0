"""What is said of JSON that is not of the documented form."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from producers.collector.reading import read_as
from schemas.faults import Fault


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    kind: Literal["sale", "return"] = "sale"
    lines: list[int] = []


@pytest.mark.parametrize(
    ("raw", "reason", "field", "remedy"),
    [
        pytest.param(b'{"id": "1", "kind": "sold"}', "bad_value", "at.kind", "use one of sale, return", id="a word"),
        pytest.param(b'{"id": 1}', "wrong_type", "at.id", "in quotes", id="the wrong kind of value"),
        pytest.param(b'{"id": "1", "lines": [1, "2"]}', "wrong_type", "at.lines[1]", "without", id="inside a list"),
        pytest.param(b"{}", "missing_field", "at.id", "every event has it", id="a field lacks"),
        pytest.param(b'{"id": "1", "kin": "x"}', "unknown_field", "at.kin", "id, kind, lines", id="another name"),
        pytest.param(b"[]", "not_an_object", "at", "one object", id="no object"),
        pytest.param(b'{"id": ', "not_json", "", "JSON", id="cut off"),
        pytest.param(b'{"id": "\xff"}', "bad_encoding", "", "UTF-8", id="not in UTF-8"),
    ],
)
def test_every_fault_names_its_field_and_what_would_be_right(raw: bytes, reason: str, field: str, remedy: str) -> None:
    fault = read_as(Form, raw, "at")
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.faults[0].field, fault.original) == (reason, field, raw)
    assert remedy in fault.faults[0].remedy


def test_what_is_of_the_form_is_read() -> None:
    assert read_as(Form, b'{"id": "1", "lines": [1]}') == Form("1", lines=[1])
