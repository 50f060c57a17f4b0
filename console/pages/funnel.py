"""From looking to buying: how many visits came how far in one window."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from console.charts.bars import stages
from console.web.asking import Rows
from console.web.viewer import Viewer

STAGES: Final = ("looked", "chose", "paying", "bought")
QUESTION: Final = (
    "SELECT countIf(stage >= 1) AS looked, countIf(stage >= 2) AS chose, countIf(stage >= 3) AS paying,"
    " countIf(stage >= 4) AS bought FROM (SELECT if(session_id = '', customer_id, session_id) AS visit,"
    " max(multiIf(type IN ('order.placed', 'purchase.made'), 4, type IN ('checkout.step', 'payment.failed'), 3,"
    " type = 'cart.added', 2, 1)) AS stage FROM touchpoints_now"
    " WHERE occurred_at > fromUnixTimestamp64Milli({a:Int64}) AND occurred_at <= fromUnixTimestamp64Milli({b:Int64})"
    " AND type IN ('web.viewed', 'web.searched', 'screen.viewed', 'qr.scanned', 'store.entered', 'store.visited',"
    " 'cart.added', 'checkout.step', 'payment.failed', 'order.placed', 'purchase.made') GROUP BY visit"
    " HAVING min(multiIf(type IN ('order.placed', 'purchase.made', 'payment.failed'), 1, 0)) = 0)"
)
"""A visit is a session; without one, everything of one customer within the window. Who came further passed what is
before it, seen or not; who only bought, as at a till, was no visit."""


def panel(rows: Rows, viewer: Viewer) -> Markup | None:
    """Each stage of those in the one before; None where nobody looked."""
    row = {name: int(rows[0][name]) for name in STAGES} if rows else dict.fromkeys(STAGES, 0)
    if not row["looked"]:
        return None
    return stages([(viewer.say(f"funnel.{stage}"), row[stage]) for stage in STAGES], viewer.say("funnel.title"))
