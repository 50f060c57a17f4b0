"""Names as they stand in a sentence of a card."""

from __future__ import annotations

from typing import Final

NAME: Final = 40
"""Letters of a name that a state keeps; the names of a shelf are seldom longer, and a customer has many."""
CUT: Final = "…"


def named(name: str) -> str:
    """The name, whole where it has `NAME` letters at most; else cut between two words, if there are any, and marked."""
    if len(name) <= NAME:
        return name
    begun = name[:NAME]
    whole = begun[: begun.rfind(" ")] if " " in begun[NAME // 2 :] else begun[:-1]
    return whole.rstrip(" ,;:-") + CUT
