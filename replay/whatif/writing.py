"""A report as files."""

from __future__ import annotations

from pathlib import Path

from replay.whatif.html import html
from replay.whatif.markdown import markdown
from replay.whatif.report import Report
from replay.whatif.words import Words


def write(report: Report, words: Words, path: Path) -> list[Path]:
    """`path` with the ending .html and, beside it, .md."""
    page, text = path.with_suffix(".html"), path.with_suffix(".md")
    page.write_text(html(report, words), encoding="utf-8")
    text.write_text(markdown(report, words), encoding="utf-8")
    return [page, text]
