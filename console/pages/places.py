"""Signals by kind and place."""

from __future__ import annotations

from typing import Final, NamedTuple

from markupsafe import Markup

from console.charts.bars import bars
from console.charts.grid import grid
from console.pages.consumers import place_name
from console.web.asking import Rows
from console.web.viewer import Viewer
from streams.knowledge.model import Knowledge

_OF_VALUES: Final = "visitParamExtractString(`values`, 'location_id')"
_OF_SCOPE: Final = "visitParamExtractString(scope, 'location_id')"
QUESTION: Final = (
    f"SELECT name, multiIf({_OF_VALUES} != '', {_OF_VALUES}, {_OF_SCOPE} != '', {_OF_SCOPE}, t.place) AS place,"
    " count() AS n FROM (SELECT name, `values`, scope, because_events[1] AS cause FROM signals_now"
    " WHERE at > fromUnixTimestamp64Milli({a:Int64}) AND at <= fromUnixTimestamp64Milli({b:Int64})"
    " AND history = '') AS s LEFT ANY JOIN (SELECT event_id, location_id AS place FROM touchpoints"
    " WHERE location_id != '' AND occurred_at > fromUnixTimestamp64Milli({a:Int64}) - INTERVAL 1 DAY"
    " AND occurred_at <= fromUnixTimestamp64Milli({b:Int64})) AS t ON t.event_id = s.cause"
    " GROUP BY name, place ORDER BY n DESC, name, place LIMIT 400"
)
"""A signal is where it says, else where the touchpoint was that caused it."""
KINDS, PLACES = 12, 6


class Panel(NamedTuple):
    """The same as a table for a wide screen, and as a list for a narrow one."""

    wide: Markup
    narrow: Markup


def panel(rows: Rows, knowledge: Knowledge, viewer: Viewer) -> Panel | None:
    """The most frequent kinds and places; the last column is what has no place. None without any."""
    counts = {(row["name"], row["place"]): int(row["n"]) for row in rows}
    if not counts:
        return None
    kinds, places = _ranked(counts, 0)[:KINDS], [name for name in _ranked(counts, 1) if name][:PLACES]
    columns = [(place, place_name(place, knowledge, viewer)) for place in (*places, "")]
    title, named = viewer.say("places.title"), {name: viewer.voice.signal(name) for name in kinds}
    most = sorted((pair for pair in counts if pair[0] in named and pair[1] in dict(columns)), key=lambda p: -counts[p])
    listed = [(f"{dict(columns)[place]} · {named[name]}", counts[name, place]) for name, place in most[:KINDS]]
    return Panel(grid(counts, list(named.items()), columns, title), bars(listed, title, "f2"))


def _ranked(counts: dict[tuple[str, str], int], side: int) -> list[str]:
    sums: dict[str, int] = {}
    for names, n in counts.items():
        sums[names[side]] = sums.get(names[side], 0) + n
    return sorted(sums, key=lambda name: (-sums[name], name))
