"""For managers: who our customers are to us, what moved this week, and what there is to decide. Nobody's name."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from console.charts.bars import WHOLE, bars
from console.web.asking import NoAnswer
from console.web.site import Site
from console.web.viewer import Viewer

WEEK: Final = "INTERVAL 7 DAY"
QUESTIONS: Final = {
    "types": "SELECT relationship, count() AS n FROM standings_now GROUP BY relationship ORDER BY n DESC",
    "moved": "SELECT `to` AS type, countIf(at > now() - INTERVAL 7 DAY) AS week, count() AS n FROM shifts_now"
    " WHERE at > now() - INTERVAL 28 DAY GROUP BY type",
    "left": "SELECT `from` AS type, countIf(at > now() - INTERVAL 7 DAY) AS week FROM shifts_now"
    " WHERE at > now() - INTERVAL 28 DAY GROUP BY type",
    "signals": f"SELECT name, countIf(at > now() - {WEEK}) AS week, countIf(at <= now() - {WEEK}) AS before"
    " FROM signals_now WHERE at > now() - INTERVAL 14 DAY AND history = '' GROUP BY name",
    # From the hours that the sink counts: the week begins with a whole one.
    "contacts": "SELECT sumIf(n, initiator = 'customer' AND type IN ('call.started', 'chat.message',"
    " 'complaint.opened', 'message.replied')) AS contacts, sumIf(n, type = 'message.sent' AND purpose = 'promo') AS"
    " promo, sumIf(n, type = 'message.sent' AND purpose IN ('care', 'service')) AS care FROM hours_now ARRAY JOIN"
    " types AS type, initiators AS initiator, purposes AS purpose, type_counts AS n"
    f" WHERE hour > toInt64(toUnixTimestamp(now() - {WEEK})) * 1000",
}  # fmt: skip
TOP: Final = 12


async def page(site: Site, request: Request, viewer: Viewer) -> Response:
    try:
        found = await site.answers.to("portfolio", {name: (sql, {}) for name, sql in QUESTIONS.items()})
    except NoAnswer:
        return site.page(viewer, "portfolio.html", away=True, as_of=None, facts=None)
    facts = _facts(site, viewer, found.rows)
    if request.query_params.get("file"):
        name = f"rapport-{viewer.moment(viewer.now):%Y-%m-%d}.txt"
        return PlainTextResponse(
            site.piece(viewer, "digest.txt", facts=facts, as_of=int(found.at * 1000)),
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )
    return site.page(viewer, "portfolio.html", away=bool(found.away), as_of=int(found.at * 1000), facts=facts)


def _facts(site: Site, viewer: Viewer, rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    voice = viewer.voice
    came = {row["type"]: int(row["week"]) for row in rows["moved"]}
    went = {row["type"]: int(row["week"]) for row in rows["left"]}
    types = [
        (voice.relationship(each), int(row["n"]), came.get(each, 0) - went.get(each, 0), _strategy(site, viewer, each))
        for row in rows["types"]
        for each in (row["relationship"],)
    ]
    signals = sorted(
        ((r["name"], int(r["week"]), int(r["before"])) for r in rows["signals"]), key=lambda s: s[2] - s[1]
    )
    counted = {name: week for name, week, _ in signals}
    contact = rows["contacts"][0] if rows["contacts"] else {"contacts": 0, "promo": 0, "care": 0}
    contacts, promo, care = (int(contact[name]) for name in ("contacts", "promo", "care"))
    picture = bars([(name, n) for name, n, _, _ in types[:TOP]], viewer.say("portfolio.types"), width=WHOLE)
    rising = [(voice.signal(name), week, before) for name, week, before in signals if week > before][:TOP]
    waiting = [item for item in site.hub.standing.items() if not item.done and item.alert.due_at < viewer.now]
    return {
        "types": types, "picture": picture,
        "rising": rising, "falling": [(voice.signal(n), w, b) for n, w, b in signals[::-1] if w < b][:TOP],
        "repeats": 100 * counted.get("repeat_contact", 0) / contacts if contacts else None, "promo": promo,
        "care": care, "overdue": len(waiting), "contacts": contacts,
    }  # fmt: skip


def _strategy(site: Site, viewer: Viewer, type_id: str) -> str:
    if type_id not in site.knowledge.type_index:
        return ""
    return site.knowledge.strategy(type_id).names[viewer.language]
