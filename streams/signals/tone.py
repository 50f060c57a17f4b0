"""How what customers say or do sounds: from -1, as bad as can be, to 1."""

from __future__ import annotations

from typing import Final

from streams.customers.moment import Moment
from streams.signals.outgoing import heard_from
from streams.texts.listening import Heard, turned

SIDES: Final = {("positive",): 1.0, ("negative",): -1.0, ("positive", "negative"): 0.0}
"""By the lists of feelings in a text (texts.yaml; what it denies is not felt). The model of feelings is surer, and
costs tens of microseconds a text."""
MEANT: Final = {"praise": "positive", "complaint": "negative"}
"""How they feel who praise or complain in words that name no feeling."""
OTHERWISE: Final = frozenset({"feedback.rated", "complaint.resolved"})
"""Touchpoints that say how they feel by more than words."""
COMPLAINS: Final = frozenset({"complaint.opened", "complaint.reopened"})
FAILURES: Final = frozenset({"defect", "late", "cancelled"})
"""Causes whose words say that something failed. Those of the others are of things, which praise names as well."""


def sincere(heard: Heard) -> bool:
    """Whether praise in these words is meant: nothing turns it round, and what they say failed has been mended."""
    if turned(heard):
        return False
    fails = "negative" in heard.said("sentiment") or not FAILURES.isdisjoint(heard.said("cause"))
    return not fails or "mended" in heard.said("reply")


def tone_of(moment: Moment) -> float | None:
    """Of a rating its place on the scale, of a complaint -1, of one that was settled well 1, of other words
    which feelings are in them, praise that mocks being the contrary; None where nothing says.

    A rating without a scale is one of five, or of ten where it is above five.
    """
    touchpoint = moment.touchpoint
    assert touchpoint is not None
    if not touchpoint.text and touchpoint.type not in OTHERWISE and touchpoint.type not in COMPLAINS:
        return None
    if touchpoint.type == "feedback.rated":
        return _rated(moment.properties.get("score"), moment.properties.get("scale"))
    if touchpoint.type in COMPLAINS:
        return -1.0
    if touchpoint.type == "complaint.resolved":
        satisfied = moment.properties.get("satisfied")
        return None if not isinstance(satisfied, bool) else 1.0 if satisfied else -1.0
    heard = heard_from(moment)
    if heard is None:
        return None
    said = set(heard.said("sentiment")) or {MEANT[each] for each in heard.said("intent") if each in MEANT}
    if said == {"positive"} and turned(heard):
        return -1.0
    return SIDES.get(tuple(side for side in ("positive", "negative") if side in said))


def _rated(score: object, scale: object) -> float | None:
    if not isinstance(score, int | float):
        return None
    whole = float(scale) if isinstance(scale, int | float) and scale > 0 else (5.0 if score <= 5 else 10.0)
    return max(-1.0, min(1.0, 2 * score / whole - 1))
