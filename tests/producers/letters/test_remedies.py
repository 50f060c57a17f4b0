"""Every reason for which something is refused has a remedy, and one of an older version still gets a sentence."""

from __future__ import annotations

import pytest

from producers.letters.remedies import APPLIED, REMEDIES, remedy
from schemas.faults import REASONS
from schemas.letters import CLASS_OF
from tests.integration.test_bad_input import RECORDS
from tests.producers.letters.made import bad, letter

OF_STATIONS = {bad.reason for bad in RECORDS}
"""Those that are played for real."""


@pytest.mark.parametrize("reason", sorted({*REASONS, *OF_STATIONS, APPLIED}))
def test_a_reason_has_a_remedy(reason: str) -> None:
    assert remedy(letter(b"", reason)) == REMEDIES[reason]


@pytest.mark.parametrize("reason", sorted(REMEDIES))
def test_a_reason_is_of_a_class(reason: str) -> None:
    assert reason in CLASS_OF


def test_an_unknown_reason_is_told_what_is_left_to_do() -> None:
    assert "Export it" in remedy(letter(b"", "of_an_older_version"))


def test_of_a_row_of_a_table_no_touchpoint_can_be_mended() -> None:
    said = remedy(letter(b"sale,31.5.2026,tea", "bad_date", number=5))
    assert "in.jsonl:5" in said
    assert "import a file of such records alone" in said
    assert "import a file of such records alone" in remedy(letter(b'{"kind": "gift", "day": 5}', "bad_value", number=6))
    assert remedy(letter(b"{oops", "not_json", number=5)) == REMEDIES["not_json"]
    assert remedy(letter(bad("e"), "bad_date", number=5)) == REMEDIES["bad_date"]
