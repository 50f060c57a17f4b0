"""What a change of policy will cost, before it happens, and whom to ask first (S0-16, D12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from schemas import times
from schemas.records import Value
from streams.customers.moment import DAY_MS
from streams.knowledge.model import Knowledge, RelationshipType, SignalRule
from streams.trends.card import open_alerts
from streams.trends.sitting import Sitting
from streams.trends.state import Open, Place

NAME = "policy_impact"
TYPES = "types"
ASKED = 3
"""Types that are named to be asked first."""
COMMUNAL = 0.5
"""Closeness from which a relationship is communal: it resents being charged (Aggarwal 2004)."""


class Loss(NamedTuple):
    """Customers of one type who are expected to be lost, and the share of them that this is."""

    type: str
    customers: float
    share: float


def share_lost(each: RelationshipType, kind: str, size: float, rule: SignalRule) -> float:
    """s of D12: the share of a type that such a change costs.

    The table `kinds` has for each kind what it costs somebody with closeness 1 (`close`) and 0 (`distant`) at the
    size `usual_size`; in between it goes with closeness, and with the size up to twice as much.
    """
    tables = rule.tables("kinds")
    table = tables.get(kind) or tables["default"]
    base = table["distant"] + (table["close"] - table["distant"]) * each.closeness
    return min(1.0, base * min(2.0, abs(size) / rule.number("usual_size") if size else 1.0))


def expected(
    counts: Mapping[str, int], types: tuple[RelationshipType, ...], kind: str, size: float, rule: SignalRule
) -> list[Loss]:
    """Of every type that somebody has, the greatest loss first."""
    found = []
    for each in types:
        people = counts.get(each.id, 0)
        if people > 0:
            share = share_lost(each, kind, size, rule)
            found.append(Loss(each.id, people * share, share))
    return sorted(found, key=lambda loss: (-loss.customers, loss.type))


def consult(losses: Sequence[Loss], knowledge: Knowledge) -> list[Loss]:
    """In the order in which they are to be asked: whom it costs most, the closest before others (D11, D12)."""

    def weight(loss: Loss) -> float:
        return loss.share * (1 + 2 * knowledge.relationship(loss.type).closeness)

    return sorted(losses, key=lambda loss: (-weight(loss), loss.type))


def foretell(sitting: Sitting, place: Place, facts: Mapping[str, Any]) -> None:
    """Fires for a change that is yet to come: what it will cost, by those who are declared as something now.

    Nothing is said where that is nobody.
    """
    rule = sitting.knowledge.signals.get(NAME)
    if rule is None:
        return
    prefix = f"{TYPES}\x1f"
    standing = place.standing.items()
    counts = {leaf.removeprefix(prefix): sum(t.values()) for leaf, t in standing if leaf.startswith(prefix)}
    counts.pop(sitting.knowledge.shifts.start, None)
    kind, size = str(facts.get("kind") or "terms"), facts.get("size")
    size = float(size) if isinstance(size, int | float) else 0.0
    losses = expected(counts, sitting.knowledge.types, kind, size, rule)
    if not losses:
        return
    lost, people = sum(loss.customers for loss in losses), sum(counts[loss.type] for loss in losses)
    first = consult(losses, sitting.knowledge)
    policy = str(facts.get("policy_id") or facts["event_id"])
    at = times.read(str(facts["at"])).at
    values: dict[str, Value] = {
        "policy": policy, "kind": kind, "lost": round(lost, 1), "customers": people,
        "hardest": losses[0].type, "consult": ",".join(loss.type for loss in first[:ASKED]),
        "in_days": round((at - sitting.at) / DAY_MS, 1),
    }  # fmt: skip
    values |= {f"lost.{loss.type}": round(loss.customers, 1) for loss in losses[:8]}
    severity = "error" if lost >= rule.number("error_share") * people else rule.severity
    sitting.scope = {"of": "everybody", "policy_id": policy}
    signal = sitting.signal(NAME, f"policy:{policy}", str(facts["event_id"]), values, "customers at stake", severity)
    place.impacts[policy] = Open(policy, sitting.at, sitting.at, people, lost, open_alerts(sitting, rule, signal))
