"""When a customer comes to us, whatever the way: what a rhythm is made of."""

from __future__ import annotations

from typing import Final

from streams.customers.moment import DAY_MS, Moment

OCCASION_MS: Final = DAY_MS // 2
"""What lies closer together than this is one occasion."""
BUYS: Final = frozenset({"purchase.made", "order.placed"})
SERVED: Final = "service.completed"
COMES: Final = BUYS | {
    "web.viewed", "web.searched", "web.engaged", "app.event", "screen.viewed", "cart.added", "qr.scanned",
    "store.visited", "store.entered", "call.started", "chat.message", "message.clicked", "message.replied",
    "social.posted", "social.mentioned", "social.shared", "feedback.rated", "feedback.suggested", "complaint.opened",
    "complaint.reopened", SERVED, "club.active", "event.attended",
}  # fmt: skip
_CONSENTED: Final = frozenset({"web", "app"})


def comes(moment: Moment) -> bool:
    """Whether the customer began it (a service is done by us, and they came for it), and we may follow how they are by
    it: web and app ask for a yes to `profiling`, but for what they buy there (signals.md, Rulings: Who)."""
    found = moment.comes
    if found is None:  # asked of each touchpoint by every detector of rhythms
        found = moment.comes = _comes(moment)
    return found


def _comes(moment: Moment) -> bool:
    touchpoint = moment.touchpoint
    if touchpoint is None or touchpoint.type not in COMES:
        return False
    if touchpoint.initiator != "customer" and touchpoint.type != SERVED:
        return False
    if touchpoint.channel not in _CONSENTED or touchpoint.type in BUYS:
        return moment.customer.granted("profiling") is not False
    return moment.customer.granted("profiling") is True
