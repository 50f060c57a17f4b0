"""Findings for a person at a terminal, the worst first; for a program, one JSON object."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec
from rich.console import Console
from rich.text import Text

from rapport.doctoring.finding import Finding, Severity
from rapport.layout import clean, hung
from rapport.terminal import put

_ORDER: Final[tuple[Severity, ...]] = ("action", "warning", "ok")
_MARKS: Final[dict[Severity, tuple[str, str]]] = {
    "action": ("✗", "bold red"),
    "warning": ("!", "yellow"),
    "ok": ("✓", "green"),
}


class Report(msgspec.Struct, frozen=True):
    """What `--json` prints. `worst` decides the exit status: 1 at `action`."""

    worst: Severity
    findings: Sequence[Finding]


def report(findings: Sequence[Finding]) -> Report:
    worst: Severity = next((each for each in _ORDER if any(f.severity == each for f in findings)), "ok")
    return Report(worst, sorted(findings, key=lambda finding: _ORDER.index(finding.severity)))


def show(told: Report, console: Console) -> None:
    """One line or a few a finding: what is seen, and under it what to do."""
    width = console.width if console.is_terminal else None
    for finding in _together(told.findings):
        for line in _lines(finding, width):
            put(console, line)
    counts = Counter(finding.severity for finding in told.findings)
    blind = sum(not finding.checked for finding in told.findings)
    watch = f"{counts['warning']} to watch ({blind} could not be checked)"
    put(console, Text(f"{counts['action']} to act on, {watch}, {counts['ok']} well"))


def _together(findings: Sequence[Finding]) -> list[Finding]:
    """What was not checked for one reason (Kafka is away, say) is told once, under all its names."""
    blind: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        if not finding.checked:
            blind.setdefault((finding.seen, finding.remedy), []).append(finding)
    merged = []
    for finding in findings:
        same = blind.get((finding.seen, finding.remedy), [])
        if len(same) < 2:
            merged.append(finding)
        elif finding is same[0]:
            names = ", ".join(dict.fromkeys(each.name for each in same))
            merged.append(msgspec.structs.replace(finding, name=names, about=""))
    return merged


def _lines(finding: Finding, width: int | None) -> list[Text]:
    mark, style = _MARKS[finding.severity]
    head = Text.assemble((f"{mark} {finding.name}", style), "  ")
    if finding.about:
        head.append_text(Text.assemble((clean(finding.about), "bold"), "  "))
    seen = Text(clean(finding.seen), style="dim" if finding.severity == "ok" else "")
    indented = Text("  ") if width is None or head.cell_len < width // 2 else None
    lines = [hung(head, seen, width)] if indented is not None else [head, hung(Text("    "), seen, width)]
    if finding.remedy:
        lines.append(hung(Text("    → "), Text(clean(finding.remedy)), width))
    return lines
