"""For managers: who our customers are to us, how we treat them, and what it brings. Numbers of many, nobody's name."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from console.pages import consumers, dialogue, discounts, empathy, holdouts, profit, value, warmth
from console.pages.spending import money, strategy_of
from console.web.asking import Asked, NoAnswer
from console.web.site import Site
from console.web.viewer import MANY, Viewer

WEEK: Final = "INTERVAL 7 DAY"
QUESTIONS: Final = {
    "types": value.QUESTION,
    "moved": f"SELECT `to` AS type, countIf(at > now() - {WEEK}) AS week, count() AS n FROM shifts_now"
    " WHERE at > now() - INTERVAL 28 DAY GROUP BY type",
    "left": f"SELECT `from` AS type, countIf(at > now() - {WEEK}) AS week FROM shifts_now"
    " WHERE at > now() - INTERVAL 28 DAY GROUP BY type",
    "signals": f"SELECT name, countIf(at > now() - {WEEK}) AS week, countIf(at <= now() - {WEEK}) AS before"
    " FROM signals_now WHERE at > now() - INTERVAL 14 DAY AND history = '' GROUP BY name",
    # From the hours that the sink counts: the week begins with a whole one.
    "contacts": "SELECT sumIf(n, initiator = 'customer' AND type IN ('call.started', 'chat.message',"
    " 'complaint.opened', 'message.replied')) AS contacts, sumIf(n, type = 'message.sent' AND purpose = 'promo') AS"
    " promo, sumIf(n, type = 'message.sent' AND purpose IN ('care', 'service')) AS care FROM hours_now ARRAY JOIN"
    " types AS type, initiators AS initiator, purposes AS purpose, type_counts AS n"
    f" WHERE hour > toInt64(toUnixTimestamp(now() - {WEEK})) * 1000",
    "warmth": warmth.QUESTION, "people": warmth.PEOPLE,
    "consumers": consumers.QUESTION, "discounts": discounts.QUESTION,
}  # fmt: skip
TOP: Final = 12
DAYS: Final = 28
"""Over which warmth is drawn."""
DAY_MS: Final = 86_400_000
FRESH_S: Final = 120.0
"""What weeks and months say does not change within seconds, and is dear to ask."""


async def customers(site: Site, request: Request, viewer: Viewer) -> Response:
    """Types × value × trend, warmth, profit, kinds of consumers, coupons, and the week's digest."""
    thought = profit.assumed(request.query_params)
    asking = {
        "a": viewer.now - DAYS * DAY_MS,
        "b": viewer.now,
        "step": DAY_MS,
        "margin": thought.margin / 100,
        "contact": thought.contact,
    }
    asking |= money(site.knowledge)
    found = await _ask(site, "portfolio", QUESTIONS, asking)
    curve = await _ask(site, ("profit", thought), {"profit": profit.QUESTION}, asking)
    if found is None or curve is None:
        return _page(site, viewer, "portfolio.html", None, "customers", facts=None)
    as_of = int(found.at * 1000)
    facts = _facts(site, viewer, found.rows, (as_of - DAYS * DAY_MS, as_of, DAY_MS))
    facts |= {"assumed": thought, "profit": profit.panel(curve.rows["profit"], viewer)}
    if request.query_params.get("file"):
        name = f"rapport-{viewer.moment(viewer.now):%Y-%m-%d}.txt"
        return PlainTextResponse(
            site.piece(viewer, "digest.txt", facts=facts, as_of=int(found.at * 1000)),
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )
    return _page(site, viewer, "portfolio.html", found, "customers", facts=facts)


async def treatment(site: Site, request: Request, viewer: Viewer) -> Response:
    """Data empathy."""
    del request
    found = await _ask(site, "treatment", empathy.QUESTIONS, {"breaches": list(empathy.BREACHES)})
    facts = empathy.panel(found.rows, site.knowledge, viewer) if found else None
    return _page(site, viewer, "treatment.html", found, "treatment", facts=facts)


async def effects(site: Site, request: Request, viewer: Viewer) -> Response:
    """From dialogue to profit, campaigns, and what alerts bring about."""
    del request
    questions = {**dialogue.QUESTIONS, "held": holdouts.QUESTION}
    found = await _ask(site, "effects", questions, dialogue.ASSUMED | money(site.knowledge))
    facts = None if found is None else {
        "funnel": dialogue.funnel(found.rows["dialogue"], viewer), "on": site.knowledge.holdouts.on,
        "campaigns": dialogue.campaigns(found.rows["campaigns"], found.rows["usual"]),
        "held": holdouts.panel(found.rows["held"], viewer), "days": holdouts.DAYS, "many": MANY,
    }  # fmt: skip
    return _page(site, viewer, "effects.html", found, "effects", facts=facts)


async def _ask(site: Site, key: Any, questions: dict[str, str], asking: dict[str, Any]) -> Asked | None:
    """None where there is no answer and was none before."""
    try:
        return await site.answers.to(key, {name: (sql, asking) for name, sql in questions.items()}, FRESH_S)
    except NoAnswer:
        return None


def _page(site: Site, viewer: Viewer, template: str, found: Asked | None, section: str, **facts: Any) -> Response:
    as_of = int(found.at * 1000) if found else None
    return site.page(
        viewer, template, away=found is None or bool(found.away), as_of=as_of, section=section, **facts
    )  # fmt: skip


def _facts(
    site: Site, viewer: Viewer, rows: dict[str, list[dict[str, Any]]], span: tuple[int, int, int]
) -> dict[str, Any]:
    voice, knowledge = viewer.voice, site.knowledge
    came = {row["type"]: int(row["week"]) for row in rows["moved"]}
    went = {row["type"]: int(row["week"]) for row in rows["left"]}
    moved = {name: came.get(name, 0) - went.get(name, 0) for name in came.keys() | went.keys()}
    signals = sorted(
        ((r["name"], int(r["week"]), int(r["before"])) for r in rows["signals"]), key=lambda s: s[2] - s[1]
    )
    counted = {name: week for name, week, _ in signals}
    contact = rows["contacts"][0] if rows["contacts"] else {"contacts": 0, "promo": 0, "care": 0}
    contacts, promo, care = (int(contact[name]) for name in ("contacts", "promo", "care"))
    rising = [(voice.signal(name), week, before) for name, week, before in signals if week > before][:TOP]
    waiting = [item for item in site.hub.standing.items() if not item.done and item.alert.due_at < viewer.now]
    types = [
        (voice.relationship(row["relationship"]), int(row["n"]), moved.get(row["relationship"], 0),
         strategy_of(row["relationship"], knowledge, viewer))
        for row in rows["types"]
    ]  # fmt: skip
    return {
        "types": types, "value": value.panel(rows["types"], moved, knowledge, viewer),
        "warmth": warmth.panel(rows["warmth"], rows["people"], span, knowledge, viewer),
        "consumers": consumers.panel(rows["consumers"], knowledge, viewer),
        "discounts": discounts.panel(rows["discounts"], knowledge, viewer),
        "many": MANY, "compared": any(before for _, _, before in signals),
        "rising": rising, "falling": [(voice.signal(n), w, b) for n, w, b in signals[::-1] if w < b][:TOP],
        "repeats": 100 * counted.get("repeat_contact", 0) / contacts if contacts else None, "promo": promo,
        "care": care, "overdue": len(waiting), "contacts": contacts,
    }  # fmt: skip
