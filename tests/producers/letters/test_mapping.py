"""The mapping file: what each rule does, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from producers.letters.mapping import MappingError, load, parse

SENT = {
    "type": "chat.massage",
    "amout": "1,250.50",
    "comma": "12,50",
    "identifiers": {"customer": "anna"},
    "properties": {"a": 1},
}


@pytest.mark.parametrize(
    ("rules", "changed"),
    [
        pytest.param({"type": "chat.message"}, {"type": "chat.message"}, id="a value is set"),
        pytest.param({"properties.b": [1]}, {"properties": {"a": 1, "b": [1]}}, id="a dot leads into an object"),
        pytest.param({"location.id": "s1"}, {"location": {"id": "s1"}}, id="objects on the way are made"),
        pytest.param({"amount": {"from": "amout"}}, {"amout": None, "amount": "1,250.50"}, id="a field is renamed"),
        pytest.param(
            {"identifiers.customer_id": {"from": "identifiers.customer"}},
            {"identifiers": {"customer_id": "anna"}},
            id="within an object",
        ),
        pytest.param({"amount": {"from": "price"}}, {}, id="what is to be renamed lacks"),
        pytest.param({"amount": {"from": "price", "default": 0}}, {"amount": 0}, id="lacks, and has a default"),
        pytest.param({"type": {"default": "x"}}, {}, id="a default is for what lacks"),
        pytest.param({"amout": None}, {"amout": None}, id="null takes a field out"),
        pytest.param({"properties.a": None}, {"properties": None}, id="and the object that is empty then"),
        pytest.param({"properties.b.c": None}, {}, id="what is not there cannot be taken out"),
        pytest.param({"type": {"values": {"chat.massage": "chat.message"}}}, {"type": "chat.message"}, id="translated"),
        pytest.param({"type": {"values": {"other": "chat.message"}}}, {}, id="another value stays"),
        pytest.param({"properties.a": {"values": {1: "one"}}}, {"properties": {"a": "one"}}, id="a number translated"),
        pytest.param({"properties.a": {"as": "text"}}, {"properties": {"a": "1"}}, id="a number becomes text"),
        pytest.param({"amout": {"as": "number"}}, {"amout": 1250.5}, id="text becomes a number"),
        pytest.param({"comma": {"as": "number"}}, {}, id="a decimal comma is not guessed at"),
        pytest.param({"type": {"as": "number"}}, {}, id="what is no number stays for the contract to name"),
        pytest.param({"identifiers": {"as": "text"}}, {}, id="an object is left alone"),
        pytest.param(
            {"amount": {"from": "amout", "as": "number"}, "currency": "EUR"},
            {"amout": None, "amount": 1250.5, "currency": "EUR"},
            id="several, in order",
        ),
    ],
)
def test_a_rule_does_what_it_says(rules: dict[str, Any], changed: dict[str, Any]) -> None:
    before = {**SENT, "identifiers": {"customer": "anna"}, "properties": {"a": 1}}
    after = parse(rules, "m").apply(before)
    assert after == {name: value for name, value in (SENT | changed).items() if value is not None}
    assert before == SENT, "the letter stays as it is"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("- a\n", "object of fields", id="a list"),
        pytest.param("", "object of fields", id="nothing"),
        pytest.param("a: [", "neither YAML nor JSON", id="broken"),
        pytest.param("amount: {form: amout}", "amount: .*form.*a rule has from, values", id="no such rule"),
        pytest.param("amount: {as: money}", "amount: .*money", id="no such kind"),
        pytest.param("amount: {values: 3}", "amount: ", id="values that are none"),
    ],
)
def test_a_wrong_file_is_named_with_field_and_remedy(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "fix.yaml"
    path.write_text(text)
    with pytest.raises(MappingError, match=f"fix.yaml: .*{told}"):
        load(path)


def test_json_is_a_mapping_too(tmp_path: Path) -> None:
    path = tmp_path / "fix.json"
    path.write_text('{"type": {"values": {"chat.massage": "chat.message"}}}')
    assert load(path).apply(SENT)["type"] == "chat.message"
    with pytest.raises(MappingError, match="Does the file exist"):
        load(tmp_path / "none.yaml")
