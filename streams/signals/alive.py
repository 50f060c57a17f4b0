"""Whether somebody who has not bought for a while will come back: BG/NBD (D4).

Fader, Hardie and Lee, "Counting Your Customers" the Easy Way, Marketing Science 24 (2005). While alive a customer
buys at random at a rate that is Gamma(r, alpha) among customers; after each purchase they leave for good with a
probability that is Beta(a, b) among them. Time is in weeks since the first purchase.
"""

from __future__ import annotations

from typing import Final, NamedTuple

WEEK_MS: Final = 7 * 86_400_000


class BuyTillYouDie(NamedTuple):
    """The four parameters."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, repeats: int, recency: float, age: float) -> float:
        """P(alive) of somebody who bought `repeats` times again, the last time at `recency`, and is known for `age`.

        Fader and Hardie, Computing P(alive) Using the BG/NBD Model (2008). Who has bought once is alive: nobody
        leaves but after a purchase that was a repeated one.
        """
        if repeats <= 0:
            return 1.0
        odds = (self.a / (self.b + repeats - 1)) * ((self.alpha + age) / (self.alpha + recency)) ** (self.r + repeats)
        return float(1 / (1 + odds))

    def falls_to(self, share: float, repeats: int, recency: float) -> float | None:
        """The age at which P(alive) has fallen to `share`, no earlier than the last purchase; None: never."""
        if repeats <= 0:
            return None
        odds = (1 - share) / share * (self.b + repeats - 1) / self.a
        grown = max(1.0, odds ** (1 / (self.r + repeats)))
        return float((self.alpha + recency) * grown - self.alpha)
