"""The console's words in each language, from catalogue files; a test holds them complete."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import yaml

from rapport.voice import LANGUAGES

FOLDER: Final = Path(__file__).resolve().parent.parent / "words"


@cache
def words(language: str) -> dict[str, str]:
    """By name."""
    found = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return {name: str(said) for name, said in found.items()}


def preferred(header: str) -> str:
    """The first language of `Accept-Language` that we speak, by its weight; else English."""
    asked: list[tuple[float, str]] = []
    for each in header.split(","):
        name, _, weight = each.strip().partition(";q=")
        try:
            asked.append((-float(weight or 1), name.lower()[:2]))
        except ValueError:
            continue
    return next((name for _, name in sorted(asked, key=lambda pair: pair[0]) if name in LANGUAGES), "en")
