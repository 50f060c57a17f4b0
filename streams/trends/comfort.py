"""A place is uncomfortable, whether anybody is known to be there or not (S1-12): the managers hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.records import Value
from streams.customers.moment import DAY_MS
from streams.engine.counting import PLACE
from streams.trends import life
from streams.trends.card import open_alerts
from streams.trends.sitting import Sitting
from streams.trends.state import Open, Place


def judge(sitting: Sitting, place: Place, measured: Sequence[Mapping[str, Any]]) -> None:
    """What was measured in one minute: a value outside its limits fires, once in `quiet_days` a kind; one within them,
    without another that is not, ends the alerts."""
    outside = {str(facts["kind"]): facts for facts in measured if "value" in facts}
    for kind in sorted({str(facts["kind"]) for facts in measured}):
        known = place.impacts.get(_key(kind))
        if kind in outside:
            _fire(sitting, place, known, kind, outside[kind])
        elif known is not None and known.alerts:
            life.close(sitting, known, "within limits", f"{known.id}|{sitting.at}")


def _fire(sitting: Sitting, place: Place, known: Open | None, kind: str, facts: Mapping[str, Any]) -> None:
    rule = sitting.knowledge.signals.get(PLACE)
    if rule is None or (known is not None and (known.alerts or sitting.at - known.said < rule.quiet_days * DAY_MS)):
        return
    value = round(float(facts["value"]), 1)
    values: dict[str, Value] = {"kind": kind, "value": value, "location_id": sitting.scope["location_id"]}
    matter = f"comfort:{kind}"
    signal = sitting.signal(PLACE, matter, str(facts["event_id"]), values, "env.measured", rule.severity)
    alerts = open_alerts(sitting, rule, signal, rule.words("place_teams"))
    place.impacts[_key(kind)] = Open(matter, sitting.at, sitting.at, 1, value, alerts)


def _key(kind: str) -> str:
    return f"{PLACE}|{kind}"
