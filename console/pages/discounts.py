"""Price or relationship (S4-11): of whose purchases it is the coupon, and what would hold them instead."""

from __future__ import annotations

from typing import Any, Final

from console.charts.bars import bars
from console.pages.spending import PERSON, percent
from console.web.asking import Rows
from console.web.viewer import Viewer
from streams.knowledge.model import Knowledge

DEPENDENT: Final = 0.5
"""Share of purchases with a coupon from which somebody comes for the price."""
SEEN: Final = 0.005
"""A share below it is none, in percent."""
LEAST: Final = 2
"""Orders of one customer from which a share says anything."""
QUESTION: Final = (
    "SELECT relationship, count() AS n, sum(o.orders) AS bought, sum(o.with_coupon) AS cheaper,"
    f" countIf(o.orders >= {LEAST} AND o.with_coupon >= {DEPENDENT} * o.orders) AS dependent FROM"
    " (SELECT customer_id, uniqExact(if(order_id = '', event_id, order_id)) AS orders,"
    " uniqExactIf(if(order_id = '', event_id, order_id), visitParamHas(properties, 'coupon')) AS with_coupon"
    f" FROM touchpoints_now WHERE type IN ('purchase.made', 'order.placed') AND {PERSON}"
    " AND occurred_at > now() - INTERVAL 365 DAY GROUP BY customer_id) AS o INNER JOIN"
    " (SELECT customer_id, relationship FROM customers_now) AS c ON c.customer_id = o.customer_id"
    " GROUP BY relationship ORDER BY cheaper / bought DESC, relationship"
)


def panel(rows: Rows, knowledge: Knowledge, viewer: Viewer) -> dict[str, Any] | None:
    """None where nobody bought anything within a year."""
    known = [row for row in rows if row["relationship"] in knowledge.type_index]
    orders = sum(int(row["bought"]) for row in known)
    if not orders:
        return None
    shares = [(row["relationship"], int(row["cheaper"]) / int(row["bought"]), int(row["dependent"])) for row in known]
    instead = [
        (viewer.voice.relationship(name), many, knowledge.relationship(name).do[viewer.language][0])
        for name, _, many in shares if many
    ]  # fmt: skip
    told = [(viewer.voice.relationship(name), share) for name, share, _ in shares if share >= SEEN][:8]
    return {
        "share": viewer.share(sum(int(row["cheaper"]) for row in known), orders),
        "dependent": sum(many for _, _, many in shares), "instead": instead[:6],
        "picture": bars(told, viewer.say("discounts.title"), "f5", said=percent) if told else None,
    }  # fmt: skip
