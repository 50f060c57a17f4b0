"""docs/touchpoints.md names every field of a touchpoint, and its examples are accepted."""

from __future__ import annotations

import re

from schemas import wire
from schemas.contract import read_line
from schemas.fields import FIELDS, IDENTIFIER_FIELDS
from schemas.records import CHANNELS, Touchpoint
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "touchpoints.md").read_text(encoding="utf-8")


def test_every_field_is_named() -> None:
    names = {"type", "identifiers", "properties", *FIELDS, *wire.TOUCHPOINT_TIMES, *IDENTIFIER_FIELDS, *CHANNELS}
    assert names <= set(re.findall(r"`(\w+)`", GUIDE))


def test_the_examples_are_accepted() -> None:
    lines = [line for line in GUIDE.splitlines() if line.startswith("{")]
    assert len(lines) == 2
    assert all(isinstance(read_line(line.encode()), Touchpoint) for line in lines)
