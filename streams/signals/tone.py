"""How what customers say or do sounds: from -1, as bad as can be, to 1."""

from __future__ import annotations

from streams.customers.moment import Moment

COMPLAINS = frozenset({"complaint.opened", "complaint.reopened"})


def tone_of(moment: Moment) -> float | None:
    """Of a rating its place on the scale, of a complaint -1, of one that was settled well 1; None where nothing says.

    A rating without a scale is one of five, or of ten where it is above five.
    """
    touchpoint = moment.touchpoint
    assert touchpoint is not None
    if touchpoint.type == "feedback.rated":
        return _rated(moment.properties.get("score"), moment.properties.get("scale"))
    if touchpoint.type in COMPLAINS:
        return -1.0
    if touchpoint.type == "complaint.resolved":
        satisfied = moment.properties.get("satisfied")
        return None if not isinstance(satisfied, bool) else 1.0 if satisfied else -1.0
    return None


def _rated(score: object, scale: object) -> float | None:
    if not isinstance(score, int | float):
        return None
    whole = float(scale) if isinstance(scale, int | float) and scale > 0 else (5.0 if score <= 5 else 10.0)
    return max(-1.0, min(1.0, 2 * score / whole - 1))
