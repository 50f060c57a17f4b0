"""The company: who works there, where it is and how it can be reached."""

from __future__ import annotations

import msgspec


class Team(msgspec.Struct, frozen=True):
    """A receiver. `fallback` is who is told when nobody takes the alert; empty for the last in line."""

    id: str
    names: dict[str, str]
    receivers: tuple[str, ...]
    fallback: str


class Channel(msgspec.Struct, frozen=True):
    """Scores 0..1 (S1-05); `reliability` is how far what arrives here can be trusted; `promo_tokens` is what a
    promotion costs of the contact budget."""

    id: str
    names: dict[str, str]
    reliability: float
    cost: float
    speed: float
    richness: float
    intimacy: float
    promo_tokens: int


class Place(msgspec.Struct, frozen=True):
    """`currency`: what its people pay and give in; empty: the base currency."""

    location_id: str
    name: str
    time_zone: str
    currency: str = ""


class Money(msgspec.Struct, frozen=True):
    """`rates[c]` is the worth of one unit of `c` in `base`; `languages[l]` the currency of those who speak `l`."""

    base: str
    rates: dict[str, float]
    languages: dict[str, str] = {}

    def in_base(self, amount: float, currency: str | None) -> float | None:
        """The amount in the base currency; None where the currency is not known."""
        rate = self.rates.get(currency or self.base)
        return None if rate is None else amount * rate

    def limit(self, amount: float, currency: str) -> str:
        """At most this amount of the base currency, in round numbers of another one."""
        if currency == self.base or currency not in self.rates:
            return f"{amount:,.0f} {self.base}"
        worth = amount / self.rates[currency]
        step = 10 ** max(0, len(str(int(worth))) - 2)
        return f"{int(worth / step) * step:,} {currency}"


class Company(msgspec.Struct, frozen=True):
    """What holds where nothing better is known."""

    name: str
    language: str
    time_zone: str
    industry: str = "retail"


class Offer(msgspec.Struct, frozen=True):
    """About an item, or a category; `location_id` empty: everywhere. From `begin` to `end` (ms), both included."""

    offer_id: str
    item_id: str
    category: str
    location_id: str
    begin: int
    end: int
    text: dict[str, str]
