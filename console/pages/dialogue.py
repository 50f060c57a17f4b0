"""From dialogue to profit (S1-01), and what campaigns did (S1-07)."""

from __future__ import annotations

from typing import Any, Final

from console.charts.bars import stages
from console.pages.profit import CONTACT, MARGIN
from console.pages.spending import BOUGHT, CONTACTED, PERSON, WORTH
from console.web.asking import Rows
from console.web.viewer import Viewer

STAGES: Final = ("talked", "learnt", "again", "earned")
_SPOKE: Final = f"({CONTACTED}) OR (initiator = 'customer' AND type IN ('feedback.suggested', 'social.mentioned'))"
_WE: Final = (
    "(type LIKE 'agent.%' AND type != 'agent.noted') OR (initiator = 'company' AND type IN ('call.started',"
    " 'chat.message')) OR (type = 'message.sent' AND visitParamExtractString(properties, 'purpose')"
    " IN ('care', 'service'))"
)
_VISIT: Final = "if(session_id = '', concat(customer_id, toString(toDate(occurred_at))), session_id)"
_DWELL: Final = "visitParamExtractFloat(properties, 'dwell_s')"
QUESTIONS: Final = {
    "dialogue": "SELECT count() AS people, countIf(talks) AS talked, countIf(talks AND facts) AS learnt,"
    " countIf(talks AND facts AND orders > 1) AS again, countIf(talks AND facts AND orders > 1 AND profit > 0)"
    " AS earned, countIf(orders > 1) AS all_again, countIf(talks AND orders > 1) AS talked_again FROM"
    f" (SELECT customer_id, countIf({_SPOKE}) > 0 AND countIf({_WE}) > 0 AS talks,"
    " countIf(type = 'profile.updated') > 0 AS facts,"
    f" uniqExactIf(if(order_id = '', event_id, order_id), {BOUGHT}) AS orders,"
    f" {{margin:Float64}} * sumIf({WORTH}, {BOUGHT}) - {{contact:Float64}} * countIf({CONTACTED}) AS profit"
    f" FROM touchpoints_now WHERE occurred_at > now() - INTERVAL 180 DAY AND {PERSON} GROUP BY customer_id)",
    "campaigns": f"SELECT campaign_id, uniqExact({_VISIT}) AS visits, sum({_DWELL}) AS dwell,"
    " countIf(type IN ('web.viewed', 'screen.viewed')) AS pages, uniqExactIf(if(order_id = '', event_id, order_id),"
    " type IN ('purchase.made', 'order.placed')) AS orders,"
    " dateDiff('day', min(occurred_at), max(occurred_at)) + 1 AS days FROM touchpoints_now"
    " WHERE campaign_id != '' AND initiator = 'customer' AND occurred_at > now() - INTERVAL 180 DAY"
    " GROUP BY campaign_id ORDER BY visits DESC, campaign_id LIMIT 12",
    "usual": f"SELECT uniqExact({_VISIT}) AS visits, sum({_DWELL}) AS dwell FROM touchpoints_now"
    f" WHERE campaign_id = '' AND {_DWELL} > 0 AND occurred_at > now() - INTERVAL 180 DAY",
}  # fmt: skip
ASSUMED: Final = {"margin": MARGIN / 100, "contact": CONTACT}


def funnel(rows: Rows, viewer: Viewer) -> dict[str, Any] | None:
    """Each stage of those in the one before; None where there was no dialogue."""
    row = {name: int(value) for name, value in rows[0].items()} if rows else {}
    if not row.get("talked"):
        return None
    told = [(viewer.say(f"dialogue.{stage}"), row[stage]) for stage in STAGES]
    silent = row["people"] - row["talked"]
    return {
        "picture": stages(told, viewer.say("dialogue.title")),
        "with": viewer.share(row["talked_again"], row["talked"]),
        "without": viewer.share(row["all_again"] - row["talked_again"], silent) if silent else None,
    }  # fmt: skip


def campaigns(rows: Rows, usual: Rows) -> list[dict[str, Any]]:
    """Visits a day, minutes a visit and a page, orders; `times`: how much longer they stayed than others do."""
    visits, dwell = (float(usual[0][name]) for name in ("visits", "dwell")) if usual else (0.0, 0.0)
    found = []
    for row in rows:
        mine = float(row["dwell"]) / 60 / int(row["visits"])
        found.append({
            "name": row["campaign_id"], "visits": int(row["visits"]) / int(row["days"]), "dwell": mine,
            "page": float(row["dwell"]) / 60 / int(row["pages"]) if int(row["pages"]) else 0.0,
            "orders": int(row["orders"]), "times": mine / (dwell / 60 / visits) if dwell and visits else None,
        })  # fmt: skip
    return found
