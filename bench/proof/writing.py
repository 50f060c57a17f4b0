"""The figures of the proof as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.proof.backfill import Backfill
from bench.proof.run import Proof

BACKFILL: Final = "<!-- backfill -->\n"
"""Between this line and the next mark a page has nothing but what `write_backfill` writes."""
FIGURES: Final = "<!-- figures -->\n"
"""Behind this line a page has nothing but what `write` writes."""


def told(found: Sequence[Proof]) -> str:
    """Everything, as Markdown."""
    parts = [table(found), *map(_verdict, found), "## One changed line", *map(consequences, found)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def write(page: Path, found: Sequence[Proof]) -> None:
    """The page with its figures anew; ValueError if it has no place for them."""
    before, mark, _ = page.read_text(encoding="utf-8").partition(FIGURES)
    if not mark:
        raise ValueError(f"{page} has no line {FIGURES.strip()!r} behind which the figures belong")
    page.write_text(f"{before}{mark}\n{told(found)}", encoding="utf-8")


def write_backfill(page: Path, found: Backfill) -> None:
    """The page with its figures of a backfill anew; ValueError if it has no place for them."""
    text = page.read_text(encoding="utf-8")
    before, mark, rest = text.partition(BACKFILL)
    _, end, behind = rest.partition(FIGURES)
    if not (mark and end):
        raise ValueError(
            f"{page} has no lines {BACKFILL.strip()!r} and {FIGURES.strip()!r} for the figures between them"
        )
    page.write_text(f"{before}{mark}\n{backfill(found)}\n{end}{behind}", encoding="utf-8")


def backfill(found: Backfill) -> str:
    """What came of it, as Markdown."""
    lines = [
        "| touchpoints of the past | of the present | customers | unlike | shifts of the present | signals | unlike |",
        "|--:|--:|--:|--:|--:|--:|--:|",
        f"| {found.past:,} | {found.present:,} | {found.customers:,} | {len(found.unlike):,} | {found.shifts:,}"
        f" | {found.signals:,} | {len(found.missed):,} |",
    ]
    fields = Counter(name for names in found.unlike.values() for name in names)
    told = [f"- `{name}` of {count:,} customers" for name, count in fields.most_common()]
    return "\n".join([*lines, *(["", *told] if told else []), ""])


def _verdict(each: Proof) -> str:
    alike = "the same outputs, byte by byte" if each.alike else "NOT the same outputs"
    quiet = "ends where it ended" if each.quiet else "does NOT end where it ended"
    return f"{each.name}: Kafka, archive and files say {alike}; every topic {quiet}."


def table(found: Sequence[Proof]) -> str:
    """The figures as Markdown."""
    lines = [
        "| set | touchpoints | live, s | deeds | source | records | outputs | same | new | gone | changed | states |",
        "|---|--:|--:|---|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for each in found:
        deeds = ", ".join(f"{count} × {deed}" for deed, count in sorted(each.deeds.items()))
        for name, summary in each.summaries.items():
            different = summary.differences
            assert different is not None
            counts = different.same, different.new.total(), different.gone.total(), different.unlike
            cells = [
                each.name, f"{each.touchpoints:,}", f"{each.live_s:,.0f}", deeds, name, f"{summary.records:,}",
                f"{summary.outputs.total():,}", *(f"{count:,}" for count in counts), f"`{summary.fingerprint[:12]}`",
            ]  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def consequences(each: Proof) -> str:
    """What the one changed line changes, as Markdown."""
    found = each.consequences
    moved = [row for row in found.signals if row.new or row.gone or row.changed]
    told = "\n".join(
        f"| {row.name} | {row.pair.before:,} | {row.pair.after:,} | {row.new:,} | {row.gone:,} | {row.changed:,} |"
        for row in moved
    )
    return (
        f"`{each.change}`, {each.name}: {found.same:,} outputs are the same; {found.customers:,} customers hear"
        f" something else, {found.states_only:,} more differ in their states alone.\n\n"
        f"| signal | before | after | new | gone | changed |\n|---|--:|--:|--:|--:|--:|\n{told}\n"
    )
