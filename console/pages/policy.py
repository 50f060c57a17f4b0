"""What a change of policy would cost, before anybody announces it: by type, and whom to ask first (S0-16, D12).

By the rule that foretells announced changes (`streams.trends.impact`), with the customers that there are now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from console.charts.bars import bars
from console.charts.lines import Line, lines
from console.web.asking import NoAnswer, Rows
from console.web.guard import Stop
from console.web.site import Site
from console.web.viewer import MANY, Viewer
from streams.knowledge.model import Knowledge, SignalRule
from streams.trends.impact import ASKED, NAME, Loss, consult, expected

KINDS: Final = ("price", "terms", "privacy", "positioning", "service")
"""As `policy.changed` names them."""
LARGEST: Final = 100
"""Percent."""
CURVE: Final = 20
"""Steps of the picture over sizes."""
QUESTIONS: Final = {
    "types": "SELECT relationship, count() AS n FROM customers_now GROUP BY relationship ORDER BY n DESC",
    "announced": "SELECT toUnixTimestamp64Milli(at) AS t, severity, `values` FROM signals_now"
    " WHERE name = 'policy_impact' AND at > now() - INTERVAL 90 DAY ORDER BY at DESC LIMIT 8",
    "first": "SELECT c.customer_id AS customer_id, c.relationship AS relationship, s.spent AS spent FROM"
    " (SELECT customer_id, relationship FROM customers_now WHERE relationship IN {types:Array(String)}) AS c"
    " LEFT JOIN (SELECT customer_id, sum(ifNull(amount, 0)) AS spent FROM touchpoints_now"
    " WHERE type = 'purchase.made' AND occurred_at > now() - INTERVAL 365 DAY GROUP BY customer_id) AS s"
    " ON s.customer_id = c.customer_id ORDER BY spent DESC, customer_id LIMIT {most:Int32}",
}  # fmt: skip
NAMED: Final = 12
"""Customers that are named to be asked first, to who may see customers."""


class Change(NamedTuple):
    """What is thought of. `size`: share, 0 where it is not said; `at`: the day, None where it is not said."""

    kind: str
    size: float
    at: date | None


async def page(site: Site, request: Request, viewer: Viewer) -> Response:
    change = asked(dict(request.query_params))
    rule = site.knowledge.signals[NAME]
    facts: dict[str, Any] = {
        "change": change, "kinds": KINDS, "largest": LARGEST, "usual": round(100 * rule.number("usual_size")),
        "today": viewer.moment(viewer.now).date(), "section": "policy",
    }  # fmt: skip
    asking = {name: (QUESTIONS[name], dict[str, Any]()) for name in ("types", "announced")}
    try:
        found = await site.answers.to("policy", asking)
    except NoAnswer:
        return site.page(viewer, "policy.html", away=True, as_of=None, told=None, **facts)
    counts = {row["relationship"]: int(row["n"]) for row in found.rows["types"]}
    counts.pop(site.knowledge.shifts.start, None)
    told = foretold(site.knowledge, viewer, change, counts, rule)
    if told is not None:
        may = viewer.person is not None and viewer.person.may("customer")
        told["named"] = await _named(site, [loss.type for loss in told["first"]]) if may else []
    facts |= {"told": told, "announced": _announced(found.rows["announced"], viewer)}
    return site.page(viewer, "policy.html", away=bool(found.away), as_of=int(found.at * 1000), **facts)


def asked(form: Mapping[str, str]) -> Change:
    """What the form says; `Stop` for what is no size or no day."""
    kind, size, at = form.get("kind", KINDS[0]), form.get("size", "").strip(), form.get("at", "").strip()
    try:
        share = float(size) / 100 if size else 0.0
        day = date.fromisoformat(at) if at else None
    except ValueError:
        raise Stop(422, "refused.change") from None
    if kind not in KINDS or not 0 <= share <= LARGEST / 100:
        raise Stop(422, "refused.change")
    return Change(kind, share, day)


def foretold(
    knowledge: Knowledge, viewer: Viewer, change: Change, counts: Mapping[str, int], rule: SignalRule
) -> dict[str, Any] | None:  # fmt: skip
    """Figures and pictures; None where nobody is known as anything yet."""
    losses = expected(counts, knowledge.types, change.kind, change.size, rule)
    if not losses:
        return None
    lost, people = _lost(losses), sum(counts[loss.type] for loss in losses)
    order = consult(losses, knowledge)
    rows = [
        (viewer.voice.relationship(loss.type), counts[loss.type], loss.share, loss.customers,
         knowledge.relationship(loss.type).do[viewer.language][0])
        for loss in order
    ]  # fmt: skip
    sizes = [LARGEST / 100 * step / CURVE for step in range(1, CURVE + 1)]
    curve = [(size, _lost(expected(counts, knowledge.types, change.kind, size, rule))) for size in sizes]
    labels = [(0.0, "0 %"), (LARGEST / 200, f"{LARGEST // 2} %"), (LARGEST / 100, f"{LARGEST} %")]
    chosen = change.size or rule.number("usual_size")
    return {
        "lost": lost, "people": people, "many": people >= MANY,
        "grave": lost >= rule.number("error_share") * people, "rows": rows,
        "first": order[:ASKED],
        "picture": bars(
            [(viewer.voice.relationship(loss.type), loss.customers) for loss in losses[:12]],
            viewer.say("policy.by_type"), "f7", said="{:,.1f}".format,
        ),
        "curve": lines(
            [Line(viewer.say(f"kind.{change.kind}"), [(0.0, 0.0), *curve])], labels, viewer.say("policy.by_size"),
            marks=[(chosen, f"{chosen:.0%}: {lost:,.1f}")], on_line=True,
        ),
    }  # fmt: skip


def _lost(losses: list[Loss]) -> float:
    return sum(loss.customers for loss in losses)


async def _named(site: Site, types: list[str]) -> Rows:
    asking: dict[str, Any] = {"types": types, "most": NAMED}
    try:
        found = await site.answers.to(("policy", *types), {"first": (QUESTIONS["first"], asking)})
    except NoAnswer:
        return []
    return found.rows["first"]


def _announced(rows: Rows, viewer: Viewer) -> list[dict[str, Any]]:
    """What was foretold of changes that were announced: the last word on each."""
    told: dict[str, dict[str, Any]] = {}
    for row in rows:
        values = msgspec.json.decode(row["values"])
        at = int(row["t"]) + round(float(values.get("in_days", 0)) * 86_400_000)
        told.setdefault(str(values["policy"]), values | {
            "at": at, "severity": row["severity"], "day": datetime.fromtimestamp(at / 1000, viewer.zone or UTC).date(),
            "asked": [viewer.voice.relationship(each) for each in str(values.get("consult", "")).split(",") if each],
        })  # fmt: skip
    return list(told.values())
