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

ALL: tuple[Item, ...] = REFILLS + NOVELTIES
HERITAGE = Item("tin-blue-1962", "heritage", 9.5, 0.0)

PLACES: tuple[str, ...] = ("sha-01", "bei-01", "lon-01", "lon-02")
"""Of `knowledge/places.yaml`; the first two speak Chinese."""
STAFF: tuple[str, ...] = ("staff-lin", "staff-zhou", "staff-mei", "staff-anna", "staff-tom", "staff-priya")
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

COMMON: dict[str, float] = {"price_rise": 0.38, "terms": 0.55, "recipe_change": 0.47, "sold_out": 0.63}
"""Parts of the run at which what concerns everybody happens: these turn hearts, each its kind of heart."""
POLICIES: dict[str, tuple[str, str]] = {
    "price_rise": ("price-2026", "price"), "terms": ("terms-2026", "terms"),
    "recipe_change": ("recipe-2026", "positioning"), "sold_out": ("sponsor-2026", "positioning"),
}  # fmt: skip
