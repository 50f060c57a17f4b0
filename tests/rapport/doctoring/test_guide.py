"""docs/operations.md: every finding has a row, every place that a remedy names is there, every fault is told whole."""

from __future__ import annotations

import re

import pytest

from rapport.doctoring.examining import CHECKS
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL))
FAULTS = (
    "RapportPoisonFlood", "RapportWrongSchema", "RapportStoreDiskFull", "RapportBrokerAway", "RapportWorkerHung",
    "RapportClockSkew", "RapportGroupStuck", "RapportRetentionNear", "RapportStoreReadOnly",
    "RapportCertificateExpires",
)  # fmt: skip


def test_every_finding_has_its_row() -> None:
    rows = re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert told == {name for check in CHECKS for name in check.names}


def test_every_fault_has_its_section() -> None:
    assert set(FAULTS) <= SECTIONS.keys()


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_says_what_is_seen_how_it_is_mended_and_why_nothing_is_lost(name: str) -> None:
    for part in ("**Doctor:**", "**Mend:**", "**Nothing is lost"):
        assert part in SECTIONS[name]


def test_every_place_that_a_remedy_names_is_there() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "rapport" / "doctoring").glob("*.py"))
    named = set(re.findall(r"docs/operations\.md#(\w+)", code))
    assert len(named) >= 9
    assert named <= {name.lower() for name in SECTIONS}


def test_every_rule_that_fires_has_its_section() -> None:
    """Rules name their section by their own name."""
    files = (ROOT / "deploy" / "prometheus").rglob("*.yml")
    named = {name for file in files for name in re.findall(r"^\s*- alert: (\w+)", file.read_text(), re.MULTILINE)}
    assert named <= SECTIONS.keys()
