"""Bins of a sketch of quantiles: a value is known to within `ACCURACY` of itself.

The mapping is that of DDSketch (Masson, Rim and Lee, VLDB 2019). The sketch itself is counts by bin, which
are measures like all others: they add up, whatever their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ddsketch.mapping import LogarithmicMapping

ACCURACY: Final = 0.02
_MAPPING: Final = LogarithmicMapping(ACCURACY)


def bin_of(value: float) -> int | None:
    """The bin of a value; None for what is not above 0, which stands in no bin."""
    return int(_MAPPING.key(value)) if value > 0 else None


def quantile(counts: Mapping[int, int], share: float) -> float | None:
    """The value that `share` of those counted do not exceed; None where nobody is counted."""
    rank = share * (sum(counts.values()) - 1)
    below = 0
    for number in sorted(counts):
        below += counts[number]
        if counts[number] and below > rank:
            return float(_MAPPING.value(number))
    return None
