"""Writes what was estimated as knowledge that a person can read, with what it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rapport.fitting.words import CLASSES
from streams.knowledge.model import Row, Voice
from streams.knowledge.terms import Weights

MOST: Final = 6
"""Weights of a piece that are kept, the strongest; the rest says next to nothing."""


def voice_yaml(voice: Voice, made_by: str, source: str, measured: str) -> str:
    """`knowledge/voice.yaml`."""
    rows = [
        ("*", voice.bias),
        *((f"cue:{name}", row) for name, row in zip(voice.cues, voice.cue_rows, strict=True)),
        *((name.replace(" ", "_"), row) for name, row in zip(voice.pieces, voice.rows, strict=True)),
    ]
    lines = (f"  {name} " + " ".join(f"{CLASSES[n]} {w}" for n, w in strongest(row)) for name, row in rows if row)
    about = (
        "# What pieces of texts say: hundredths of a nat for and against each relationship. `_` is a space, `cue:` a\n"
        "# cue, combination or negated cue of cues.*.yaml and rules.yaml, `*` what every text starts from.\n"
        "# Estimated; `rapport relationships words` makes it anew.\n"
    )
    head = f"{about}{provenance(made_by, source, measured)}sharpness: {voice.sharpness:g}\npieces: |\n"
    return head + "\n".join(lines) + "\n"


def strongest(row: Row) -> list[tuple[int, int]]:
    """The weights of a row that matter, in the order of types."""
    return sorted(sorted(row, key=lambda each: -abs(each[1]))[:MOST])


def weights_yaml(weights: Mapping[str, Weights], made_by: str, source: str, measured: str) -> str:
    """`knowledge/weights.yaml`."""
    lines = (f"  {name} " + " ".join(_pairs(row)) for name, row in weights.items())
    about = (
        "# What the numbers that are read of a customer (docs/relationships.md) say for and against each\n"
        "# relationship: thousandths of a nat a doubling. Estimated: `rapport relationships fit`.\n"
    )
    return f"{about}{provenance(made_by, source, measured)}numbers: |\n" + "\n".join(lines) + "\n"


def _pairs(row: Weights) -> Iterable[str]:
    return (f"{name} {round(weight)}" for name, weight in row.items())


def provenance(made_by: str, source: str, measured: str) -> str:
    """By what knowledge was made, from what, and where it was measured."""
    return f"provenance:\n  made_by: {made_by}\n  from: >-\n    {source}\n  measured: >-\n    {measured}\n"
