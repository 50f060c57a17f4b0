"""Every reason for which something is refused has a remedy, and one of an older version still gets a sentence."""

from __future__ import annotations

import pytest

from producers.letters.remedies import APPLIED, REMEDIES, remedy
from schemas.contract import REASONS
from tests.integration.test_bad_input import RECORDS
from tests.producers.letters.made import letter

OF_STATIONS = {bad.reason for bad in RECORDS}
"""Those that are played for real."""


@pytest.mark.parametrize("reason", sorted({*REASONS, *OF_STATIONS, APPLIED}))
def test_a_reason_has_a_remedy(reason: str) -> None:
    assert remedy(letter(b"", reason)) == REMEDIES[reason]


def test_an_unknown_reason_is_told_what_is_left_to_do() -> None:
    assert "Export it" in remedy(letter(b"", "of_an_older_version"))
