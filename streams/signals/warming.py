"""They come more often, or sound warmer, than they use to (S0-14, D3)."""

from __future__ import annotations

from typing import ClassVar

from streams.signals.momentum import Charted


class Warming(Charted):
    """Fires when the intervals between their visits become shorter, or their tone warmer, than their own usual: a CUSUM
    over at least `observations` occasions (Page 1954), `limit` standard deviations in all beyond `allowance` each, and
    a change of `sigmas` or more. What follows is measured against a new usual.

    Occasions are half a day apart or more; one that arrives late is none. Intervals are compared on a scale on
    which visits at random are normal (Nelson 1994), so that a busy week of somebody who comes at random is none.
    """

    name: ClassVar[str] = "warming"
    version: ClassVar[int] = 1
    side: ClassVar[int] = 1
    of_pace: ClassVar[str] = "oftener"
    of_tone: ClassVar[str] = "warmer"
