"""The live picture: touchpoints, signals, alerts, how relationships flow; of now or of any window before."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from console.charts.bars import bars
from console.charts.columns import columns
from console.charts.drawing import legend
from console.charts.sankey import sankey
from console.pages import funnel, incidents, places, warmth
from console.web.asking import Asked, NoAnswer
from console.web.guard import Stop
from console.web.site import PART, Site
from console.web.viewer import MANY, Viewer
from streams.knowledge.model import Knowledge

WINDOWS: Final[dict[str, int]] = {"15m": 15, "1h": 60, "6h": 360, "1d": 1440, "7d": 10080}
"""Minutes."""
STEPS: Final = 60
SLOW_S: Final = 30.0
"""What moves within days is asked so rarely."""
TOP: Final = 12


def _within(column: str) -> str:
    return f"{column} > fromUnixTimestamp64Milli({{a:Int64}}) AND {column} <= fromUnixTimestamp64Milli({{b:Int64}})"


MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * MINUTE_MS
QUESTIONS: Final = {
    # By whole minutes, from the hours that the sink counts; a window that is shown finer than that asks FINE.
    "touchpoints": f"SELECT intDiv(hour + minute * {MINUTE_MS}, {{step:Int64}}) * {{step:Int64}} AS at, channel,"
    " sum(n) AS n FROM hours_now ARRAY JOIN minutes AS minute, channels AS channel, counts AS n"
    f" WHERE hour > {{a:Int64}} - {_HOUR_MS} AND hour <= {{b:Int64}} AND channel != 'system'"
    f" AND hour + minute * {MINUTE_MS} > {{a:Int64}} - {MINUTE_MS} AND hour + minute * {MINUTE_MS} <= {{b:Int64}}"
    " GROUP BY at, channel",
    "signals": "SELECT name, severity, count() AS n FROM signals_now"
    f" WHERE {_within('at')} AND history = '' GROUP BY name, severity ORDER BY n DESC, name LIMIT 40",
    "flows": "SELECT `from` AS before, `to` AS after, count() AS n FROM shifts_now"
    f" WHERE {_within('at')} GROUP BY before, after ORDER BY n DESC, before, after LIMIT 24",
    "opened": f"SELECT team, count() AS n FROM alerts_now WHERE {_within('at')} AND history = '' GROUP BY team",
    "ended": "SELECT c.state AS state, uniqExact(c.alert_id) AS n,"
    " quantile(0.5)(toUnixTimestamp64Milli(c.at) - toUnixTimestamp64Milli(a.at)) AS middle"
    " FROM alert_changes_now AS c INNER JOIN alerts_now AS a ON a.id = c.alert_id"
    f" WHERE {_within('c.at')} AND c.history = '' GROUP BY state",
    "newest": "SELECT toUnixTimestamp64Milli(max(timestamp)) AS at FROM moments"
    " WHERE occurred_at > now() - INTERVAL 1 DAY",
}  # fmt: skip
FINE: Final = (
    "SELECT intDiv(toUnixTimestamp64Milli(occurred_at), {step:Int64}) * {step:Int64} AS at, channel,"
    f" count() AS n FROM moments_now WHERE {_within('occurred_at')} AND channel != 'system' GROUP BY at, channel"
)

SLOW: Final = {
    "warmth": warmth.QUESTION, "people": warmth.PEOPLE, "places": places.QUESTION, "funnel": funnel.QUESTION,
    **incidents.QUESTIONS,
}  # fmt: skip


async def page(site: Site, request: Request, viewer: Viewer) -> Response:
    window = request.query_params.get("window", "1h")
    window = window if window in WINDOWS else "1h"
    until = request.query_params.get("until", "")
    begin, end, step = _span(window, until, viewer.now, viewer)
    facts: dict[str, Any] = {
        "window": window, "windows": tuple(WINDOWS), "until": until, "open": _open(site), "away": True, "as_of": None,
        "stale": site.hub.stale_since, "charts": None, "many": MANY, "earlier": viewer.field(begin),
        "later": viewer.field(end + (end - begin)) if until and end + (end - begin) < viewer.now else "",
    }  # fmt: skip
    key, asking = (window, until, str(viewer.zone)), {"a": begin, "b": end, "step": step} | incidents.ASKING
    try:
        found = await site.answers.to(("live", *key), {name: (sql, asking) for name, sql in questions(step).items()})
        slow = await site.answers.to(("slow", *key), {name: (sql, asking) for name, sql in SLOW.items()}, SLOW_S)
    except NoAnswer:
        pass
    else:
        as_of = int(found.at * 1000)
        span = _span(window, until, as_of, viewer)
        pictures = charts(found, span, viewer) | slower(slow, span, site.knowledge, viewer)
        facts |= {"away": bool(found.away or slow.away), "as_of": as_of, "charts": pictures}
    return site.page(viewer, "charts.html" if request.headers.get(PART) == "charts" else "live.html", **facts)


def _span(window: str, until: str, now: int, viewer: Viewer) -> tuple[int, int, int]:
    length = WINDOWS[window] * 60_000
    end = now
    if until:
        try:
            end = viewer.read(until)
        except ValueError:
            raise Stop(422, "refused.until") from None
    return end - length, end, length // STEPS


def questions(step: int) -> dict[str, str]:
    """What a window is asked that is shown in steps of so many milliseconds."""
    return {**QUESTIONS, "touchpoints": FINE} if step < MINUTE_MS else QUESTIONS


def _open(site: Site) -> int:
    """By the stream: also while the archive is away."""
    return sum(not item.done for item in site.hub.standing.items())


def charts(found: Asked, span: tuple[int, int, int], viewer: Viewer) -> dict[str, Any]:
    """Pictures and figures of one window."""
    voice, rows = viewer.voice, found.rows
    by_step: dict[int, dict[str, int]] = {}
    by_channel: dict[str, int] = {}
    for row in rows["touchpoints"]:
        by_step.setdefault(int(row["at"]), {})[row["channel"]] = int(row["n"])
        by_channel[row["channel"]] = by_channel.get(row["channel"], 0) + int(row["n"])
    kinds = sorted(by_channel, key=lambda name: -by_channel[name])
    named = {name: voice.channel(name) for name in kinds}
    signals: dict[str, int] = {}
    for row in rows["signals"]:
        signals[row["name"]] = signals.get(row["name"], 0) + int(row["n"])
    flows = [(voice.relationship(r["before"]), voice.relationship(r["after"]), int(r["n"])) for r in rows["flows"]]
    told = [(voice.signal(name), n) for name, n in sorted(signals.items(), key=lambda pair: -pair[1])[:TOP]]
    ended = {row["state"]: (int(row["n"]), int(row["middle"])) for row in rows["ended"]}
    total, seconds = sum(by_channel.values()), (span[1] - span[0]) / 1000
    newest = rows["newest"][0]["at"] if rows["newest"] else None
    return {
        "touchpoints": columns(by_step, kinds, span, named, viewer.say("live.touchpoints"), viewer) if total else None,
        "legend": legend([f"{named[kind]} {by_channel[kind]:,}" for kind in kinds]),
        "total": total, "rate": total / seconds, "table": [(named[kind], by_channel[kind]) for kind in kinds],
        "signals": bars(told, viewer.say("live.signals"), "f2") if told else None,
        "sankey": sankey(_merged(flows), viewer.say("live.flows")) if flows else None,
        "flows": bars([(f"{before} → {after}", n) for before, after, n in _merged(flows)], viewer.say("live.flows")),
        "opened": sum(int(row["n"]) for row in rows["opened"]), "ended": ended,
        "teams": bars(
            sorted(((voice.team(row["team"]), int(row["n"])) for row in rows["opened"]), key=lambda pair: -pair[1]),
            viewer.say("live.teams"), "f4",
        ) if rows["opened"] else None,
        "fresh": int(newest) if newest else None,
    }  # fmt: skip


def slower(found: Asked, span: tuple[int, int, int], knowledge: Knowledge, viewer: Viewer) -> dict[str, Any]:
    """What moves within hours and days: warmth, places, the way to buying, incidents."""
    rows = found.rows
    return {
        "warmth": warmth.panel(rows["warmth"], rows["people"], span, knowledge, viewer),
        "places": places.panel(rows["places"], knowledge, viewer), "funnel": funnel.panel(rows["funnel"], viewer),
        "incidents": incidents.panel(rows, span[1], span[1] - span[0], knowledge, viewer),
    }  # fmt: skip


def _merged(flows: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Two types may bear one label."""
    found: dict[tuple[str, str], int] = {}
    for before, after, count in flows:
        found[before, after] = found.get((before, after), 0) + count
    return [(before, after, count) for (before, after), count in found.items()]
