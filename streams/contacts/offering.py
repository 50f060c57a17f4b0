"""The offer that suits a customer who has just scanned a code (S2-02, S2-03)."""

from __future__ import annotations

from schemas.records import Touchpoint, Value
from streams.contacts.judge import Judge
from streams.contacts.ledger import Ledger
from streams.customers.moment import Moment, because
from streams.knowledge.company import Offer

NAME = "right_offer"


class RightOffer:
    """Fires at `qr.scanned` with at most one offer of `offers.yaml`: for the scanned item, else for something of its
    category that is due by their own rhythm.

    They have asked, so it costs nothing and no hour is too quiet. There is none without a yes to `personalised_ads`
    (and to `location`, where the offer belongs to a place), for what is out of stock, while a complaint or a
    matter that stops promotions is open, for somebody who might not be able to stop (`harm_guard`), and where the rules
    of their relationship forbid any promotion (relationships.yaml: `never`).
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    def scanned(self, state: Ledger, moment: Moment, touchpoint: Touchpoint) -> None:
        """Says what to offer, where there is something."""
        knowledge, customer = moment.knowledge, moment.customer
        if NAME not in knowledge.signals or not knowledge.offers or not customer.granted("personalised_ads"):
            return
        offer = self._of_the_item(moment, touchpoint) or self._of_its_category(state, moment, touchpoint)
        if offer is None or self._judge.stops_offers(state, moment):
            return
        values: dict[str, Value] = {"offer_id": offer.offer_id, "item": moment.item}
        moment.signal(NAME, f"offer:{offer.offer_id}", values, [because(moment, touchpoint.type)])

    def _of_the_item(self, moment: Moment, touchpoint: Touchpoint) -> Offer | None:
        item = touchpoint.item_id
        offers = moment.knowledge.offers
        return next((o for o in offers if item and o.item_id == item and _holds(o, moment, touchpoint)), None)

    def _of_its_category(self, state: Ledger, moment: Moment, touchpoint: Touchpoint) -> Offer | None:
        category = touchpoint.category
        for offer in moment.knowledge.offers:
            if category and offer.category == category and _holds(offer, moment, touchpoint):
                due = self._judge.due_at(state, moment, _things(offer))
                if due is not None and due <= moment.at:
                    return offer
        return None


def _things(offer: Offer) -> list[str]:
    return [f"item:{offer.item_id}"] if offer.item_id else [f"category:{offer.category}"]


def _holds(offer: Offer, moment: Moment, touchpoint: Touchpoint) -> bool:
    """Whether it is made here and now, and there is something to sell."""
    if not offer.begin <= moment.at <= offer.end:
        return False
    if offer.location_id and (offer.location_id != touchpoint.location_id or not moment.customer.granted("location")):
        return False
    places = [offer.item_id, f"{offer.item_id}@{touchpoint.location_id}"]
    return not any(moment.missing.get(each, 0) > moment.at for each in places)
