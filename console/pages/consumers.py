"""Five kinds of consumers by place (S1-15, D14): by what they buy, never by who they are."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from console.charts.bars import bars
from console.pages.spending import PERSON, percent
from console.web.asking import Rows
from console.web.viewer import MANY, Viewer
from streams.knowledge.model import Knowledge
from streams.relationships.consumers import CONSUMERS, MOST, by_signs

_ORDER: Final = "if(order_id = '', event_id, order_id)"
_BOUGHT: Final = "type IN ('purchase.made', 'order.placed')"
_MOST: Final = f"{MOST:.0f}"
QUESTION: Final = (
    "SELECT place, orders, fresh, again, bargains, social, days, count() AS n FROM"
    " (SELECT customer_id, argMaxIf(location_id, occurred_at, location_id != '') AS place,"
    f" uniqExactIf({_ORDER}, {_BOUGHT}) AS bought, least({_MOST}, bought) AS orders,"
    f" least(orders, uniqExactIf(item_id, {_BOUGHT} AND item_id != '')) AS fresh,"
    f" least(orders, countIf({_BOUGHT} AND item_id != '') - uniqExactIf(item_id, {_BOUGHT} AND item_id != ''))"
    f" AS again, least(orders, uniqExactIf({_ORDER}, {_BOUGHT} AND visitParamHas(properties, 'coupon'))"
    " + countIf(position(properties, 'sort=price') > 0)) AS bargains,"
    f" least({_MOST}, uniqExactIf(toDate(occurred_at), channel = 'social')) AS social,"
    f" least({_MOST}, uniqExactIf(toDate(occurred_at), initiator = 'customer')) AS days FROM touchpoints_now"
    f" WHERE occurred_at > now() - INTERVAL 365 DAY AND {PERSON} GROUP BY customer_id HAVING bought > 0)"
    " GROUP BY place, orders, fresh, again, bargains, social, days ORDER BY n DESC LIMIT 20000"
)
"""How many customers show the same signs; one who bought nothing shows none."""
PLACES: Final = 8


def panel(rows: Rows, knowledge: Knowledge, viewer: Viewer) -> dict[str, Any] | None:
    """Expected shares of the five, in all and by the place last visited; None where nobody bought anything."""
    shares: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(CONSUMERS, 0.0))
    for row in rows:
        orders, n = float(row["orders"]), int(row["n"])
        found = by_signs({
            "new": (float(row["fresh"]), orders), "bargain": (float(row["bargains"]), orders),
            "returned_to": (float(row["again"]), orders), "social": (float(row["social"]), float(row["days"])),
        })  # fmt: skip
        for name, share in found.items():
            shares[row["place"]][name] += n * share
    if not shares:
        return None
    whole = {name: sum(each[name] for each in shares.values()) for name in CONSUMERS}
    people = sum(whole.values())
    say = viewer.voice.say
    ranked = sorted(shares.items(), key=lambda pair: (-sum(pair[1].values()), pair[0]))[:PLACES]
    return {
        "people": round(people), "many": people >= MANY, "names": [say(f"consumer.{name}") for name in CONSUMERS],
        "picture": bars(
            sorted(((say(f"consumer.{name}"), many / people) for name, many in whole.items()), key=lambda b: -b[1]),
            viewer.say("consumers.title"), "f6", said=percent,
        ),
        "places": [
            (place_name(place, knowledge, viewer), round(sum(each.values())),
             [each[name] / sum(each.values()) for name in CONSUMERS])
            for place, each in ranked
        ],
    }  # fmt: skip


def place_name(place: str, knowledge: Knowledge, viewer: Viewer) -> str:
    """As staff call it."""
    if not place:
        return viewer.say("no_place")
    return knowledge.places[place].name if place in knowledge.places else place
