"""How the tables of the checks compare."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.doctoring.finding import Finding


def one(findings: Sequence[Finding], severity: str, told: str) -> None:
    """Exactly one, of that severity and with those words."""
    every(findings, [(severity, told)])


def every(findings: Sequence[Finding], told: Sequence[tuple[str, str]]) -> None:
    """Exactly these, in order: severities, and words that each has."""
    assert [each.severity for each in findings] == [severity for severity, _ in told], findings
    for each, (_, words) in zip(findings, told, strict=True):
        assert words in each.seen, each
