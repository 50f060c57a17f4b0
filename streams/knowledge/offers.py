"""`offers.yaml`: what may be offered to somebody who scans a code, where and when."""

from __future__ import annotations

from schemas import times
from streams.knowledge.company import Offer
from streams.knowledge.document import Section
from streams.knowledge.relationships import read_text


def read_offers(root: Section) -> tuple[Offer, ...]:
    """In the order of the file: the first that fits is made."""
    found: dict[str, Offer] = {}
    for row in root.rows("offers"):
        offer = Offer(
            row.text("offer_id"), row.text("item_id", ""), row.text("category", ""), row.text("location_id", ""),
            _time(row, "from"), _time(row, "to"), read_text(row, "text"),
        )  # fmt: skip
        if not offer.item_id and not offer.category:
            row.fault("an offer is about an 'item_id' or a 'category'")
        if offer.end < offer.begin:
            row.fault("'from' must be before 'to'", "from")
        if offer.offer_id in found:
            row.fault(f"offer_id: {offer.offer_id!r} is there twice", "offer_id")
        row.close()
        found[offer.offer_id] = offer
    root.close()
    return tuple(found.values())


def _time(row: Section, key: str) -> int:
    text = row.text(key)
    try:
        return times.read(text).at
    except ValueError as error:
        if text:
            row.fault(f"{key}: {error}", key)
        return 0
