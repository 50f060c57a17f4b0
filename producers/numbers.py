"""Numbers as people write them."""

from __future__ import annotations

import re
from typing import Final

_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
"""Thousands with commas. Any other comma may be a decimal one: a guess would be wrong by a factor of a hundred."""


def ungrouped(text: str) -> str:
    """`1,250.50` as `1250.50`; any other text as it is."""
    return text.replace(",", "") if _GROUPED.fullmatch(text.strip()) else text
