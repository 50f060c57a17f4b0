"""Exchange it at the door (S4-08)."""

from __future__ import annotations

from typing import ClassVar, Final

from streams.customers.moment import DAY_MS, Moment, because
from streams.signals.detector import Nothing, Stateless
from streams.signals.matter import matter_of
from streams.signals.occasion import BUYS
from streams.signals.outgoing import heard_from
from streams.texts.listening import Heard

RECENT_MS: Final = 30 * DAY_MS
"""For so long what they bought may be what they speak of."""


class SwapAtHome(Stateless):
    """Fires when someone whose address we know returns something or says that they want to return or exchange it
    (texts.yaml: wishes, swap; change, as a word that it does not fit, where an order, an item, a purchase of the last
    30 days among what the card shows, or the text tells that they have it; what they deny, "no need to exchange it",
    is none). The address is in the profile: no state."""

    name: ClassVar[str] = "swap_at_home"
    version: ClassVar[int] = 1
    types: ClassVar[frozenset[str]] = frozenset({
        "order.returned", "chat.message", "message.replied", "complaint.opened", "call.started", "call.ended",
    })  # fmt: skip

    def observe(self, state: Nothing, moment: Moment) -> Nothing:
        touchpoint = moment.touchpoint
        assert touchpoint is not None
        if touchpoint.initiator != "customer" or not moment.customer.slots.get("address"):
            return state
        if touchpoint.type != "order.returned":
            heard = heard_from(moment)
            if heard is None or not _wants_another(heard, moment):
                return state
        matter = f"swap:{matter_of(moment) or touchpoint.item_id or ''}"
        moment.signal(self.name, matter, {"item": moment.item}, [because(moment, touchpoint.type)])
        return state


def _wants_another(heard: Heard, moment: Moment) -> bool:
    """Whether it is something that they have that they want to give back or exchange."""
    wishes = heard.said("wish")
    return "swap" in wishes or ("change" in wishes and (bool(heard.said("goods")) or _has_it(moment)))


def _has_it(moment: Moment) -> bool:
    """Whether the touchpoint names what they bought, or they did buy of late."""
    touchpoint = moment.touchpoint
    assert touchpoint is not None
    if touchpoint.item_id or touchpoint.order_id or touchpoint.complaint_id:
        return True
    return any(each.type in BUYS and 0 <= moment.at - each.at <= RECENT_MS for each in moment.customer.recent)
