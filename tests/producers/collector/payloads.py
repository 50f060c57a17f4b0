"""Example payloads of the collector's sources: `schemas/examples/NAME/CASE.*`, and beside each what it becomes.

`CASE.expected.json` is what `told` says of the payload: the touchpoints in the contract's form, the
reason and fields of each one rejected, or the refusal of the whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from producers.collector.adapter import Adapter, Refused, Request, Taken
from schemas import wire
from schemas.contract import read_line
from schemas.faults import Fault
from schemas.records import Touchpoint

FOLDER = Path(__file__).parents[3] / "schemas" / "examples"
EXPECTED = ".expected.json"


def cases(source: str) -> list[ParameterSet]:
    """The payloads of a source, for `parametrize`; none is a mistake."""
    files = [file for file in sorted((FOLDER / source).glob("*")) if not file.name.endswith(EXPECTED)]
    assert files, f"schemas/examples/{source} has no payload: put one there, and beside it what becomes of it"
    return [pytest.param(file, id=file.name) for file in files]


def expected(payload: Path) -> Any:
    return json.loads(payload.with_name(payload.name.split(".")[0] + EXPECTED).read_text(encoding="utf-8"))


def answered(adapter: Adapter, request: Request) -> Taken | Refused:
    """What an adapter takes, or says in refusing; anything else that it raises is a fault of ours."""
    try:
        return adapter.take(request)
    except Refused as refused:
        return refused


def told(adapter: Adapter, request: Request) -> Any:
    """What an adapter makes of a request, as JSON. Every touchpoint is held to the contract."""
    answer = answered(adapter, request)
    if isinstance(answer, Refused):
        assert answer.detail
        return {"refused": answer.reason, "status": answer.status}
    return [_told(each) for each in answer.touchpoints]


def _told(each: Touchpoint | Fault) -> dict[str, Any]:
    if isinstance(each, Fault):
        assert all(fault.what and fault.remedy for fault in each.faults)
        return {"rejected": each.reason, "fields": sorted({fault.field for fault in each.faults})}
    found = wire.touchpoint_to_json(each)
    assert read_line(json.dumps(found).encode()) == each, "an adapter keeps the contract"
    return found
