"""Exchange it at the door (S4-08)."""

from __future__ import annotations

from typing import ClassVar

from streams.customers.moment import Moment, because
from streams.signals.detector import Nothing, Stateless
from streams.signals.matter import matter_of
from streams.signals.outgoing import heard_from


class SwapAtHome(Stateless):
    """Fires when someone whose address we know returns something or says that they want to return or exchange it
    (texts.yaml: wishes, swap; what they deny, "no need to exchange it", is none). The address is in the profile: no
    state."""

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
            if heard is None or "swap" not in heard.said("wish"):
                return state
        matter = f"swap:{matter_of(moment) or touchpoint.item_id or ''}"
        moment.signal(self.name, matter, {"item": moment.item}, [because(moment, touchpoint.type)])
        return state
