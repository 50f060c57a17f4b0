"""A real incident in a clickstream that nobody made for us: the checkout loops on mobile from 2024-04-09 on.

The first session that meets it is on 04-13. Nothing here is fitted to it: the chart has the numbers of D3.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import msgspec
import pytest

from producers.importers.ecom_clickstream import ECOM_CLICKSTREAM
from rapport.settings import Settings
from replay.run import run
from schemas import times
from schemas.records import Alert, AlertChange, Emitted, Signal, Touchpoint
from schemas.wire import output_from_json, touchpoint_to_json
from tests.streams.lab import knowledge
from tests.streams.trends.affected import affected

pytestmark = pytest.mark.data
FILE = "ecom_clickstream/ecom_2024-01_2024-05-14.csv.gz"
BEGAN = times.read("2024-04-09T00:00:00Z").at


@pytest.fixture(scope="module")
def touchpoints(shared_data: Path) -> list[Touchpoint]:
    with gzip.open(shared_data / FILE, "rb") as file:
        lines = file.read().splitlines()[1:]
    read = (ECOM_CLICKSTREAM.touchpoint(line, f"ecom:{number:012}", 0, None) for number, line in enumerate(lines))
    return sorted((each for each in read if isinstance(each, Touchpoint)), key=lambda each: each.occurred_at)


@pytest.fixture(scope="module")
def outputs(touchpoints: list[Touchpoint], tmp_path_factory: pytest.TempPathFactory) -> list[Emitted]:
    file = tmp_path_factory.mktemp("ecom") / "touchpoints.jsonl"
    file.write_bytes(b"\n".join(msgspec.json.encode(touchpoint_to_json(each)) for each in touchpoints))
    out = io.BytesIO()
    run([str(file)], Settings(identity_key="stories"), knowledge(), out=out)
    return [output_from_json(msgspec.json.decode(line)) for line in out.getvalue().splitlines()]


def said(outputs: list[Emitted], state: str) -> list[Signal]:
    return [o for o in outputs if isinstance(o, Signal) and o.name == "step_failing" and o.values["state"] == state]
