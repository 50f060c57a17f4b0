"""`python -m bench quality`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench.quality import cues, product
from bench.quality.year import END, Shop, Year, year
from bench.report import Cell, Report
from rapport.quality.judging import Figures, Said, judge

COLUMNS: Final = ("macro-F1", "families", "tense P", "tense R", "shifts", "false/100y", "flaps/100y", "ECE")
LABELLED: Final = 6_000
VARIANTS: Final = ("plain", "noise", "late", "zh", "en", "silent")


def run(shop: Shop, knowledge: Path, variants: Sequence[str], booster: bool, say: Callable[[str], None]) -> Report:
    """The engine on each variant of the shop; the baselines on the plain one alone."""
    lines: list[tuple[str, Figures]] = []
    for name in variants:
        found = year(varied(shop, name))
        say(f"{name}: {len(found.log):,} touchpoints of {len(found.lives):,} customers")
        lines.append((f"engine, {name}", _judged(product.listen(found, knowledge), found)))
        if name == "plain":
            lines.append(("bag of cue words", _judged(cues.listen(found), found)))
            if booster:
                lines.append((f"booster, {LABELLED:,} labelled", _judged(_boosted(shop, found, say), found)))
    return Report(
        f"Quality on family {shop.family}: {shop.customers:,} customers, a year, seed {shop.seed}",
        ("", *COLUMNS), [(name, *cells(each)) for name, each in lines],
        {name: each._asdict() | {"reliability": [b._asdict() for b in each.reliability]} for name, each in lines},
        [f"{lines[0][1].readings:,} readings, {lines[0][1].shifts:,} true shifts"],
    )  # fmt: skip


def varied(shop: Shop, name: str) -> Shop:
    """The shop with one thing made harder."""
    match name:
        case "noise":
            return shop._replace(noise=shop.noise * 10)
        case "late":
            return shop._replace(late=True)
        case "zh" | "en":
            return shop._replace(only="zh" if name == "zh" else "en")
        case "silent":
            return shop._replace(texts=False)
        case _:
            return shop


def cells(each: Figures) -> tuple[Cell, ...]:
    """As the table has them."""
    return (each.macro_f1, each.family_f1, each.tense_precision, each.tense_recall, each.shifts_found,
            each.false_shifts, each.flaps, each.ece)  # fmt: skip


def _judged(said: Said, found: Year) -> Figures:
    return judge(said, found.lives, found.seen, END)


def _boosted(shop: Shop, found: Year, say: Callable[[str], None]) -> Said:
    from bench.quality.booster import fit, listen

    labelled = year(Shop(shop.family, LABELLED, shop.seed + 1_000_003))
    return listen(found, fit(labelled, say), say)
