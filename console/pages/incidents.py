"""Incidents with their control charts: what rises, since when, how sure, and how it went before (D3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from console.charts.lines import Limit, Line, lines
from console.web.asking import Rows
from console.web.viewer import Viewer
from streams.knowledge.model import Knowledge
from streams.trends.course import Point, course
from streams.trends.judge import CHARTED, COUNTS
from streams.trends.state import APART, name_of

DAY_MS: Final = 86_400_000
BEFORE_DAYS: Final = 90
"""So much is read before the window, for a baseline."""
SHOWN_DAYS: Final = 28
"""A chart is drawn over so much, or over the window where that is more."""
MOST: Final = 4
HOUR_MS: Final = 3_600_000
QUESTIONS: Final = {
    "incidents": "SELECT toUnixTimestamp64Milli(at) AS t, name, `values`, scope FROM signals_now"
    " WHERE name IN {charted:Array(String)} AND at <= fromUnixTimestamp64Milli({b:Int64})"
    f" AND at > fromUnixTimestamp64Milli({{b:Int64}}) - INTERVAL {SHOWN_DAYS} DAY ORDER BY at DESC LIMIT 200",
    "measured": f"SELECT scope, intDiv(toUnixTimestamp64Milli(bucket), {HOUR_MS}) * {HOUR_MS} AS t,"
    " sum(total) AS n FROM measure_totals WHERE visitParamExtractString(scope, 'measure') IN {charted:Array(String)}"
    f" AND bucket > fromUnixTimestamp64Milli({{b:Int64}}) - INTERVAL {BEFORE_DAYS} DAY"
    " AND bucket <= fromUnixTimestamp64Milli({b:Int64}) GROUP BY scope, t ORDER BY t DESC LIMIT 20000",
}  # fmt: skip
ASKING: Final = {"charted": list(CHARTED)}
_Counts = dict[int, dict[str, int]]


def panel(rows: dict[str, Rows], until: int, length: int, knowledge: Knowledge, viewer: Viewer) -> list[dict[str, Any]]:
    """Open incidents first, then what is nearest to one; `until` and `length` (ms) of the window."""
    measured = _measured(rows["measured"])
    said: dict[tuple[str, bytes], list[dict[str, Any]]] = defaultdict(list)
    for row in rows["incidents"]:
        scope = msgspec.json.decode(row["scope"] or "{}")
        told = msgspec.json.decode(row["values"]) | {"at": int(row["t"]), "scope": scope}
        said[row["name"], name_of(scope)].append(told)
    found = []
    for key in dict.fromkeys([*said, *measured]):
        scope, counts = measured.get(key, (said[key][0]["scope"] if key in said else {}, {}))
        points = course(key[0], scope, sorted(counts.items()), until, knowledge)
        found.append(_told(key[0], scope, points, said.get(key, []), until, length, knowledge, viewer))
    found.sort(key=lambda each: (-each["open"], -each["level"], each["name"]))
    return [each for each in found if each["open"] or each["ended"] or each["level"] > 0][:MOST]


def _measured(rows: Rows) -> dict[tuple[str, bytes], tuple[dict[str, str], _Counts]]:
    found: dict[tuple[str, bytes], tuple[dict[str, str], _Counts]] = {}
    for row in rows:
        leaf: dict[str, str] = msgspec.json.decode(row["scope"])
        scope = {name: value for name, value in leaf.items() if name not in APART}
        _, counts = found.setdefault((leaf["measure"], name_of(scope)), (scope, {}))
        counts.setdefault(int(row["t"]) + HOUR_MS, {})[leaf.get("count", "")] = int(row["n"])
    return found


def _told(
    rule: str, scope: Mapping[str, str], points: list[Point], said: list[dict[str, Any]], until: int, length: int,
    knowledge: Knowledge, viewer: Viewer,
) -> dict[str, Any]:  # fmt: skip
    """`said`: what trends said of it, the newest first."""
    begin = until - max(length, SHOWN_DAYS * DAY_MS)
    shown = [(float(each.at), each.level) for each in points if each.at >= begin]
    last = said[0] if said else {}
    open_now = bool(last) and last.get("state") != "over"
    limit = knowledge.signals[rule].number("threshold")
    name = " · ".join(f"{value}" for _, value in sorted(scope.items())) or viewer.say("incidents.everywhere")
    labels = [(float(at), viewer.clock(at)) for at in (begin, (begin + until) // 2, until)]
    marks = [(float(each["at"]), f"{viewer.say('incident.' + str(each['state']))} {viewer.clock(each['at'])}")
             for each in said if each.get("state") in ("open", "over")]  # fmt: skip
    return {
        "name": name, "kind": viewer.say("incidents.causes" if rule == COUNTS else "incidents.steps"),
        "open": open_now, "ended": bool(last) and not open_now, "at": last.get("at"),
        "level": shown[-1][1] if shown else float(last.get("cusum", 0) or 0),
        "events": last.get("complaints", last.get("failed")), "affected": last.get("affected"),
        "sessions": last.get("sessions"), "baseline": last.get("baseline"),
        "picture": lines(
            [Line(name, [(float(begin), shown[0][1] if len(shown) > 1 else 0.0), *shown])], labels, name,
            said="{:.0f}".format, limit=Limit(limit, viewer.say("incidents.limit")), marks=marks,
        ) if shown else None,
    }  # fmt: skip
