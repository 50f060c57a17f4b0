"""25, 140, 30 (S4-02, D10): who brings the profit, and who costs more than they bring. Fair is not equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from console.charts.lines import Limit, Line, lines
from console.pages.spending import BOUGHT, CONTACTED, PERSON, WORTH, percent
from console.web.asking import Rows
from console.web.guard import Stop
from console.web.viewer import MANY, Viewer

MARGIN, CONTACT = 40.0, 4.0
"""Percent of a sale that is left of it, and what one contact costs us in the base currency, where nobody says other."""
POINTS: Final = 100
PEAK: Final = 1.005
"""Below that the curve does not fall for any eye."""
QUESTION: Final = (
    "SELECT length(s) AS n, arraySum(s) AS total, arrayCount(p -> p < 0, s) AS losing,"
    f" arrayMap(k -> if(k = 0, toFloat64(0), c[toUInt64(greatest(1, ceil(k * n / {POINTS})))]), range({POINTS + 1}))"
    " AS curve, buyers FROM (SELECT arrayReverseSort(groupArray(profit)) AS s, arrayCumSum(s) AS c,"
    " countIf(bought > 0) AS buyers FROM"
    f" (SELECT customer_id, {{margin:Float64}} * (sumIf({WORTH}, {BOUGHT}) - sumIf({WORTH}, type = 'order.returned'))"
    f" - {{contact:Float64}} * countIf({CONTACTED}) AS profit, countIf({BOUGHT}) AS bought FROM touchpoints_now"
    f" WHERE occurred_at > now() - INTERVAL 365 DAY AND {PERSON}"
    f" GROUP BY customer_id HAVING bought > 0 OR profit != 0))"
)
"""Of everybody who bought, returned or asked something within a year; the best come first."""


class Assumed(NamedTuple):
    """`margin`: percent; `contact`: in the base currency."""

    margin: float
    contact: float


def assumed(form: Mapping[str, str]) -> Assumed:
    """What the form says; `Stop` for what is no such number."""
    try:
        margin, contact = float(form.get("margin") or MARGIN), float(form.get("contact") or CONTACT)
    except ValueError:
        raise Stop(422, "refused.profit") from None
    if not (0 < margin <= 100 and 0 <= contact <= 1_000):
        raise Stop(422, "refused.profit")
    return Assumed(margin, contact)


def panel(rows: Rows, viewer: Viewer) -> dict[str, Any] | None:
    """None where nobody bought anything. Shares of a profit only where there is one, and enough who bring it."""
    found = rows[0] if rows else None
    if found is None or not int(found["n"]):
        return None
    n, total, curve = int(found["n"]), float(found["total"]), [float(each) for each in found["curve"]]
    losing = viewer.share(int(found["losing"]), n)
    buyers = int(found["buyers"])
    told: dict[str, Any] = {"losing": losing, "buyers": buyers, "many": buyers >= MANY, "lossy": total <= 0}
    if total > 0 and buyers >= MANY:
        points = [(share / POINTS, value / total) for share, value in enumerate(curve)]
        peak = max(curve) / total
        told |= {
            "quarter": curve[POINTS // 4] / total, "peak": peak if peak >= PEAK else None,
            "picture": lines(
                [Line(viewer.say("profit.title"), points)],
                [(0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (1.0, viewer.say("profit.customers"))],
                viewer.say("profit.title"), said=percent, limit=Limit(1.0, viewer.say("profit.all")),
            ),
        }  # fmt: skip
    return told
