"""What the simulated shop sells, where, and who serves there."""

from __future__ import annotations

from typing import NamedTuple


class Item(NamedTuple):
    """`lasts_days` is how long one of them serves an average household; 0: not used up."""

    item_id: str
    category: str
    price: float
    lasts_days: float


REFILLS: tuple[Item, ...] = (
    Item("coffee-1kg", "coffee", 18.0, 24.0),
    Item("tea-oolong", "tea", 22.0, 35.0),
    Item("shampoo-250", "hair", 12.5, 40.0),
    Item("face-cream", "skin", 34.0, 55.0),
    Item("cat-food-4kg", "pets", 27.0, 21.0),
    Item("contact-lenses", "glasses", 31.0, 30.0),
    Item("diapers-60", "baby", 19.9, 14.0),
    Item("detergent-3l", "household", 14.0, 45.0),
)

NOVELTIES: tuple[Item, ...] = (
    Item("scarf-spring", "fashion", 39.0, 0.0),
    Item("mug-tiger", "gifts", 11.0, 0.0),
    Item("lamp-moon", "home", 49.0, 0.0),
    Item("bag-canvas", "fashion", 59.0, 0.0),
    Item("perfume-07", "beauty", 89.0, 0.0),
    Item("headphones-x", "electronics", 159.0, 0.0),
)

PLACES: tuple[str, ...] = ("sha-01", "bei-01", "lon-01", "lon-02")
"""Of `knowledge/places.yaml`; the first two speak Chinese."""
STAFF: tuple[str, ...] = ("staff-lin", "staff-zhou", "staff-mei", "staff-anna", "staff-tom", "staff-priya")
PAGES: tuple[str, ...] = ("/", "/new", "/sale?sort=price_asc", "/account", "/help/returns", "/stories/makers")
CAUSES: tuple[str, ...] = ("damaged", "late", "wrong_item", "rude", "billing")
TEMPLATES: tuple[str, ...] = ("weekly-deals", "new-arrivals", "last-chance")


class Incident(NamedTuple):
    """A bad batch: what is sold of the item between these parts of the run breaks, and people complain."""

    item_id: str
    cause: str
    begins: float
    ends: float
    complain: float


BROKEN = Incident("shampoo-250", "damaged", 0.55, 0.70, 0.4)

POLICY = "price-2026"
POLICY_AT = 0.35
"""Part of the run after which prices rise: just before the middle, where hearts begin to change."""
