from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas import wire
from schemas.catalogue import standard
from schemas.codec import decode_outputs, decode_touchpoints, encode_output, encode_touchpoint
from schemas.contract import read_line
from schemas.faults import REASONS, Fault
from schemas.records import Rejected, Touchpoint
from schemas.registry import REGISTERED

FOLDER = Path(__file__).parents[2] / "schemas" / "examples"
OUTPUTS = sorted(FOLDER.glob("output.*.json"))
TOUCHPOINTS = sorted(set(FOLDER.glob("*.json")) - set(OUTPUTS))
REJECTED = sorted((FOLDER / "rejected").iterdir())


def stem(path: Path) -> str:
    return path.name.removesuffix(".json")


@pytest.mark.parametrize("path", TOUCHPOINTS, ids=stem)
def test_an_example_is_valid_and_goes_through_avro_and_json(path: Path) -> None:
    touchpoint = read_line(path.read_bytes(), outside=False)
    assert isinstance(touchpoint, Touchpoint), touchpoint
    assert touchpoint.type == stem(path)
    assert decode_touchpoints([encode_touchpoint(touchpoint)]) == [touchpoint]
    assert wire.touchpoint_from_json(wire.touchpoint_to_json(touchpoint)) == touchpoint


@pytest.mark.parametrize("path", OUTPUTS, ids=stem)
def test_an_example_of_an_output_goes_through_json_and_avro(path: Path) -> None:
    content = json.loads(path.read_bytes())
    output = wire.output_from_json(content)
    assert wire.output_to_json(output) == content
    if not isinstance(output, Rejected):
        assert decode_outputs([encode_output(output)]) == [output]


@pytest.mark.parametrize("path", REJECTED, ids=stem)
def test_a_bad_example_is_refused_for_the_reason_in_its_name(path: Path) -> None:
    fault = read_line(path.read_bytes())
    assert isinstance(fault, Fault)
    assert fault.reason == path.name.split(".")[0]
    assert all(each.what and each.remedy for each in fault.faults)


def test_every_group_of_types_and_every_kind_of_output_has_an_example() -> None:
    types = standard().types
    assert {types[stem(path)].group for path in TOUCHPOINTS} == {kind.group for kind in types.values()}
    kinds = {json.loads(path.read_bytes())["kind"] for path in OUTPUTS}
    assert kinds == {entry.name for entry in REGISTERED[1:]} | {"rejected"}


def test_every_reason_has_a_bad_example_but_the_largest() -> None:
    assert {path.name.split(".")[0] for path in REJECTED} == set(REASONS) - {"too_large"}
